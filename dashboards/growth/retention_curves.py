"""View of the Growth page: retention_curves."""

from dashboards.reader import Reading


def show(reading: Reading) -> None:
    """Draw the view."""
