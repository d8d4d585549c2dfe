"""View of the Behaviour page: lifecycle."""

from dashboards.reader import Reading


def show(reading: Reading) -> None:
    """Draw the view."""
