import numpy as np
import pytest

from analytics_platform.churn.calibration import LEAST_SLOPE, UNCALIBRATED, platt


def test_a_shifted_and_stretched_model_is_mended():
    draw = np.random.default_rng(0)
    true = draw.normal(size=20_000)
    y = draw.random(20_000) < 1 / (1 + np.exp(-true))
    found = platt(2 * true + 1.5, y)
    assert found.slope == pytest.approx(0.5, abs=0.03)
    assert found.intercept == pytest.approx(-0.75, abs=0.05)
    assert found.probability(2 * true + 1.5).mean() == pytest.approx(y.mean(), abs=1e-3)


def test_too_few_of_either_outcome_change_nothing():
    assert platt(np.zeros(500), np.arange(500) < 40) == UNCALIBRATED
    assert UNCALIBRATED.probability(np.zeros(1)) == 0.5


def test_a_snapshot_that_goes_the_wrong_way_does_not_turn_the_ranking_round():
    draw = np.random.default_rng(1)
    logit = draw.normal(size=5_000)
    y = draw.random(5_000) < 1 / (1 + np.exp(logit - 1))
    found = platt(logit, y)
    assert found.slope == LEAST_SLOPE
    assert found.probability(logit).mean() == pytest.approx(y.mean(), abs=1e-3)
