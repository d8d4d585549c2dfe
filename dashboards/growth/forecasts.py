"""View of the Growth page: forecasts."""

from dashboards.reader import Reading


def show(reading: Reading) -> None:
    """Draw the view."""
