import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from analytics_platform.errors import AnalyticsError
from analytics_platform.stats.bayesian import FLAT, Prior, posterior


def test_precisions_add_up():
    # By hand: data .10 ± .05 (precision 400), prior 0 ± .05 (400): mean .05, variance 1/800.
    belief = posterior(0.10, 0.05, Prior(0, 0.05))
    assert belief.mean == pytest.approx(0.05)
    assert belief.standard_deviation == pytest.approx(800**-0.5)


def test_a_flat_prior_repeats_the_confidence_interval():
    belief = posterior([0.29, -0.1], [0.125, 0.2], FLAT)
    low, high = norm.interval(0.95, [0.29, -0.1], [0.125, 0.2])
    np.testing.assert_allclose([belief.low, belief.high], [low, high])
    np.testing.assert_allclose(belief.chance_to_win, norm.sf(0, [0.29, -0.1], [0.125, 0.2]))


@pytest.mark.parametrize("higher_is_better", [True, False], ids=["up", "down"])
@pytest.mark.parametrize("estimate", [-0.2, 0.01, 0.3])
def test_losses_are_the_integrals_they_stand_for(estimate: float, higher_is_better: bool):
    belief = posterior(estimate, 0.1, higher_is_better=higher_is_better)
    density = norm(belief.mean, belief.standard_deviation).pdf
    rise, fall = quad(lambda x: x * density(x), 0, 3)[0], quad(lambda x: -x * density(x), -3, 0)[0]
    harm, forgone = (fall, rise) if higher_is_better else (rise, fall)
    assert belief.loss_of_shipping == pytest.approx(harm, abs=1e-9)
    assert belief.loss_of_holding == pytest.approx(forgone, abs=1e-9)
    assert belief.risk == min(belief.loss_of_shipping, belief.loss_of_holding)
    assert belief.chance_to_win == pytest.approx(
        quad(density, 0, 3)[0] if higher_is_better else quad(density, -3, 0)[0]
    )


def test_a_loss_is_never_negative_however_clear_the_winner():
    assert posterior([5.0, -5.0], 0.01, FLAT).risk.tolist() == [0.0, 0.0]


def test_credible_intervals_cover_effects_drawn_from_the_prior():
    rng = np.random.default_rng(1)
    truth = rng.normal(0, 0.3, 20_000)
    error = rng.uniform(0.05, 0.5, truth.size)
    belief = posterior(rng.normal(truth, error), error)
    assert 0.945 < ((belief.low <= truth) & (truth <= belief.high)).mean() < 0.955
    is_calibrated = belief.chance_to_win > 0.9
    assert (truth > 0)[is_calibrated].mean() == pytest.approx(
        belief.chance_to_win[is_calibrated].mean(), abs=0.01
    )


def test_without_a_standard_error_there_is_no_belief():
    belief = posterior([0.1, 0.1, np.nan], [0.0, np.nan, 0.1])
    assert np.isnan([belief.mean, belief.low, belief.chance_to_win, belief.risk]).all()


def test_a_prior_must_have_a_width():
    with pytest.raises(AnalyticsError, match="give a positive number"):
        Prior(0, 0)
