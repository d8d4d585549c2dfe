import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from analytics_platform.stats.wilson import wilson


def test_limits_are_those_of_statsmodels():
    units = np.array([1, 5, 30, 400])
    for successes in (units * 0, units, units // 2):
        low, high = wilson(successes, units)
        expected = proportion_confint(successes, units, method="wilson")
        assert low == pytest.approx(expected[0], abs=1e-12)
        assert high == pytest.approx(expected[1], abs=1e-12)


def test_without_units_there_is_no_interval():
    assert np.isnan(wilson([0], [0])).all()
