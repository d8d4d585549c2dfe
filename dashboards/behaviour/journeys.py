"""View of the Behaviour page: journeys."""

from dashboards.reader import Reading


def show(reading: Reading) -> None:
    """Draw the view."""
