"""`behaviour.power_users` against counting each user's days."""

from collections.abc import Iterable

from hypothesis import given, settings

from analytics_platform.behaviour import POWER_USERS
from analytics_platform_tests.behaviour.visits import VISITS, all_days, computed, power_table
from analytics_platform_tests.derived_rows import user_day
from analytics_platform_tests.raw_rows import Row


def in_order(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: [row[name] for name in POWER_USERS.key])


def power_rows(rows: list[Row]) -> list[Row]:
    return computed(rows, (POWER_USERS, [all_days(rows)]))


def overall(rows: list[Row], window_days: int) -> dict[int, Row]:
    own = [row for row in rows if row["dimension"] == "overall" and row["window_days"] == window_days]
    return {row["active_days"]: row for row in own}


@settings(max_examples=30, deadline=None)
@given(VISITS)
def test_every_column_equals_its_definition(visits: list[Row]):
    assert power_rows(visits) == in_order(power_table(visits))


def test_who_came_within_the_window_is_no_established_user():
    visits = [*(user_day(1, offset) for offset in range(28)), user_day(2, 27)]
    found = overall(power_rows(visits), 28)
    assert (found[1]["users"], found[1]["share"]) == (1, 0.5)
    assert (found[1]["established_users"], found[1]["established_share"]) == (0, 0.0)
    assert (found[28]["established_users"], found[28]["established_share"]) == (1, 1.0)


def test_an_earlier_window_counts_only_where_the_log_reaches_back_to_its_first_day():
    begun_in_time = [user_day(1, 0), user_day(1, 55)]
    begun_too_late = [user_day(1, 0), user_day(1, 54)]
    known, unknown = (overall(power_rows(rows), 28) for rows in (begun_in_time, begun_too_late))
    assert known[1]["previous_established_share"] == 1.0
    assert {row["previous_established_users"] for row in unknown.values()} == {None}
    assert {row["previous_established_share"] for row in unknown.values()} == {None}


def test_shares_of_nobody_are_null():
    visits = [user_day(1, 0, country="FR"), user_day(2, 60)]
    own = [row for row in power_rows(visits) if row["segment"] == "FR"]
    assert {row["users"] for row in own} == {0}
    assert {row["share"] for row in own} == {None}
