"""View of the Growth page: scenarios."""

from dashboards.reader import Reading


def show(reading: Reading) -> None:
    """Draw the view."""
