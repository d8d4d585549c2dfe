"""Life tables against counting people one by one."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analytics_platform.forecasts.life_table import NEVER, Hazards, Lives

PERSON = st.tuples(st.integers(0, 30), st.one_of(st.none(), st.integers(0, 20)))


def lives(people: list[tuple[int, int | None]]) -> Lives:
    starts = np.array([start for start, _ in people], np.int64)
    ends = np.array([NEVER if age is None else start + age for start, age in people], np.int64)
    return Lives(starts, ends, np.ones(len(people), np.int64))


@given(st.lists(PERSON, max_size=25), st.integers(0, 40), st.integers(1, 25))
def test_hazards_are_what_counting_gives(people: list[tuple[int, int | None]], today: int, size: int):
    found = lives(people).hazards(today, size)
    for age in range(size):
        ended = [p for p in people if p[1] == age and p[0] + age <= today]
        # At risk: the day of that age has come, and it had not ended before.
        at_risk = [p for p in people if p[0] + age <= today and (p[1] is None or p[1] >= age)]
        assert found.ends[age] == len(ended)
        if age < size - 1:
            assert found.at_risk[age] == len(at_risk)


@given(st.lists(PERSON, max_size=25), st.integers(0, 40), st.integers(1, 25))
def test_what_came_after_a_day_changes_nothing(people: list[tuple[int, int | None]], today: int, size: int):
    known = [
        (start, age if age is not None and start + age <= today else None)
        for start, age in people
        if start <= today
    ]
    one, other = lives(people).hazards(today, size), lives(known).hazards(today, size)
    np.testing.assert_array_equal(one.ends, other.ends)
    np.testing.assert_array_equal(one.at_risk, other.at_risk)


def test_those_who_go_on_by_age():
    found = lives([(0, None), (3, 9), (3, 1), (8, None)]).open_by_age(7, 10)
    assert found.tolist() == [0, 0, 0, 0, 1, 0, 0, 1, 0, 0]


def test_thin_ages_take_their_day_of_the_cycle():
    thin = Hazards(np.array([0.0, 10.0, 0.0, 2.0]), np.array([100.0, 100.0, 4.0, 4.0]))
    found = thin.cyclic(2, enough=50)
    assert found.chances.tolist() == [0, 0.1, 0, 12 / 104]
