"""From rows of the ledger to moments: cohorts merged exactly, the newest day, the variables that vary."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from analytics_platform.experiments.moments_of import by_row
from analytics_platform.lakehouse import Lake
from analytics_platform.stats.moments import Moments
from analytics_platform_tests.derived_rows import day, user_day
from analytics_platform_tests.experiments.small_experiments import Written, planned, shown, write
from analytics_platform_tests.experiments.unit_totals import unit_totals

EXPERIMENT = planned(
    secondary=["events_per_session"],
    guardrails=[{"metric": "retained_1d", "margin": 0.1}],
    covariates=["active_days"],
)


@pytest.fixture
def written(tmp_path: Path) -> Written:
    rng = np.random.default_rng(5)
    lives = [
        user_day(person, offset, sessions=int(rng.integers(1, 5)), events=int(rng.integers(1, 9)))
        for person in range(1, 41)
        for offset in range(15)
        if rng.random() < 0.4
    ]
    exposures = [shown(n, 5 + n % 9, ("control", "treatment")[n // 2 % 2]) for n in range(1, 41)]
    return write(Lake(tmp_path), EXPERIMENT, user_days=lives, exposures=exposures)


def merged(
    rows: pl.DataFrame, metric: str, variant: str, variables: tuple[str, ...], segment: str = "all"
) -> Moments:
    """Moments of one variant's units in all cohorts together, as of the newest day among the rows."""
    of_metric = rows.filter((pl.col("metric") == metric) & (pl.col("segment") == segment))
    newest = of_metric.filter(pl.col("event_date") == pl.col("event_date").max())
    return Moments.total(by_row(newest.filter(pl.col("variant") == variant), variables))


@pytest.mark.parametrize(
    ("metric", "variables"),
    [
        ("sessions", ("y", "x1", "x2")),
        ("events_per_session", ("y", "k", "x1", "x2", "x3")),
        ("retained_1d", ("y", "x1")),
    ],
)
def test_merged_cohorts_are_the_moments_of_all_units(
    written: Written, metric: str, variables: tuple[str, ...]
):
    found = merged(written.rows("experiments.ledger"), metric, "treatment", variables)

    units = unit_totals(written.engine, EXPERIMENT, metric, day(14)).filter(pl.col("variant") == "treatment")
    expected = Moments.of(units.select(variables).to_numpy())
    assert found.n == expected.n == 20
    np.testing.assert_allclose(found.mean, expected.mean, rtol=1e-12)
    np.testing.assert_allclose(found.cross, expected.cross, rtol=1e-12, atol=1e-9)


def test_earlier_rows_give_the_earlier_result(written: Written):
    rows = written.rows("experiments.ledger").filter(pl.col("event_date") <= day(8))

    found = merged(rows, "sessions", "control", ("y", "x1", "x2"))

    units = unit_totals(written.engine, EXPERIMENT, "sessions", day(8)).filter(pl.col("variant") == "control")
    assert found.n == units.height
    assert found.mean[0] == pytest.approx(units["y"].mean())


def test_a_segment_is_a_part_of_the_whole(written: Written):
    rows = written.rows("experiments.ledger")

    whole = merged(rows, "sessions", "control", ("y", "x1", "x2"))
    part = merged(rows, "sessions", "control", ("y", "x1", "x2"), "student")

    np.testing.assert_allclose(part.cross, whole.cross, rtol=1e-12)
