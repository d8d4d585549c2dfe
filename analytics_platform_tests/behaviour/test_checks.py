"""Each check of the behaviour tables is quiet on a clean log and finds the fault planted for it."""

from collections.abc import Callable

import polars as pl
import pytest

from analytics_platform.behaviour import CHECKS as ALL_CHECKS
from analytics_platform.behaviour import MODELS
from analytics_platform.lakehouse import Check, DuckDBEngine, Lake
from analytics_platform_tests.derived_rows import change, day, days

CHECKS = [check for check in ALL_CHECKS if check.table in MODELS and MODELS[check.table].is_daily]
"""Of daily tables; those of tables that are rebuilt whole are tested beside these tables' own faults."""

WHOLE = days(0, 44)
DAY = day(35)
Edit = Callable[[pl.DataFrame], pl.DataFrame]
KPIS, ADOPTION = "behaviour.kpi_daily", "behaviour.feature_adoption_daily"


def _is_row(**values: str) -> pl.Expr:
    return pl.all_horizontal(
        pl.col("event_date") == DAY, *(pl.col(name) == value for name, value in values.items())
    )


def _raise(column: str, **values: str) -> Edit:
    row = _is_row(**values)
    return lambda rows: rows.with_columns(
        pl.when(row).then(pl.col(column) + 1_000).otherwise(column).alias(column)
    )


def _repeat(**values: str) -> Edit:
    return lambda rows: pl.concat([rows, rows.filter(_is_row(**values))])


def _without_day(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("event_date") != DAY)


PLANTED = [
    (KPIS, "unique_key", _repeat(dimension="role", segment="student")),
    (KPIS, "kpi_daily_matches_user_days", _raise("dau", dimension="overall")),
    (KPIS, "kpi_daily_matches_user_days", _raise("engagement_seconds", dimension="overall")),
    (KPIS, "kpi_daily_matches_user_days", _without_day),
    (KPIS, "segments_add_up", _raise("events", dimension="role", segment="teacher")),
    (KPIS, "segments_add_up", _raise("active_subscribers", dimension="plan", segment="paid")),
    (KPIS, "kpi_identities", _raise("dau", dimension="country", segment="DE")),
    (KPIS, "kpi_identities", _raise("wau", dimension="overall")),
    (KPIS, "kpi_identities", _raise("retained_30d", dimension="overall")),
    (KPIS, "kpi_identities", _raise("rating_sum", dimension="overall")),
    (ADOPTION, "unique_key", _repeat(feature="quiz", role="all")),
    (ADOPTION, "adoption_matches_user_days", _raise("uses", feature="quiz", role="all")),
    (ADOPTION, "adoption_matches_user_days", _without_day),
    (ADOPTION, "adoption_identities", _raise("repeat_users", feature="quiz", role="student")),
    (ADOPTION, "adoption_identities", _raise("users", feature="quiz", role="student")),
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: f"{check.table}.{check.name}")
def test_every_check_is_quiet_on_a_clean_log(clean_lake: Lake, check: Check):
    assert check.run(DuckDBEngine(clean_lake), WHOLE).examples() == []


@pytest.mark.parametrize(("table", "name", "edit"), PLANTED)
def test_a_planted_fault_is_found_on_its_day_and_nowhere_else(
    clean_lake: Lake, table: str, name: str, edit: Edit
):
    change(clean_lake, table, edit)
    check = next(check for check in CHECKS if (check.table, check.name) == (table, name))
    assert check.run(DuckDBEngine(clean_lake), WHOLE).days == [str(DAY)]
    assert check.run(DuckDBEngine(clean_lake), days(36, 44)).passed


def test_every_check_has_a_planted_fault():
    ours = {(check.table, check.name) for check in CHECKS if check.table in (KPIS, ADOPTION)}
    assert ours == {(table, name) for table, name, _ in PLANTED}
