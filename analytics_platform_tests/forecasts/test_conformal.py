"""Conformal intervals: the finite-sample quantile, and coverage under simulation."""

import numpy as np
import pytest

from analytics_platform.forecasts.conformal import LEVELS, bands, quantile, radii
from analytics_platform.forecasts.series import Scale


def test_the_quantile_has_the_finite_sample_correction():
    scores = np.arange(1.0, 20.0)  # 19 scores: the 95 % one is the 19th, the 80 % one the 16th
    assert [quantile(scores, level) for level in LEVELS] == [10, 16, 19]
    assert quantile(np.arange(1.0, 6.0), 0.95) == 5
    assert np.isnan(quantile(np.array([]), 0.5))


@pytest.mark.parametrize("origins", [8, 20, 60])
def test_intervals_cover_new_days_as_often_as_they_promise(origins: int):
    """With independent errors of equal law coverage is the level, up to one part in n + 1."""
    random = np.random.default_rng(5)
    held = np.zeros((400, len(LEVELS)))
    for draw in range(400):
        spread = np.exp(random.normal(0, 0.2, (origins + 1, 14)) * np.repeat([1.0, 2.0], 7))
        actual = 100 * spread
        made = bands(np.full(14, 100.0), np.full((origins, 14), 100.0), actual[:-1], Scale())
        held[draw] = ((made.low <= actual[-1]) & (actual[-1] <= made.high)).mean(axis=1)
    error = 4 * held.std(axis=0) / np.sqrt(400)
    assert (np.abs(held.mean(axis=0) - LEVELS) < error + 1 / (7 * origins + 1)).all()


def test_later_weeks_reach_as_far_as_their_own_errors():
    scores = np.repeat([[0.1] * 7 + [0.5] * 7], 8, axis=0)
    assert radii(scores, 14)[1].tolist() == [0.1] * 7 + [0.5] * 7
    assert radii(scores, 20)[1, -1] == 0.5


def test_few_origins_are_pooled_over_weeks():
    scores = np.array([[0.1] * 7 + [0.5] * 7] * 3)
    assert np.ptp(radii(scores, 14)[1]) == 0


def test_a_series_with_negative_values_has_symmetric_intervals():
    made = bands(
        np.array([-5.0]),
        np.zeros((6, 1)),
        np.array([[1.0], [2.0], [3.0], [4.0], [5.0], [6.0]]),
        Scale(is_log=False),
    )
    assert (made.low + made.high == -10).all()


def test_unknown_days_give_no_score():
    made = bands(np.ones(7), np.ones((6, 7)), np.full((6, 7), np.nan), Scale())
    assert np.isnan(made.low).all()
