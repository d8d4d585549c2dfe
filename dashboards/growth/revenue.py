"""View of the Growth page: revenue."""

from dashboards.reader import Reading


def show(reading: Reading) -> None:
    """Draw the view."""
