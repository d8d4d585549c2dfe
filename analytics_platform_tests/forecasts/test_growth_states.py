"""States against the definitions of `activity.users`, user by user and day by day."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics_platform.forecasts.growth_states import (
    MONTH,
    RATES,
    REPORTED,
    STATES,
    UNSEEN,
    WEEK,
    flows,
    walk,
)

DAYS = 75


def state_of(visits: set[int], today: int) -> str | None:
    """As `activity.users` defines it; the second writing."""
    seen = sorted(day for day in visits if day <= today)
    if not seen:
        return None
    before = [day for day in seen if day < today]
    if seen[-1] == today:
        if not before:
            return "new"
        gap = today - before[-1]
        return "current" if gap < WEEK else "reactivated" if gap < MONTH else "resurrected"
    absent = today - seen[-1]
    return "at_risk_wau" if absent < WEEK else "at_risk_mau" if absent < MONTH else "dormant"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sets(st.integers(0, DAYS - 1), max_size=30), min_size=1, max_size=6))
def test_walking_gives_everybody_the_state_that_users_define(people: list[set[int]]) -> None:
    pairs = sorted((day, user) for user, visits in enumerate(people) for day in visits)
    days, users = (np.array([pair[at] for pair in pairs], np.int64) for at in (0, 1))
    reported = flows().reported
    for day, before, _ in walk(users, days, np.zeros(len(people), bool), range(DAYS)):
        for user, visits in enumerate(people):
            expected = state_of(visits, day - 1)
            assert (None if before[user] == UNSEEN else REPORTED[reported[before[user]]]) == expected


def test_who_was_there_before_the_record_is_taken_to_be_long_gone():
    (_, before, there), (_, after, _) = walk(
        np.array([0]), np.array([5]), np.array([True, False]), range(5, 7)
    )
    assert list(there) == [0]
    reported = [REPORTED[flows().reported[state]] for state in after if state != UNSEEN]
    assert reported == ["resurrected"]
    assert before is not after


def test_every_state_leads_to_states_and_rates_are_named_after_all_of_them():
    moves = flows()
    assert len(RATES) == len(REPORTED)
    assert set(moves.reported[:STATES]) == set(range(len(REPORTED)))
    assert max(moves.coming[:STATES].max(), moves.staying[:STATES].max()) < STATES
    assert set(moves.reported[moves.coming[:STATES]]) == {1, 2, 3}, "who comes again is not new"
    settled = moves.settling[:STATES]
    assert (moves.reported[settled] == moves.reported[:STATES]).all(), "age alone changes no reported state"
