from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import ArrayLike
from scipy.integrate import quad, trapezoid
from scipy.stats import norm

from analytics_platform.errors import AnalyticsError
from analytics_platform.stats.arms import ArmMeans, relative
from analytics_platform.stats.bayesian import FLAT, Prior, posterior


def two_means(
    control: ArrayLike,
    treatment: ArrayLike,
    control_error: ArrayLike,
    treatment_error: ArrayLike,
    covariance: ArrayLike = 0.0,
) -> ArmMeans:
    values = np.broadcast_arrays(
        *(
            np.asarray(value, float)
            for value in (
                control,
                treatment,
                np.square(control_error),
                np.square(treatment_error),
                covariance,
            )
        )
    )
    return ArmMeans(*values, *(np.full(values[0].shape, size) for size in (1e6, 1e6, 1e6)))


def test_a_well_known_control_mean_leaves_the_conjugate_answer():
    # By hand: lift .10 ± .05 (precision 400), prior 0 ± .05 (400): mean .05, variance 1/800.
    belief = posterior(two_means(1.0, 1.1, 1e-9, 0.05), Prior(0, 0.05))

    assert belief.mean == pytest.approx(0.05, abs=1e-6)
    assert belief.standard_deviation == pytest.approx(800**-0.5, rel=1e-4)
    assert belief.low == pytest.approx(0.05 - 1.959964 * 800**-0.5, abs=1e-5)
    assert belief.chance_to_win == pytest.approx(norm.cdf(0.05 * 800**0.5), abs=1e-5)


def test_a_flat_prior_almost_repeats_fiellers_interval_where_the_control_mean_is_known_well():
    arms = two_means([2.0, 2.0], [2.3, 1.9], 0.03, 0.04)

    belief, interval = posterior(arms, FLAT), relative(arms)

    np.testing.assert_allclose([belief.low, belief.high], [interval.low, interval.high], atol=3e-4)


@pytest.mark.parametrize("higher_is_better", [True, False], ids=["up", "down"])
def test_it_is_the_double_integral_over_both_means(higher_is_better: bool):
    arms = two_means(1.0, 1.15, 0.15, 0.12, 0.004)
    prior = Prior(0.05, 0.2)
    covariance = np.array([[0.15**2, 0.004], [0.004, 0.12**2]])
    inverse = np.linalg.inv(covariance)

    lifts, means = np.linspace(-1.0, 1.5, 2501), np.linspace(0.0, 2.0, 801)
    apart = np.stack(np.broadcast_arrays(1.0 - means, 1.15 - (1 + lifts[:, None]) * means))
    exponent = np.einsum("iab,ij,jab->ab", apart, inverse, apart)
    joint = trapezoid(np.exp(-0.5 * exponent), means, axis=1) * norm.pdf(lifts, 0.05, 0.2)

    def integral(weight: Callable[[np.ndarray], np.ndarray], low: float, high: float) -> float:
        kept = (lifts >= low - 1e-9) & (lifts <= high + 1e-9)
        return float(trapezoid((weight(lifts) * joint)[kept], lifts[kept]))

    whole = integral(np.ones_like, -1.0, 1.5)
    belief = posterior(arms, prior, higher_is_better=higher_is_better)
    rise, fall = integral(lambda r: r, 0, 1.5) / whole, integral(lambda r: -r, -1.0, 0) / whole

    assert belief.mean == pytest.approx(rise - fall, abs=2e-5)
    harm, forgone = (fall, rise) if higher_is_better else (rise, fall)
    assert belief.loss_of_shipping == pytest.approx(harm, abs=2e-5)
    assert belief.loss_of_holding == pytest.approx(forgone, abs=2e-5)
    assert belief.risk == min(belief.loss_of_shipping, belief.loss_of_holding)
    wins = integral(np.ones_like, 0, 1.5) / whole
    assert belief.chance_to_win == pytest.approx(wins if higher_is_better else 1 - wins, abs=2e-5)


def test_the_grid_holds_all_of_a_belief_that_leans():
    arms = two_means(1.0, 1.0, 0.25, 0.25)
    belief = posterior(arms)

    def weight(lift: float) -> float:
        variance = 0.25**2 * (1 + (1 + lift) ** 2)
        return float(norm.pdf(-lift, 0, variance**0.5) * norm.pdf(lift, 0, 0.3))

    whole = quad(weight, -5, 5, points=[0])[0]
    assert belief.mean == pytest.approx(quad(lambda r: r * weight(r), -5, 5)[0] / whole, abs=1e-5)
    assert quad(weight, -5, float(belief.low))[0] / whole == pytest.approx(0.025, abs=1e-4)
    assert quad(weight, float(belief.high), 5)[0] / whole == pytest.approx(0.025, abs=1e-4)


def test_a_loss_is_never_negative_however_clear_the_winner():
    belief = posterior(two_means([1.0, 1.0], [6.0, 0.5], 0.01, 0.01), FLAT)

    assert belief.risk.tolist() == pytest.approx([0.0, 0.0], abs=1e-12)
    assert belief.chance_to_win.tolist() == pytest.approx([1.0, 0.0])


def test_credible_intervals_cover_effects_drawn_from_the_prior():
    rng = np.random.default_rng(1)
    truth = rng.normal(0, 0.3, 12_000)
    error = rng.uniform(0.05, 0.2, truth.size)
    control = 1.0 + error * rng.standard_normal(truth.size)
    treatment = 1.0 + truth + error * rng.standard_normal(truth.size)
    belief = posterior(two_means(control, treatment, error, error))
    assert 0.945 < ((belief.low <= truth) & (truth <= belief.high)).mean() < 0.955
    is_sure = belief.chance_to_win > 0.9
    assert (truth > 0)[is_sure].mean() == pytest.approx(belief.chance_to_win[is_sure].mean(), abs=0.01)


@pytest.mark.parametrize(
    "arms", [two_means(0.0, 1.0, 0.1, 0.1), two_means(1.0, 1.0, 0.0, 0.1), two_means(1.0, 0.0, 0.1, 0.0)]
)
def test_without_a_positive_mean_and_two_errors_there_is_no_belief(arms: ArmMeans):
    belief = posterior(arms)

    assert np.isnan([belief.mean, belief.low, belief.chance_to_win, belief.risk]).all()


def test_a_prior_must_have_a_width():
    with pytest.raises(AnalyticsError, match="give a positive number"):
        Prior(0, 0)
