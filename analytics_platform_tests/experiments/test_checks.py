"""Every check passes on what the models make and finds the fault planted for it."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from analytics_platform import experiments
from analytics_platform.lakehouse import Lake
from analytics_platform_tests.derived_rows import days, user_day
from analytics_platform_tests.experiments.small_experiments import Written, planned, shown, write
from analytics_platform_tests.raw_rows import exposure, instant

CHECKS = {f"{check.table.partition('.')[2]}.{check.name}": check for check in experiments.CHECKS}
CLEAN = [shown(person, 6, ("control", "treatment")[person % 2]) for person in range(1, 9)]


def _written(root: Path, exposures: list[dict[str, object]] = CLEAN) -> Written:
    lives = [user_day(person, offset) for person in range(1, 9) for offset in (3, 7, 8, 12)]
    experiment = planned(
        secondary=["engagement_seconds_winsorised", "engagement_seconds_p50"],
        guardrails=[{"metric": "retained_1d", "margin": 0.1}],
    )
    return write(Lake(root), experiment, user_days=lives, exposures=exposures)


def _change(written: Written, table: str, edit: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
    schema = written.lake.snapshot([table]).tables[table].schema
    rows = edit(written.rows(table)).select(schema.names)
    if experiments.MODELS[table].is_daily:
        written.lake.replace_days(
            table, days(0, 60), [rows.sort("event_date").to_arrow().cast(schema)], schema
        )
    else:
        written.lake.replace(table, [rows.to_arrow().cast(schema)], schema)


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_passes_on_what_the_models_make(tmp_path: Path, name: str):
    assert CHECKS[name].run(_written(tmp_path).engine, days(0, 24)).passed


def _twice(rows: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([rows, rows.head(1)])


def _more_units(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(pl.col("units") + 1)


def _more_sessions(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(pl.col("mean_y") * (1 + 1e-6))


def _fewer(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.tail(-1)


@pytest.mark.parametrize(
    ("name", "table", "fault"),
    [
        ("exposures.unique_key", "experiments.exposures", _twice),
        ("caps.unique_key", "experiments.caps", _twice),
        ("ledger.unique_key", "experiments.ledger", _twice),
        ("histograms.unique_key", "experiments.histograms", _twice),
        ("ledger.units_are_exposed", "experiments.ledger", _more_units),
        ("ledger.ledger_matches_user_days", "experiments.ledger", _more_sessions),
        ("exposures.nobody_is_lost", "experiments.exposures", _fewer),
    ],
)
def test_a_check_finds_the_fault_planted_for_it(
    tmp_path: Path, name: str, table: str, fault: Callable[[pl.DataFrame], pl.DataFrame]
):
    written = _written(tmp_path)

    _change(written, table, fault)

    assert not CHECKS[name].run(written.engine, days(0, 24)).passed


@pytest.mark.parametrize(
    ("name", "exposures"),
    [
        ("exposures.variants_are_known", [*CLEAN, shown(9, 6, "blue")]),
        ("exposures.variants_are_known", [*CLEAN, exposure(9, "mystery", "on", exposed_at=instant(6))]),
        ("exposures.few_crossovers", [*CLEAN, shown(1, 9, "control")]),
    ],
    ids=["unknown variant", "unknown experiment", "crossover"],
)
def test_a_warning_finds_the_fault_planted_for_it(
    tmp_path: Path, name: str, exposures: list[dict[str, object]]
):
    assert CHECKS[name].severity == "warn"

    assert not CHECKS[name].run(_written(tmp_path, exposures).engine, days(0, 24)).passed


def test_every_check_has_a_planted_fault():
    assert len(CHECKS) == 9
