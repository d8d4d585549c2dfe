import numpy as np
import pytest

from analytics_platform.stats.uplift import policy_value

SCORES = np.array([4.0, 2.0, -2.0, 1.0])
PREDICTED = np.array([1.0, 0.5, -1.0, 0.0])


def test_the_policy_treats_those_predicted_to_gain():
    value = policy_value(SCORES, PREDICTED)
    assert value.share == 0.5
    assert value.policy.value == pytest.approx(6 / 4)
    assert value.treat_all.value == pytest.approx(5 / 4)
    assert value.gain.value == pytest.approx(1 / 4)


def test_a_cost_is_taken_off_for_each_unit_treated():
    value = policy_value(SCORES, PREDICTED, cost=0.5)
    assert value.share == 0.25
    assert value.policy.value == pytest.approx(3.5 / 4)
    assert value.treat_all.value == pytest.approx(3 / 4)


def test_treating_everybody_gains_exactly_nothing_over_treating_everybody():
    value = policy_value(SCORES, np.ones(4))
    assert (value.gain.low, value.gain.value, value.gain.high) == (0, 0, 0)


def test_a_wider_interval_for_a_smaller_alpha():
    assert policy_value(SCORES, PREDICTED, alpha=0.01).gain.low < policy_value(SCORES, PREDICTED).gain.low
