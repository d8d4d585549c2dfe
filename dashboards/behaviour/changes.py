"""View of the Behaviour page: changes."""

from dashboards.reader import Reading


def show(reading: Reading) -> None:
    """Draw the view."""
