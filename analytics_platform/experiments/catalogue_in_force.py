"""Which catalogue counts: the one that the settings name, else the simulated world's, else none."""

from typing import Literal

from analytics_platform.experiments.catalogue import Catalogue
from analytics_platform.experiments.catalogue_file import SIMULATED, load_catalogue
from analytics_platform.settings import Settings


def catalogue_in_force(settings: Settings, source: Literal["simulation", "logs"]) -> Catalogue:
    """The experiments; none where events come from a log and no file is named.

    Args:
        settings: the settings in force.
        source: where raw events come from.

    Raises:
        AnalyticsError: the file cannot be read, or says something wrong.
    """
    if settings.experiments is None and source == "logs":
        return Catalogue({})
    return load_catalogue(settings.experiments or SIMULATED, settings.world_start)
