import numpy as np
import pytest

from analytics_platform.stats import arms
from analytics_platform.stats.adjustment import adjusted
from analytics_platform.stats.means import arm_means
from analytics_platform.stats.moments import Moments, stacked
from analytics_platform.stats.post_stratification import post_stratified
from analytics_platform_tests.stats.samples import covers, is_near

RANDOM = np.random.default_rng(13)
LEVELS = np.array([0.0, 2.0, 8.0])
EFFECTS = np.array([1.0, 0.0, 0.5])
SHARES = np.array([0.5, 0.3, 0.2])


def simulated(replications: int, units: int, *, treated: bool) -> tuple[np.ndarray, np.ndarray]:
    stratum = RANDOM.choice(3, size=(replications, units), p=SHARES)
    y = LEVELS[stratum] + treated * EFFECTS[stratum] + RANDOM.normal(size=stratum.shape)
    return stratum, y


def by_stratum(stratum: np.ndarray, y: np.ndarray) -> Moments:
    """Moments of y in each stratum, with the strata first."""
    parts = []
    for level in range(3):
        inside = stratum == level
        n = inside.sum(axis=-1).astype(float)
        mean = (y * inside).sum(axis=-1) / n
        cross = (((y - mean[..., None]) * inside) ** 2).sum(axis=-1)
        parts.append(Moments(n, mean[..., None], cross[..., None, None]))
    return stacked(parts)


def test_it_equals_regression_on_stratum_indicators_with_interactions():
    """Second route: Lin's adjustment with a dummy for each stratum but one has the same point estimate."""
    rows = [simulated(1, 300, treated=treated) for treated in (False, True)]
    found = post_stratified(*(by_stratum(s, y) for s, y in rows))
    dummies = [np.column_stack([y[0], s[0] == 1, s[0] == 2]).astype(float) for s, y in rows]
    other = adjusted(*(Moments.of(part) for part in dummies))
    assert found.treatment[0] - found.control[0] == pytest.approx(other.treatment - other.control)
    assert found.difference_variance[0] == pytest.approx(other.difference_variance, rel=0.02)


def test_intervals_cover_and_are_shorter_than_without_strata():
    replications = 4000
    rows = [simulated(replications, 200, treated=treated) for treated in (False, True)]
    found = arms.absolute(post_stratified(*(by_stratum(s, y) for s, y in rows)))
    assert is_near(covers(found.low, found.high, float(SHARES @ EFFECTS)), 0.95, replications)
    plain = arms.absolute(arm_means(*(Moments.of(y[..., None]) for _, y in rows)))
    assert (found.standard_error / plain.standard_error).mean() < 0.5


def test_a_stratum_without_a_second_unit_gives_no_interval():
    lonely = stacked([Moments.of([[1.0], [2.0]]), Moments.of([[3.0]])])
    assert np.isnan(arms.absolute(post_stratified(lonely, lonely)).low)
