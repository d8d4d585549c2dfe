"""From rows of the ledger to moments: cohorts merged exactly, the newest day, the variables that vary."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from analytics_platform.errors import AnalyticsError
from analytics_platform.experiments.moments_of import moments, variables_of
from analytics_platform.experiments.unit_totals import unit_totals
from analytics_platform.lakehouse import Lake
from analytics_platform.stats.moments import Moments
from analytics_platform_tests.derived_rows import day, user_day
from analytics_platform_tests.experiments.small_experiments import Written, planned, shown, write

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
    found = moments(written.rows("experiments.ledger"), EXPERIMENT, metric, "treatment")

    units = unit_totals(written.engine, EXPERIMENT, metric, day(14)).filter(pl.col("variant") == "treatment")
    expected = Moments.of(units.select(variables).to_numpy())
    assert variables_of(EXPERIMENT, metric) == variables
    assert found.n == expected.n == 20
    np.testing.assert_allclose(found.mean, expected.mean, rtol=1e-12)
    np.testing.assert_allclose(found.cross, expected.cross, rtol=1e-12, atol=1e-9)


def test_earlier_rows_give_the_earlier_result(written: Written):
    rows = written.rows("experiments.ledger").filter(pl.col("event_date") <= day(8))

    found = moments(rows, EXPERIMENT, "sessions", "control")

    units = unit_totals(written.engine, EXPERIMENT, "sessions", day(8)).filter(pl.col("variant") == "control")
    assert found.n == units.height
    assert found.mean[0] == pytest.approx(units["y"].mean())


def test_a_segment_is_a_part_of_the_whole(written: Written):
    rows = written.rows("experiments.ledger")

    whole = moments(rows, EXPERIMENT, "sessions", "control")
    part = moments(rows, EXPERIMENT, "sessions", "control", "role", "student")

    np.testing.assert_allclose(part.cross, whole.cross, rtol=1e-12)
    assert moments(rows, EXPERIMENT, "sessions", "control", "role", "teacher").n == 0


def test_a_quantile_has_no_moments(written: Written):
    with pytest.raises(AnalyticsError, match="engagement_seconds_p50 is a quantile"):
        moments(written.rows("experiments.ledger"), EXPERIMENT, "engagement_seconds_p50", "control")


def test_a_class_counts_its_members():
    assert variables_of(planned(unit="classroom"), "sessions") == ("y", "k", "x1")
