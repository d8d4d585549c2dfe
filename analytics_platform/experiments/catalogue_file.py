"""Reading a catalogue: YAML into experiments with dates."""

from datetime import date, timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from analytics_platform.errors import AnalyticsError
from analytics_platform.experiments.catalogue import Catalogue, Experiment, undecidable
from analytics_platform.yaml_file import mistake_in, read_yaml

SIMULATED = Path(__file__).with_name("catalogue.yaml")
"""The experiments of the simulated world, as written down before it began."""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    experiments: tuple[Experiment, ...]


def load_catalogue(path: Path, origin: date) -> Catalogue:
    """Read a catalogue.

    Args:
        path: the YAML file.
        origin: reporting day that day number 0 means.

    Raises:
        AnalyticsError: the file cannot be read, is not YAML, or says something wrong; file and field
            are named.
    """
    content = read_yaml(path)
    try:
        experiments = _File.model_validate(
            content if content is not None else {"experiments": ()}
        ).experiments
    except ValidationError as error:
        raise AnalyticsError(f"{path}: {mistake_in(error, _File)}") from None
    ids = [experiment.id for experiment in experiments]
    twice = next((position for position, name in enumerate(ids) if name in ids[:position]), None)
    if twice is not None:
        raise AnalyticsError(f"{path}: experiments[{twice}].id: {ids[twice]!r} stands twice.")
    for position, experiment in enumerate(experiments):
        if mistake := undecidable(experiment):
            raise AnalyticsError(f"{path}: experiments[{position}].{mistake[0]}: {mistake[1]}.")
    return Catalogue({experiment.id: _dated(experiment, origin) for experiment in experiments})


def _dated(experiment: Experiment, origin: date) -> Experiment:
    """The experiment with its day numbers as dates."""
    if experiment.first_day is None:
        return experiment
    last_day = experiment.last_day
    return experiment.model_copy(
        update={
            "start_date": origin + timedelta(days=experiment.first_day),
            "end_date": None if last_day is None else origin + timedelta(days=last_day),
        }
    )
