"""Which funnels and journeys count: those of the file that the settings name, else the product's."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from analytics_platform.behaviour.funnels.funnel import Funnel, Journeys
from analytics_platform.errors import AnalyticsError
from analytics_platform.settings import Settings
from analytics_platform.yaml_file import mistake_in, read_yaml

PRODUCT = Path(__file__).with_name("funnels.yaml")
"""The funnels of the product."""


class Paths(BaseModel):
    """What a file of funnels says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    funnels: tuple[Funnel, ...] = ()
    journeys: Journeys = Journeys.model_validate({})


def load_paths(path: Path) -> Paths:
    """Read a file of funnels.

    Raises:
        AnalyticsError: the file cannot be read, is not YAML, or says something wrong; file and field
            are named.
    """
    content = read_yaml(path)
    try:
        paths = Paths.model_validate(content if content is not None else {})
    except ValidationError as error:
        raise AnalyticsError(f"{path}: {mistake_in(error, Paths)}") from None
    ids = [funnel.id for funnel in paths.funnels]
    twice = next((place for place, name in enumerate(ids) if name in ids[:place]), None)
    if twice is not None:
        raise AnalyticsError(f"{path}: funnels[{twice}].id: {ids[twice]!r} stands twice.")
    return paths


def paths_in_force(settings: Settings) -> Paths:
    """Funnels and journeys; see `load_paths` for what may be wrong."""
    return load_paths(settings.funnels or PRODUCT)
