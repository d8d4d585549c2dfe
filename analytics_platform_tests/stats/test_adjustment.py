import numpy as np
import pytest
import statsmodels.api as sm

from analytics_platform.stats import arms
from analytics_platform.stats.adjustment import adjusted, variance_reduction
from analytics_platform.stats.means import arm_means
from analytics_platform.stats.moments import Moments
from analytics_platform_tests.stats.samples import covers, is_near

RANDOM = np.random.default_rng(21)


def sample(replications: int, units: int, effect: float, slope: float) -> np.ndarray:
    covariates = RANDOM.normal(size=(replications, units, 2))
    noise = RANDOM.normal(size=(replications, units))
    y = 5.0 + effect + slope * covariates[..., 0] + 0.5 * covariates[..., 1] + noise
    return np.concatenate([y[..., None], covariates], axis=-1)


def test_it_is_the_regression_with_interactions_of_lin():
    """Second implementation: statsmodels on centred covariates and their interactions with the arm."""
    control, treatment = sample(1, 60, 0.0, 1.0)[0], sample(1, 40, 0.3, 2.0)[0]
    rows = np.concatenate([control, treatment])
    arm = np.r_[np.zeros(60), np.ones(40)]
    covariates = rows[:, 1:] - rows[:, 1:].mean(axis=0)
    design = np.column_stack([np.ones(100), arm, covariates, arm[:, None] * covariates])
    fit = sm.OLS(rows[:, 0], design).fit()
    found = adjusted(Moments.of(control), Moments.of(treatment))
    assert found.treatment - found.control == pytest.approx(fit.params[1])


@pytest.mark.parametrize("share", [0.5, 0.1], ids=["50/50", "10/90"])
def test_intervals_cover_where_slopes_and_sizes_differ(share: float):
    replications, units = 4000, 600
    treated = int(units * share)
    control, treatment = (
        sample(replications, units - treated, 0.0, 0.5),
        sample(replications, treated, 0.3, 2.5),
    )
    both = adjusted(Moments.of(control), Moments.of(treatment))
    found = arms.absolute(both)
    assert is_near(covers(found.low, found.high, 0.3), 0.95, replications)
    lift = arms.relative(both)
    assert is_near(covers(lift.low, lift.high, 0.06), 0.95, replications)
    assert found.standard_error.mean() == pytest.approx(found.estimate.std(), rel=0.05)


def test_without_the_term_of_the_slopes_intervals_are_too_short():
    replications = 4000
    control, treatment = sample(replications, 540, 0.0, 0.5), sample(replications, 60, 0.3, 3.5)
    both = adjusted(Moments.of(control), Moments.of(treatment))
    pooled = Moments.of(control) + Moments.of(treatment)
    term = 9.0 * pooled.covariance[..., 1, 1] / pooled.n
    short = np.sqrt(np.maximum(both.difference_variance - term, 0.0))
    effect = both.treatment - both.control
    reach = arms.critical_value(both, 0.05) * short
    assert covers(effect - reach, effect + reach, 0.3) < 0.93


def test_covariates_that_explain_take_variance_away_and_useless_ones_hardly_add_any():
    control, treatment = (Moments.of(sample(1, 2000, 0.0, 2.0)[0]) for _ in range(2))
    plain = arm_means(control.select(0), treatment.select(0))
    assert variance_reduction(plain, adjusted(control, treatment)) == pytest.approx(4.25 / 5.25, abs=0.04)
    useless = [Moments.of(RANDOM.normal(size=(2000, 2))) for _ in range(2)]
    plain = arm_means(useless[0].select(0), useless[1].select(0))
    assert abs(variance_reduction(plain, adjusted(*useless))) < 0.01


def test_constant_and_repeated_covariates_change_nothing():
    rows = [sample(1, 50, 0.0, 1.0)[0] for _ in range(2)]
    more = [np.column_stack([part, np.full(50, 3.0), 1000.0 * part[:, 1]]) for part in rows]
    without = adjusted(*(Moments.of(part) for part in rows))
    found = adjusted(*(Moments.of(part) for part in more))
    assert found.treatment - found.control == pytest.approx(without.treatment - without.control)
    assert found.difference_variance == pytest.approx(without.difference_variance)
    assert found.degrees_of_freedom == pytest.approx(without.degrees_of_freedom)


def test_as_many_covariates_as_units_leave_no_standard_error():
    few = [Moments.of(RANDOM.normal(size=(3, 3))) for _ in range(2)]
    assert np.isnan(arms.absolute(adjusted(*few)).low)
    constant = Moments.of(np.ones((5, 1)))
    assert variance_reduction(arm_means(constant, constant), arm_means(constant, constant)) == 0.0
