"""View of the Behaviour page: segments."""

from dashboards.reader import Reading


def show(reading: Reading) -> None:
    """Draw the view."""
