"""View of the Behaviour page: retention."""

from dashboards.reader import Reading


def show(reading: Reading) -> None:
    """Draw the view."""
