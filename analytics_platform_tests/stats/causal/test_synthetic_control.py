import numpy as np
import pytest

from analytics_platform.stats.causal.synthetic_control import (
    conformal_interval,
    simplex_weights,
    synthetic_control,
)


def series(effect: float, seed: int = 0):
    draw = np.random.default_rng(seed)
    donors = 1 + draw.normal(0, 0.1, size=(5, 30))
    treated = np.array([0.6, 0.4, 0, 0, 0]) @ donors + draw.normal(0, 0.01, 30)
    treated[20:] += effect
    return treated, donors


def test_weights_are_recovered():
    treated, donors = series(0.0)
    weights = simplex_weights(treated, donors)
    assert weights == pytest.approx([0.6, 0.4, 0, 0, 0], abs=0.03)
    assert weights.sum() == pytest.approx(1.0)


def test_an_effect_is_found_and_no_placebo_is_as_large():
    treated, donors = series(0.3)
    found = synthetic_control(treated, donors, 20)
    assert found.effect == pytest.approx(0.3, abs=0.03)
    assert found.p_value == pytest.approx(1 / 6)
    assert found.fit_error < 0.02
    interval = conformal_interval(treated, donors, 20)
    assert interval is not None
    assert interval[0] - 0.02 < 0.3 < interval[1] + 0.02


def test_too_few_periods_leave_the_interval_open():
    treated, donors = series(0.3)
    assert conformal_interval(treated[:24], donors[:, :24], 20, alpha=0.01) is None


@pytest.mark.parametrize(("donors", "launch"), [(1, 10), (5, 2), (5, 30)])
def test_too_little_to_compare_is_refused(donors: int, launch: int):
    treated, others = series(0.0)
    with pytest.raises(ValueError, match="two donors"):
        synthetic_control(treated, others[:donors], launch)
