"""Drift: the step's test against statsmodels, quiet series, planted steps, and what it must survive."""

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.typing import NDArray
from scipy import stats

from analytics_platform.errors import AnalyticsError
from analytics_platform.stats.drift import LEARNED, Daily, Watch, anchor_errors, detect, shares

DAYS = np.arange(120)


def flagged(random: np.random.Generator, chance: NDArray, outputs: int) -> tuple[NDArray, NDArray]:
    scored = random.poisson(outputs, len(chance))
    return random.binomial(scored, chance), scored


def watch(daily: Daily, **kwargs: object) -> list[Watch]:
    return detect(daily.days, daily.values, daily.errors, daily.outputs, **kwargs)


def stepped(random: np.random.Generator, outputs: int, after: float, on: int = 100) -> Daily:
    chance = np.where(np.arange(on + 3) < on, 0.2, after)
    return shares(np.arange(on + 3), *flagged(random, chance, outputs))


def test_the_statistic_agrees_with_a_regression_by_statsmodels():
    random = np.random.default_rng(12)
    values = 0.2 + random.normal(0, 0.01, 60)
    found = detect(DAYS[:60], values, np.full(60, 0.004))[-1]
    age = (DAYS[:60] - 59) / 140
    level = np.column_stack([np.ones(60), age, age**2, *(DAYS[:60] % 7 == weekday for weekday in range(6))])
    least = 1.0
    for window, part in {1: 0.15, 2: 0.2, 3: 0.45, 7: 0.15, 14: 0.05}.items():
        fit = sm.OLS(values, np.column_stack([level, DAYS[:60] > 59 - window])).fit()
        least = min(least, fit.pvalues[-1] / part)
    assert found.statistic == pytest.approx(stats.norm.isf(least / 2), rel=1e-6)
    assert found.threshold == pytest.approx(stats.norm.isf(1 / 730))


@pytest.mark.parametrize("between", [0.0, 0.015], ids=["binomial", "over-dispersed"])
def test_a_quiet_year_has_at_most_one_alarm_on_average(between: float):
    """With 20 false alarms a year allowed, so that few years are enough to see the rate."""
    random, alarms, years = np.random.default_rng(2), 0, 4
    for _ in range(years):
        chance = 0.2 + 0.04 * (np.arange(365) % 7 > 4) + random.normal(0, between, 365)
        found = watch(shares(np.arange(365), *flagged(random, chance, 1_000)), false_alarms_a_year=20.0)
        alarms += sum(day.is_alarm for day in found)
    assert 2 <= alarms / years <= 20


def test_series_share_the_false_alarms():
    daily = stepped(np.random.default_rng(3), 1_000, 0.2)
    one, many = watch(daily)[-1], watch(daily, series=10)[-1]
    assert (one.statistic, one.threshold < many.threshold) == (many.statistic, True)


@pytest.mark.parametrize(
    ("outputs", "after", "found_at_least"), [(1_000, 0.26, 0.9), (1_000, 0.14, 0.9), (150, 0.32, 0.75)]
)
def test_a_silent_step_is_found_within_three_days(outputs: int, after: float, found_at_least: float):
    random, found, dated = np.random.default_rng(4), 0, 0
    for _ in range(25):
        alarms = [day for day in watch(stepped(random, outputs, after))[-3:] if day.is_alarm]
        if alarms:
            found += alarms[0].direction == ("up" if after > 0.2 else "down")
            dated += abs(alarms[0].change_day - 100) <= 1
            assert abs(alarms[0].expected - 0.2) < 0.06
    assert found / 25 >= found_at_least
    assert dated / found >= 0.8


def test_after_an_alarm_the_new_level_is_the_expected_one():
    random = np.random.default_rng(5)
    daily = shares(DAYS, *flagged(random, np.where(DAYS < 60, 0.2, 0.35), 1_000))
    found = watch(daily)
    assert [day.day for day in found if day.is_alarm] == [60]
    assert found[-1].expected == pytest.approx(0.35, abs=0.04)
    assert all(np.isnan(day.statistic) for day in found[61:74])


def test_a_release_is_no_alarm():
    random = np.random.default_rng(6)
    daily = shares(DAYS, *flagged(random, np.where(DAYS < 60, 0.2, 0.35), 1_000))
    assert not any(day.is_alarm for day in watch(daily, releases=[60]))
    later = shares(DAYS, *flagged(random, 0.2 + 0.1 * (DAYS >= 60) + 0.1 * (DAYS >= 80), 1_000))
    assert [day.day for day in watch(later, releases=[60]) if day.is_alarm] == [80]


def test_gaps_and_days_of_few_outputs_raise_no_alarm():
    random = np.random.default_rng(7)
    scored = np.where(random.random(120) < 0.2, 0, random.geometric(1 / 40, 120))
    daily = shares(DAYS, random.binomial(scored, 0.2), scored)
    assert len(daily.days) == np.count_nonzero(scored)
    assert not any(day.is_alarm for day in watch(daily, series=5))
    single = shares(DAYS[:60], np.where(DAYS[:60] == 59, 3, 100), np.where(DAYS[:60] == 59, 3, 500))
    assert not watch(single)[-1].is_alarm, "three outputs, all flagged, on the last day"


def test_the_first_two_weeks_are_learned_from():
    found = watch(shares(DAYS[:20], *flagged(np.random.default_rng(8), np.full(20, 0.2), 1_000)))
    assert [np.isnan(day.statistic) for day in found] == [True] * LEARNED + [False] * 6


def test_drift_of_the_judge_is_seen_on_frozen_anchors():
    random, items = np.random.default_rng(9), np.tile(np.arange(200), 40)
    days, truth = np.repeat(np.arange(40), 200), np.tile(np.arange(200) % 3 == 0, 40)
    is_hard = np.tile(np.arange(200) % 10 == 0, 40)
    is_wrong = is_hard ^ (random.random(8_000) < 0.01)
    steady = anchor_errors(days, items, truth, truth ^ is_wrong)
    assert not any(day.is_alarm for day in watch(steady))
    worse = is_wrong | ((days >= 37) & (random.random(8_000) < 0.06))
    found = watch(anchor_errors(days, items, truth, truth ^ worse))
    assert [day.direction for day in found if day.is_alarm][:1] == ["up"]
    binomial = np.sqrt(steady.values * (1 - steady.values) / 200)
    assert (steady.errors[-5:] < 0.7 * binomial[-5:]).all(), "the same cases come back, so days differ less"


def test_a_series_that_never_moves_raises_no_alarm():
    found = detect(DAYS, np.full(120, 0.1), np.full(120, 0.01))
    assert not any(day.is_alarm for day in found)
    assert found[-1].expected == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("days", "values", "errors", "series", "words"),
    [
        ([1, 1], [0.1, 0.2], [0.1, 0.1], 1, "days must ascend"),
        ([1, 2], [0.1], [0.1, 0.1], 1, "days must ascend"),
        ([1, 2], [0.1, np.nan], [0.1, 0.1], 1, "day 2 has value nan and error 0.1"),
        ([1, 2], [0.1, 0.2], [0.0, 0.1], 1, "day 1 has value 0.1 and error 0.0"),
        ([1, 2], [0.1, 0.2], [0.1, 0.1], 0, "series is 0"),
    ],
)
def test_input_that_does_not_fit_is_refused_in_words(
    days: list, values: list, errors: list, series: int, words: str
):
    with pytest.raises(AnalyticsError, match=words):
        detect(days, values, errors, series=series)
