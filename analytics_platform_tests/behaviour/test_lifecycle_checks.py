"""Each check of lifecycle, growth accounting and power users finds the fault planted for it."""

from collections.abc import Callable

import polars as pl
import pytest

from analytics_platform.behaviour import CHECKS
from analytics_platform.lakehouse import DuckDBEngine, Lake
from analytics_platform.lakehouse.check import Finding
from analytics_platform_tests.derived_rows import change, day, days

WHOLE = days(0, 44)
DAY = day(35)
Edit = Callable[[pl.DataFrame], pl.DataFrame]
LIFECYCLE = "behaviour.lifecycle_daily"
GROWTH = "behaviour.growth_accounting_daily"
POWER = "behaviour.power_users"


def _rows(**values: object) -> pl.Expr:
    return pl.all_horizontal(pl.col(name) == value for name, value in values.items())


def _add(column: str, amount: int, **values: object) -> Edit:
    """So many more users where the columns have these values."""
    changed = pl.when(_rows(**values)).then(pl.col(column) + amount).otherwise(column).alias(column)
    return lambda rows: rows.with_columns(changed)


def _repeat(**values: object) -> Edit:
    return lambda rows: pl.concat([rows, rows.filter(_rows(**values))])


def _without(**values: object) -> Edit:
    return lambda rows: rows.filter(~_rows(**values))


def _both(*edits: Edit) -> Edit:
    def edit(rows: pl.DataFrame) -> pl.DataFrame:
        for one in edits:
            rows = one(rows)
        return rows

    return edit


def _wrong_origin(rows: pl.DataFrame) -> pl.DataFrame:
    """A current user of the day is said to have been at risk on the eve: all states are as they were."""
    where = {"event_date": DAY, "dimension": "role", "segment": "student", "state": "current"}
    return _both(
        _add("users", -1, **where, previous_state="current"),
        _add("users", 1, **where, previous_state="at_risk_wau"),
    )(rows)


OVERALL = {"event_date": DAY, "dimension": "overall"}
DAILY = [
    (LIFECYCLE, "unique_key", _repeat(**OVERALL, state="dormant")),
    (LIFECYCLE, "states_add_up", _wrong_origin),
    (LIFECYCLE, "states_add_up", _add("previous_users", 1, **OVERALL, previous_state="dormant")),
    (LIFECYCLE, "lifecycle_segments_add_up", _add("users", 1, **OVERALL, state="new")),
    (LIFECYCLE, "lifecycle_segments_add_up", _add("users", 1, event_date=DAY, segment="DE", state="dormant")),
    (LIFECYCLE, "lifecycle_matches_kpis", _add("users", 1, **OVERALL, state="new")),
    (LIFECYCLE, "lifecycle_matches_kpis", _add("users", -1, **OVERALL, state="at_risk_mau")),
    (LIFECYCLE, "lifecycle_matches_kpis", _without(event_date=DAY)),
    (GROWTH, "unique_key", _repeat(**OVERALL, period_days=7)),
    (GROWTH, "growth_identity", _add("churned_users", 1, **OVERALL, period_days=1)),
    (GROWTH, "growth_identity", _add("new_users", 1, event_date=DAY, segment="student", period_days=28)),
    (
        GROWTH,
        "growth_identity",
        _both(
            *(
                _add(column, 1, **OVERALL, period_days=7)
                for column in ("previous_active_users", "churned_users", "net_change")
            ),
            _add("net_change", -2, **OVERALL, period_days=7),
        ),
    ),
    (GROWTH, "growth_matches_lifecycle", _add("active_users", 1, **OVERALL, period_days=28)),
    (GROWTH, "growth_matches_lifecycle", _without(event_date=DAY)),
]
WHOLE_TABLES = [
    (POWER, "unique_key", _repeat(dimension="overall", window_days=28, active_days=3)),
    (POWER, "power_users_add_up", _add("users", 1, dimension="overall", window_days=7, active_days=2)),
    (POWER, "power_users_add_up", _without(dimension="role", segment="teacher")),
]


def _run(lake: Lake, table: str, name: str, first: int = 0) -> Finding:
    check = next(check for check in CHECKS if (check.table, check.name) == (table, name))
    return check.run(DuckDBEngine(lake), days(first, 44))


@pytest.mark.parametrize(("table", "name", "edit"), DAILY)
def test_a_planted_fault_is_found_on_its_day_and_nowhere_else(
    clean_lake: Lake, table: str, name: str, edit: Edit
):
    change(clean_lake, table, edit)
    assert _run(clean_lake, table, name).days == [str(DAY)]
    assert _run(clean_lake, table, name, first=37).passed


@pytest.mark.parametrize(("table", "name", "edit"), WHOLE_TABLES)
def test_a_fault_planted_in_a_whole_table_is_found(clean_lake: Lake, table: str, name: str, edit: Edit):
    change(clean_lake, table, edit)
    assert not _run(clean_lake, table, name).passed


def test_users_who_vanish_between_two_days_are_missed_on_the_second(clean_lake: Lake):
    change(clean_lake, LIFECYCLE, _add("users", 2, **OVERALL, previous_state="dormant", state="dormant"))
    change(clean_lake, LIFECYCLE, _add("previous_users", 2, **OVERALL, previous_state="dormant"))
    assert _run(clean_lake, LIFECYCLE, "states_add_up").days == [str(DAY), str(day(36))]


def test_every_check_has_a_planted_fault():
    ours = {(check.table, check.name) for check in CHECKS if check.table in (LIFECYCLE, GROWTH, POWER)}
    assert ours == {(table, name) for table, name, _ in (*DAILY, *WHOLE_TABLES)}
