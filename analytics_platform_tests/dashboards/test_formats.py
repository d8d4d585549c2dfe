from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from dashboards import formats
from dashboards.formats import (
    days_in_words,
    difference,
    instant,
    listed,
    long_day,
    number,
    percent,
    scale,
    short_day,
)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.2345, "share", "23.4%"),
        (0.0042, "share", "0.42%"),
        (0.0, "share", "0.0%"),
        (42.4, "seconds", "42 s"),
        (372.0, "seconds", "6.2 min"),
        (9000.0, "seconds", "2.5 h"),
        (4.123, "stars", "4.12"),
        (2.3456, "ratio", "2.35"),
        (3120.0, "users", "3,120"),
        (3120.4, "users", "3,120"),
        (0.43, "users", "0.4"),
        (2_345_678.0, "uses", "2.35M"),
    ],
)
def test_a_number_carries_its_unit_and_few_digits(value: float, unit: str, text: str):
    assert number(value, unit) == text


@pytest.mark.parametrize(
    ("before", "after", "unit", "text"),
    [
        (0.20, 0.234, "share", "+3.4 pp"),
        (0.234, 0.20, "share", "-3.4 pp"),
        (4.0, 4.05, "stars", "+0.05"),
        (100.0, 108.2, "users", "+8.2%"),
        (100.0, 100.01, "users", "0.0%"),
        (100.0, 99.99, "users", "0.0%"),
        (0.0, 3.0, "users", "+3"),
        (1.0, 4.0, "users", "+3"),
        (12.0, 9.0, "users", "-3"),
        (10.0, 15.0, "seconds", "+50.0%"),
        (0.0, 0.0, "users", "0"),
    ],
)
def test_a_difference_is_signed_and_in_points_for_shares(before: float, after: float, unit: str, text: str):
    assert difference(before, after, unit) == text


def test_a_percentage_below_one_keeps_two_digits():
    assert (percent(0.00994), percent(0.0101)) == ("0.99%", "1.0%")


def test_seconds_are_scaled_to_the_unit_that_suits_the_largest():
    assert [scale("seconds", [top]).suffix for top in (60.0, 600.0, 9000.0)] == [" s", " min", " h"]
    assert scale("seconds", [None, 9000.0]).divisor == 3600


def test_an_axis_without_values_is_still_an_axis():
    assert scale("users", []).divisor == 1
    assert scale("share", [None]).tick_format == ".1%"


def test_days_and_instants_read_as_words():
    day = date(2026, 2, 5)
    assert (long_day(day), short_day(day)) == ("Thu 5 Feb 2026", "5 Feb")
    assert instant(datetime(2026, 2, 5, 23, 5, tzinfo=UTC), ZoneInfo("Europe/Berlin")) == "6 Feb 2026 00:05"


def test_lists_end_with_and():
    assert [listed(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


def test_many_days_become_a_count_and_a_range():
    days = [date(2026, 1, day) for day in (1, 2, 5, 9)]
    assert days_in_words(days[:2]) == "Thu 1 Jan 2026 and Fri 2 Jan 2026"
    assert days_in_words(days) == "4 days between Thu 1 Jan 2026 and Fri 9 Jan 2026"


@pytest.mark.parametrize(
    ("effect", "words"),
    [
        ((0.114, 0.098, 0.129), "+11.4% (+9.8 to +12.9)"),
        ((-0.004, -0.012, 0.004), "-0.40% (-1.20 to +0.40)"),
        ((0.0, -0.01, 0.01), "0.0% (-1.0 to +1.0)"),
        ((0.2, None, None), "+20.0% (no interval)"),
        ((0.2, -0.1, None), "+20.0% (-10.0 to unbounded)"),
        ((None, None, None), "no estimate"),
    ],
)
def test_a_relative_effect_reads_with_its_interval(effect: tuple[float | None, ...], words: str):
    assert formats.lift_range(*effect) == words


@pytest.mark.parametrize(
    ("p", "words"),
    [(None, ""), (2e-9, "p < 0.001"), (0.0314, "p = 0.031"), (0.414, "p = 0.41"), (1.0, "p = 1.00")],
)
def test_a_p_value_has_as_many_digits_as_matter(p: float | None, words: str):
    assert formats.p_value(p) == words
