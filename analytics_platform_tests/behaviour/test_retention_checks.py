"""Each check of the tables of retention is quiet on a clean log and finds the fault planted for it."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from analytics_platform.behaviour import CHECKS
from analytics_platform.behaviour.survival import TABLE as SURVIVAL
from analytics_platform.behaviour.survival import survival
from analytics_platform.lakehouse import Check, DuckDBEngine, Lake
from analytics_platform_tests.derived_rows import change, days

LIVES, COHORTS = "behaviour.user_lifetimes", "behaviour.cohort_retention"
FREQUENCY = "behaviour.retention_by_frequency"
TABLES = (LIVES, COHORTS, FREQUENCY, SURVIVAL)
MINE = [check for check in CHECKS if check.table in TABLES]
Edit = Callable[[pl.DataFrame], pl.DataFrame]

NULL = pl.lit(None)
POOLED = (pl.col("cohort_grain") == "all") & (pl.col("dimension") == "overall")
DAY_3 = POOLED & (pl.col("measure") == "n_day") & (pl.col("period") == 3)
UNBOUNDED_3 = POOLED & (pl.col("measure") == "unbounded") & (pl.col("period") == 3)
UNFINISHED = pl.col("eligible_users") < pl.col("cohort_users")
CENSORED = pl.col("retention").is_null()
TEACHERS_5 = (pl.col("segment") == "teacher") & (pl.col("day") == 5)
FIRST_GROUP = (pl.col("window_days") == 7) & (pl.col("dimension") == "overall") & (pl.col("active_days") == 1)


def put(where: pl.Expr, **values: pl.Expr | float) -> Edit:
    """Other values in the rows of a condition."""
    changed = [pl.when(where).then(value).otherwise(name).alias(name) for name, value in values.items()]
    return lambda rows: rows.with_columns(changed)


def repeat(where: pl.Expr) -> Edit:
    return lambda rows: pl.concat([rows, rows.filter(where)])


def without(where: pl.Expr) -> Edit:
    return lambda rows: rows.filter(~where)


PLANTED = [
    (LIVES, "unique_key", repeat(pl.col("user_id") == 7)),
    (LIVES, "lifetimes_match_users", without(pl.col("user_id") == 7)),
    (LIVES, "lifetimes_match_users", put(pl.col("user_id") == 7, last_day=pl.col("last_day") + 1)),
    (LIVES, "lifetimes_match_users", put(pl.col("user_id") == 7, silent_from_day=pl.col("days_observed"))),
    (COHORTS, "unique_key", repeat(DAY_3)),
    (COHORTS, "cohorts_add_up", put(DAY_3, cohort_users=pl.col("cohort_users") + 1)),
    (COHORTS, "cohorts_add_up", without(pl.col("segment") == "teacher")),
    (COHORTS, "retention_is_a_share", put(DAY_3, retained_users=pl.col("eligible_users") + 1)),
    (COHORTS, "retention_is_a_share", put(DAY_3, retention=pl.col("retention_high") + 0.01)),
    (COHORTS, "retention_is_a_share", put(pl.col("period") == 0, retention=0.9)),
    (COHORTS, "retention_is_a_share", put(UNFINISHED, is_complete=pl.lit(value=True))),
    (COHORTS, "censored_cells_are_null", put(CENSORED, retention=0.0)),
    (COHORTS, "censored_cells_are_null", put(CENSORED, retained_users=0)),
    (COHORTS, "censored_cells_are_null", put(CENSORED, retention_low=0.0)),
    (COHORTS, "censored_cells_are_null", put(DAY_3, retention=NULL)),
    (COHORTS, "unbounded_retention_falls", put(UNBOUNDED_3, retained_users=pl.col("retained_users") + 9)),
    (COHORTS, "unbounded_retention_falls", put(UNBOUNDED_3, eligible_users=pl.col("eligible_users") + 9)),
    (FREQUENCY, "unique_key", repeat(FIRST_GROUP)),
    (FREQUENCY, "frequencies_are_shares", put(FIRST_GROUP, eligible_users=pl.col("users") + 1)),
    (FREQUENCY, "frequencies_are_shares", put(FIRST_GROUP, retention=NULL)),
    (FREQUENCY, "frequencies_are_shares", put(FIRST_GROUP, active_days=8)),
    (SURVIVAL, "survival_falls", put(TEACHERS_5, survival=1.01)),
    (SURVIVAL, "survival_falls", put(TEACHERS_5, survival_low=pl.col("survival") + 0.01)),
    (SURVIVAL, "survival_falls", put(TEACHERS_5, at_risk_users=900)),
    (SURVIVAL, "survival_falls", put(pl.col("day") == 0, survival=0.5)),
    (SURVIVAL, "everyone_is_at_risk", put(pl.col("day") == 0, at_risk_users=1)),
    (SURVIVAL, "everyone_is_at_risk", without(TEACHERS_5 | (pl.col("day") == 0))),
]


@pytest.fixture(scope="module")
def _whole_once(_clean_once: Path) -> Path:
    lake = Lake(_clean_once)
    rows = survival(DuckDBEngine(lake))
    lake.replace(SURVIVAL, [rows], rows.schema)
    return _clean_once


@pytest.fixture
def lake(_whole_once: Path, clean_lake: Lake) -> Lake:
    return clean_lake


@pytest.mark.parametrize("check", MINE, ids=lambda check: f"{check.table}.{check.name}")
def test_every_check_is_quiet_on_a_clean_log(lake: Lake, check: Check):
    assert check.run(DuckDBEngine(lake), days(0, 44)).examples() == []


@pytest.mark.parametrize(("table", "name", "edit"), PLANTED)
def test_a_planted_fault_is_found(lake: Lake, table: str, name: str, edit: Edit):
    change(lake, table, edit)
    check = next(check for check in MINE if (check.table, check.name) == (table, name))
    assert not check.run(DuckDBEngine(lake), days(0, 44)).passed


def test_every_check_has_a_planted_fault():
    assert {(check.table, check.name) for check in MINE} == {(table, name) for table, name, _ in PLANTED}
