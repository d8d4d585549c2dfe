"""View of the Behaviour page: funnels."""

from dashboards.reader import Reading


def show(reading: Reading) -> None:
    """Draw the view."""
