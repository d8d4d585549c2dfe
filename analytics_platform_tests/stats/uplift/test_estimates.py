import numpy as np
import pytest

from analytics_platform.stats.uplift import mean


def test_the_mean_has_the_textbook_interval():
    found = mean(np.array([[1.0, 2.0, 3.0, 4.0], [0.0, 0.0, 0.0, 0.0]]))
    assert found.value == pytest.approx([2.5, 0])
    assert found.standard_error == pytest.approx([np.sqrt(5 / 3 / 4), 0])
    assert found.high - found.value == pytest.approx(1.959964 * found.standard_error, rel=1e-6)
    assert found.value - found.low == pytest.approx(1.959964 * found.standard_error, rel=1e-6)


def test_a_smaller_alpha_widens_the_interval():
    values = np.arange(10.0)
    assert mean(values, alpha=0.01).low < mean(values, alpha=0.05).low
