"""Cohorts lived on: identities, and expectations against a simulation of people."""

import numpy as np

from analytics_platform.forecasts.life_table import NEVER, Lives
from analytics_platform.forecasts.subscription_cohorts import lived_on

NOBODY = Lives(*(np.zeros(0, np.int64) for _ in range(3)))


def world(random: np.random.Generator, days: int, a_day: int) -> tuple[Lives, Lives]:
    """Trials that convert on their tenth day with chance .3; a quarter cancel at each 30th day."""
    starts = np.repeat(np.arange(days), a_day)
    converts = random.random(len(starts)) < 0.3
    paid = starts[converts] + 10
    months = random.geometric(0.25, len(paid))
    one = np.ones(len(starts), np.int64)
    return (
        Lives(starts, np.where(converts, starts + 10, NEVER), one),
        Lives(paid, paid + 30 * months, one[: len(paid)]),
    )


def test_subscribers_are_those_before_plus_conversions_less_cancellations():
    trials, paid = world(np.random.default_rng(1), 120, 20)
    found = lived_on(trials, paid, 99, np.full(28, 20.0))
    before = np.concatenate([[paid.open_by_age(99, 200).sum()], found.active_subscribers[:-1]])
    np.testing.assert_allclose(found.active_subscribers, before + found.conversions - found.cancellations)


def test_what_is_expected_is_what_comes():
    trials, paid = world(np.random.default_rng(2), 240, 200)
    today = 200
    found = lived_on(trials, paid, today, np.full(28, 200.0))
    days = today + 1 + np.arange(28)
    came = np.array([((paid.starts <= day) & (paid.ends > day)).sum() for day in days])
    np.testing.assert_allclose(found.active_subscribers, came, rtol=0.01)
    np.testing.assert_allclose(found.conversions.sum(), np.isin(paid.starts, days).sum(), rtol=0.03)
    np.testing.assert_allclose(found.cancellations.sum(), np.isin(paid.ends, days).sum(), rtol=0.05)


def test_what_came_after_today_is_not_known():
    trials, paid = world(np.random.default_rng(3), 150, 20)
    later = Lives(np.append(paid.starts, 130), np.append(paid.ends, 131), np.append(paid.users, 10**6))
    one = lived_on(trials, paid, 120, np.full(28, 20.0))
    assert (
        one.active_subscribers.tolist()
        == lived_on(trials, later, 120, np.full(28, 20.0)).active_subscribers.tolist()
    )


def test_without_trials_conversions_go_on_as_they_were():
    starts = np.arange(100)
    paid = Lives(starts, np.full(100, NEVER), np.full(100, 3))
    found = lived_on(NOBODY, paid, 99, np.zeros(28))
    np.testing.assert_allclose(found.conversions, 3)
    assert found.active_subscribers[-1] == 300 + 28 * 3


def test_a_trial_converts_at_its_last_age_once():
    """All of a hundred trials a day that convert do so on day 60, the last told apart."""
    starts = np.repeat(np.arange(200), 100)
    converts = np.arange(len(starts)) % 100 < 50
    one = np.ones(len(starts), np.int64)
    trials = Lives(starts, np.where(converts, starts + 60, NEVER), one)
    paid = Lives(starts[converts] + 60, np.full(converts.sum(), NEVER), one[converts])
    found = lived_on(trials, paid, 150, np.full(28, 100.0))
    np.testing.assert_allclose(found.conversions, 50)


def test_trials_begun_again_bring_as_many_conversions_as_come():
    """Of a hundred a day half begin again after five days; half of those not followed convert after ten."""
    number = np.tile(np.arange(100), 200)
    first, is_superseded = np.repeat(np.arange(200), 100), number < 50
    starts = np.concatenate([first, first[is_superseded] + 5])
    converts = np.concatenate([number >= 75, number[is_superseded] >= 25])
    ends = np.where(converts, starts + 10, NEVER)
    one = np.ones(len(starts), np.int64)
    paid = Lives(ends[converts], np.full(converts.sum(), NEVER), one[converts])
    found = lived_on(Lives(starts, ends, one), paid, 150, np.full(28, 150.0))
    np.testing.assert_allclose(found.conversions, 50, rtol=0.03)
