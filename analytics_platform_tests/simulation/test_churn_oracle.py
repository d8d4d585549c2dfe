"""The oracle against the simulator itself: futures lived again and again under other seeds."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from analytics_platform.simulation.churn_oracle import (
    CHURN_SCHEMA,
    HORIZON_DAYS,
    Oracle,
    Watched,
    churn_truth,
    eligible,
)
from analytics_platform.simulation.dynamics import Dynamics
from analytics_platform.simulation.state import ALIVE, GONE, State
from analytics_platform.simulation.world import World
from analytics_platform_tests.simulation.conftest import world_of

TODAY = 100
REPLAYS = 60


@pytest.fixture(scope="module")
def lived() -> tuple[Watched, State]:
    """A small world on the eve of day 101, in the middle of terms, experiments and a launch."""
    watched = Watched(world_of(users=900, days=160))
    state = watched.begin()
    while state.day <= TODAY:
        watched.live(state)
    return watched, state


def replay(watched: Watched, state: State, seed: int) -> np.ndarray:
    """Whether each user stays away for 28 days, if every lot from now on is drawn anew."""
    world: World = replace(watched.world, seed=seed)
    dynamics = Dynamics(world, people=watched.people)
    for part in (dynamics, dynamics.sessions, dynamics.assistant, dynamics.till):
        part.planted = watched.planted
    future = state.copy()
    gone = np.flatnonzero(future.status == GONE)
    wait = np.random.default_rng(seed).geometric(world.parameters.activity.return_hazard, len(gone))
    future.return_day[gone] = np.minimum(future.day - 1 + wait, 32_000)
    came = np.zeros(watched.people.size, dtype=bool)
    for _ in range(HORIZON_DAYS):
        came[dynamics.live(future).uses.users] = True
    return ~came


def test_chances_are_the_shares_of_replayed_futures(lived: tuple[Watched, State]):
    watched, state = lived
    users = eligible(watched, TODAY)
    chance = Oracle(watched, state, users).given_state()
    stays = np.mean([replay(watched, state, seed)[users] for seed in range(REPLAYS)], axis=0)
    assert len(users) > 250
    spread = np.sqrt(chance * (1 - chance) / REPLAYS)
    z = (stays - chance) / np.maximum(spread, 1e-3)
    assert abs((stays - chance).mean()) < 4 * np.sqrt((spread**2).sum()) / len(users)
    assert np.mean(z**2) == pytest.approx(1, abs=0.35)
    for low, high in ((0, 0.2), (0.2, 0.8), (0.8, 1.01)):
        own = (chance >= low) & (chance < high)
        assert abs((stays - chance)[own].mean()) < 4 * np.sqrt((spread[own] ** 2).sum()) / own.sum()


def test_who_does_not_know_who_left_is_right_on_average():
    """The filter averages what the all-knowing would say: their means agree in every part of its range."""
    rows = list(churn_truth(world_of(users=2500, days=120)))
    filtered = np.concatenate([table["probability"] for table in rows])
    knowing = np.concatenate([table["probability_knowing_who_left"] for table in rows])
    part = np.digitize(filtered, [0.1, 0.3, 0.5, 0.7, 0.9])
    for bin_ in range(6):
        own = part == bin_
        error = (knowing - filtered)[own].std() / np.sqrt(own.sum() / 5)  # a user stands in several snapshots
        assert abs((knowing - filtered)[own].mean()) < max(4 * error, 0.01)


def test_an_alive_user_is_likelier_to_come_than_one_who_left(lived: tuple[Watched, State]):
    watched, state = lived
    users = eligible(watched, TODAY)
    chance = Oracle(watched, state, users).given_state()
    is_alive = state.status[users] == ALIVE
    assert chance[~is_alive].min() > 0.85
    assert chance[is_alive].mean() < chance[~is_alive].mean()
    assert ((chance > 0) & (chance < 1)).all()


def test_rows_name_every_sixth_day_whose_28_days_the_world_has():
    world = world_of(users=200, days=50)
    tables = list(churn_truth(world))
    days = [table["snapshot_date"][0].as_py() for table in tables]
    assert {(b - a).days for a, b in pairwise(days)} == {6}
    assert max(days) <= world.date(50 - 1 - HORIZON_DAYS)
    assert all(table.schema == CHURN_SCHEMA for table in tables)
    assert all(0 < one < 1 for table in tables for one in table["probability"].to_pylist())
