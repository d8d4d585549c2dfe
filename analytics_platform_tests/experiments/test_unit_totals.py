"""Rows of single units: what the ledger's moments are of."""

from pathlib import Path

import polars as pl
import pytest

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.derived_rows import day, user_day
from analytics_platform_tests.experiments.small_experiments import Written, planned, shown, write
from analytics_platform_tests.experiments.unit_totals import unit_totals, user_totals


@pytest.fixture
def classes(tmp_path: Path) -> Written:
    lives = [
        user_day(1, 4, sessions=5),
        user_day(1, 6, sessions=2),
        user_day(1, 14, sessions=3),
        user_day(1, 15, sessions=100),
        user_day(2, 8, sessions=7),
        user_day(3, 6, sessions=1),
    ]
    exposures = [
        shown(1, 6, classroom_id=10),
        shown(2, 7, classroom_id=10),
        shown(3, 6, "treatment", classroom_id=20),
    ]
    experiment = planned(unit="classroom", covariates=["active_days"])
    return write(Lake(tmp_path), experiment, user_days=lives, exposures=exposures)


def test_a_user_s_row_holds_what_it_did_until_the_day(classes: Written):
    rows = user_totals(classes.engine, classes.catalogue.experiments["hint"], day(8))

    assert rows.select("user_id", "unit_id", "variant", "y", "k", "x1", "x2", "x3").rows() == [
        (1, 10, "control", 2.0, 1.0, 5.0, 1.0, None),
        (2, 10, "control", 7.0, 1.0, 0.0, 0.0, None),
        (3, 20, "treatment", 1.0, 1.0, 0.0, 0.0, None),
    ]


def test_a_class_is_the_sum_of_its_members(classes: Written):
    rows = unit_totals(classes.engine, classes.catalogue.experiments["hint"], "sessions", day(14))

    assert rows.select("unit_id", "cohort_date", "members", "y", "k", "x1", "x4").rows() == [
        (10, day(6), 2, 12.0, 2.0, 5.0, None),
        (20, day(6), 1, 1.0, 1.0, 0.0, None),
    ]


def test_a_capped_total_stands_at_the_cap(tmp_path: Path):
    lives = [user_day(person, 2, engagement_seconds=float(person)) for person in range(1, 101)]
    lives += [user_day(1, 6, engagement_seconds=1000.0)]
    experiment = planned(primary="engagement_seconds_winsorised", start_date=day(5))
    written = write(Lake(tmp_path), experiment, user_days=lives, exposures=[shown(1, 6), shown(100, 6)])

    assert written.rows("experiments.caps").select("cap", "users").rows() == [(99.0, 100)]
    rows = user_totals(written.engine, experiment, day(9))
    assert rows.select("user_id", "y", "x1").rows() == [(1, 99.0, 1.0), (100, 0.0, 99.0)]
    assert rows.filter(pl.col("k") != 1).is_empty()
