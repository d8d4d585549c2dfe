"""Scenarios played: the same people by the same draws, with the change and nothing else."""

import numpy as np
import pytest

from analytics_platform.simulation.dynamics import Dynamics
from analytics_platform.simulation.planted import Counterfactual, Shift
from analytics_platform.simulation.scenario import Diary, Played, live, play
from analytics_platform.simulation.state import State
from analytics_platform_tests.simulation.conftest import world_of

CUT, LAST = 110, 135


@pytest.fixture(scope="module")
def past() -> tuple[Dynamics, State, Diary]:
    dynamics = Dynamics(world_of(users=2500, days=160))
    state = dynamics.start()
    return dynamics, state, live(dynamics, state, CUT - 1)


@pytest.fixture(scope="module")
def baseline(past: tuple[Dynamics, State, Diary]) -> Diary:
    return play(past[0], past[1], Played(), LAST)


def pairs(diary: Diary) -> set[tuple[int, int]]:
    return set(zip(diary.users.tolist(), diary.days.tolist(), strict=True))


def test_playing_nothing_is_living_on_and_leaves_the_state_as_it_is(
    past: tuple[Dynamics, State, Diary], baseline: Diary
):
    dynamics, state, _ = past
    assert state.day == CUT
    assert pairs(live(dynamics, state.copy(), LAST)) == pairs(baseline)
    assert state.day == CUT
    assert not dynamics.people.is_bot[baseline.users].any()


def test_more_signups_leave_everybody_else_as_they_were(past: tuple[Dynamics, State, Diary], baseline: Diary):
    dynamics, state, _ = past
    more = play(dynamics, state, Played(0.3, CUT), LAST)
    own = len(baseline.classroom)
    assert {pair for pair in pairs(more) if pair[0] < own} == pairs(baseline)
    born = dynamics.people.signup_day
    usual = ((born >= CUT) & (born <= LAST)).sum()
    assert len(set(more.users[more.users >= own])) == pytest.approx(0.3 * usual, rel=0.25)
    assert more.classroom[own:].max() > baseline.classroom.max(), "newcomers have classes of their own"


def test_fewer_signups_are_days_left_out(past: tuple[Dynamics, State, Diary], baseline: Diary):
    dynamics, state, _ = past
    fewer = play(dynamics, state, Played(-0.4, CUT), LAST)
    assert pairs(fewer) < pairs(baseline)
    gone = {user for user, _ in pairs(baseline) - pairs(fewer)}
    assert (dynamics.people.signup_day[list(gone)] >= CUT).all()


def test_a_launch_treats_everybody_past_the_experiment_s_end(
    past: tuple[Dynamics, State, Diary], baseline: Diary
):
    dynamics, state, _ = past
    launched = Played(changed=Counterfactual(launches={"class_challenges": CUT + 5}))
    told = play(dynamics, state, launched, LAST)
    assert {pair for pair in pairs(told) if pair[1] < CUT + 5} == {
        pair for pair in pairs(baseline) if pair[1] < CUT + 5
    }
    assert len(told.users) > 1.02 * len(baseline.users)
    alone = np.flatnonzero(told.classroom[told.users] < 0)
    loners = {(int(told.users[at]), int(told.days[at])) for at in alone}
    assert loners == {pair for pair in pairs(baseline) if baseline.classroom[pair[0]] < 0}


def test_shifts_change_one_mechanism_from_a_day_on(past: tuple[Dynamics, State, Diary], baseline: Diary):
    dynamics, state, _ = past

    def shifted(mechanism: str, change: float) -> Diary:
        shift = Shift(mechanism, change, CUT)  # pyright: ignore[reportArgumentType]
        return play(dynamics, state, Played(changed=Counterfactual(shifts=(shift,))), LAST)

    dearer = shifted("convert_logit", -30.0)
    assert dearer.conversions.shape[1] == 0
    assert baseline.conversions.shape[1] > 0
    better = shifted("quality", 1.0)
    assert better.stars.sum() / better.ratings.sum() > 0.3 + baseline.stars.sum() / baseline.ratings.sum()
    assert len(shifted("leave_logit", -1.0).users) > len(baseline.users)


def test_a_shift_ramps_up_and_ends():
    shift = Shift("quality", 1.0, 10, last_day=13, ramp_days=1)
    assert [shift.on(day) for day in range(9, 15)] == [0.0, 0.5, 1.0, 1.0, 1.0, 0.0]


def test_what_cannot_be_played_is_refused(past: tuple[Dynamics, State, Diary]):
    dynamics, state, _ = past
    with pytest.raises(ValueError, match="outside -1 to 1"):
        play(dynamics, state, Played(1.5, CUT), LAST)
    with pytest.raises(ValueError, match=f"from day {CUT} on, not from 3"):
        play(dynamics, state, Played(0.1, 3), LAST)
