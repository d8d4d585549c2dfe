"""`behaviour.user_lifetimes` against lives read day by day."""

from hypothesis import given, settings

from analytics_platform_tests.behaviour.lives import (
    BRACKETS,
    LIVES,
    ages,
    day,
    last_offset,
    observed,
    person,
    silent_from,
    table_of,
)
from analytics_platform_tests.raw_rows import Row


@settings(max_examples=15, deadline=None)
@given(LIVES)
def test_every_life_equals_its_definition(people: list[Row]):
    today = last_offset(people)
    for row, life in zip(table_of(people), people, strict=True):
        active = ages(life)
        assert row["first_date"] == day(life["days"][0])
        assert (row["role"], row["acquisition_channel"]) == (life["role"], life["channel"] or "unknown")
        assert row["first_feature"] == (life["feature"] or "none")
        assert (row["days_observed"], row["last_day"]) == (observed(life, today), active[-1])
        assert row["active_days_7d"] == sum(age < 7 for age in active)
        assert row["active_days_14d"] == sum(age < 14 for age in active)
        assert row["active_weeks"] == sum({1 << (age // 7) for age in active})
        met = [any(low <= age <= high for age in active) for low, high in BRACKETS]
        assert row["active_brackets"] == sum(1 << place for place, is_met in enumerate(met) if is_met)
        assert row["silent_from_day"] == silent_from(life, today)


def test_a_silence_of_27_days_is_none_and_the_first_of_28_counts():
    watched = person([200])
    lives = [person([0, 28]), person([0, 29]), person([0, 28, 60, 199])]
    rows = table_of([*lives, watched])
    assert [row["silent_from_day"] for row in rows] == [29, 1, 29, None]


def test_a_silence_that_is_not_over_yet_needs_28_days():
    assert [row["silent_from_day"] for row in table_of([person([0, 3]), person([31])])] == [4, None]
    assert [row["silent_from_day"] for row in table_of([person([0, 3]), person([30])])] == [None, None]


def test_a_log_of_many_years_fits():
    (row, _) = table_of([person([0, 100]), person([399])])
    assert row["active_weeks"] == 1 + (1 << 14)
    (row, _) = table_of([person([0, 363, 364]), person([399])])
    assert row["active_weeks"] == 1 + (1 << 51)
