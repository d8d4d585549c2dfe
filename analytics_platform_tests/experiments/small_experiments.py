"""A small lake with experiments in it: people's days, exposures, a catalogue and every table made of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from analytics_platform import experiments
from analytics_platform.activity import EVENTS
from analytics_platform.experiments.catalogue import Catalogue, Experiment
from analytics_platform.experiments.catalogue_table import write_catalogue
from analytics_platform.lakehouse import DuckDBEngine, Lake, Window
from analytics_platform_tests.derived_rows import day, days, write_user_days
from analytics_platform_tests.raw_rows import Row, exposure, instant, write_raw

VIEWS = {name: model for name, model in experiments.MODELS.items() if model.is_view}
DAILY = (experiments.LEDGER, experiments.HISTOGRAMS)


def planned(experiment_id: str = "hint", **fields: Any) -> Experiment:
    """An experiment on users over the days 5 to 14 about sessions, unless told otherwise."""
    given = {
        "id": experiment_id,
        "hypothesis": "A hint helps.",
        "variants": {"control": 0.5, "treatment": 0.5},
        "start_date": day(5),
        "end_date": day(14),
        "primary": "sessions",
        "pre_period_days": 5,
    }
    return Experiment.model_validate({**given, **fields})


def shown(user_id: int, offset: int, variant: str = "control", classroom_id: int | None = None) -> Row:
    """An exposure to `hint` at noon of a day."""
    return exposure(user_id, variant=variant, exposed_at=instant(offset), classroom_id=classroom_id)


@dataclass(frozen=True)
class Written:
    """What a test wrote, so that it can be counted again by other means."""

    lake: Lake
    engine: DuckDBEngine
    catalogue: Catalogue

    def rows(self, table: str) -> pl.DataFrame:
        """A stored table in key order."""
        model = experiments.MODELS[table]
        return self.lake.scan(table).collect().sort(*dict.fromkeys(model.key))

    def build(self, window: Window) -> None:
        """The whole tables, then the daily ones over a window."""
        self.engine.run(experiments.EXPOSURES)
        self.engine.run(experiments.CAPS)
        for model in DAILY:
            self.engine.run(model, window)


def write(
    lake: Lake,
    *planned_experiments: Experiment,
    user_days: Iterable[Row] = (),
    exposures: Iterable[Row] = (),
    built: Window | None = None,
    events: Iterable[Row] = (),
    users: Iterable[Row] = (),
) -> Written:
    """Write raw rows, people's days and the catalogue, and build every table.

    Args:
        lake: an empty one.
        planned_experiments: the catalogue.
        user_days: rows of `user_day`.
        exposures: rows of `shown`.
        built: days to build; default: 0 to 24.
        events: rows of `event`, which make bots and triggers.
        users: rows of `user`.
    """
    window = days(0, 24)
    write_raw(lake, events=events, users=users, exposures=exposures, window=days(0, 60))
    write_user_days(lake, user_days)
    engine = DuckDBEngine(lake, VIEWS)
    engine.run(EVENTS, window)
    catalogue = Catalogue({experiment.id: experiment for experiment in planned_experiments})
    write_catalogue(lake, catalogue)
    written = Written(lake, engine, catalogue)
    written.build(built or window)
    return written


def by_id(rows: Iterable[Mapping[str, Any]], name: str = "user_id") -> dict[Any, Mapping[str, Any]]:
    """Rows by one column that names them."""
    return {row[name]: row for row in rows}
