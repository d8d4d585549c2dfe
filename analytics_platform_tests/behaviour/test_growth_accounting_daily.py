"""`behaviour.growth_accounting_daily` against sets of users."""

from collections.abc import Iterable

from hypothesis import given, settings

from analytics_platform.behaviour import GROWTH_ACCOUNTING_DAILY, LIFECYCLE_DAILY
from analytics_platform.lakehouse import Window
from analytics_platform_tests.behaviour.visits import VISITS, all_days, computed, growth_table
from analytics_platform_tests.derived_rows import days, user_day
from analytics_platform_tests.raw_rows import Row


def in_order(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: [row[name] for name in GROWTH_ACCOUNTING_DAILY.key])


def growth_rows(rows: list[Row], *windows: Window) -> list[Row]:
    """Rows of the given windows (default: all days) in key order, over a lifecycle of all days."""
    everything = all_days(rows)
    return computed(rows, (LIFECYCLE_DAILY, [everything]), (GROWTH_ACCOUNTING_DAILY, windows or [everything]))


@settings(max_examples=20, deadline=None)
@given(VISITS)
def test_every_column_equals_its_definition(visits: list[Row]):
    expected = growth_table(visits, max(row["event_date"] for row in visits))
    assert growth_rows(visits) == in_order(expected)


def test_any_cut_into_windows_gives_the_same_rows():
    visits = [user_day(user, offset) for user in (1, 2, 3) for offset in range(0, 40, user * 3)]
    pieces = [days(0, 4), days(5, 5), days(6, 20), days(21, 39)]
    assert growth_rows(visits, *pieces) == growth_rows(visits, days(0, 39))


def test_the_quick_ratio_is_of_whole_weeks_and_null_where_nobody_was_lost():
    visits = [user_day(1, 0), *(user_day(2, offset) for offset in range(30))]
    rows = {
        (row["event_date"], row["period_days"]): row["quick_ratio"]
        for row in growth_rows(visits)
        if row["dimension"] == "overall"
    }
    by_day = {period: [rows[each, period] for each in days(0, 29).days()] for period in (1, 7, 28)}
    assert by_day[1] == [None] * 6 + [2 / 1, 0.0] + [None] * 22
    assert by_day[7] == [None] * 7 + [0.0] * 7 + [None] * 16
    assert by_day[28] == [None] * 28 + [0.0] * 2
