import numpy as np
import pytest
from scipy.stats import lognorm

from analytics_platform.errors import AnalyticsError
from analytics_platform.stats.arms import Interval, absolute, relative
from analytics_platform.stats.histogram import Histogram
from analytics_platform.stats.quantiles import (
    Problem,
    arm_quantiles,
    from_clusters,
    from_histogram,
    from_rows,
    why_not,
)


def missed(interval: Interval, truth: float) -> float:
    return float(((interval.low > truth) | (interval.high < truth)).mean())


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_the_standard_error_is_the_density_formula_in_large_samples(share: float):
    # Asymptotic theory: √(q(1 − q)/n) over the density at the quantile.
    values = np.sort(np.random.default_rng(1).lognormal(size=(200, 5000)), axis=-1)
    exact = np.sqrt(share * (1 - share) / 5000) / lognorm(1).pdf(lognorm(1).ppf(share))
    assert np.sqrt(from_rows(values, share).variance).mean() == pytest.approx(exact, rel=0.02)


def test_the_quantile_is_numpys():
    values = np.sort(np.random.default_rng(2).normal(size=(4, 333)), axis=-1)
    np.testing.assert_allclose(from_rows(values, 0.83).value, np.quantile(values, 0.83, axis=-1))


@pytest.mark.parametrize(("units", "share"), [(200, 0.5), (2000, 0.9), (2000, 0.99)], ids=str)
def test_intervals_cover_the_difference_and_the_ratio(units: int, share: float):
    rng = np.random.default_rng(3)
    control = from_rows(np.sort(rng.lognormal(0, 1, (2000, units)), axis=-1), share)
    treatment = from_rows(np.sort(1.2 * rng.lognormal(0, 1, (2000, units)), axis=-1), share)
    arms = arm_quantiles(control, treatment)
    assert 0.025 < missed(absolute(arms), 0.2 * lognorm(1).ppf(share)) < 0.065
    assert 0.025 < missed(relative(arms), 0.2) < 0.065


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_clustered_intervals_cover_where_those_of_rows_do_not(share: float):
    rng = np.random.default_rng(4)
    clusters = rng.permutation(np.repeat(np.arange(50), 20))

    def arm() -> np.ndarray:
        return np.exp(0.5 * rng.normal(size=(1000, 50))[:, clusters] + rng.normal(size=(1000, clusters.size)))

    control, treatment = arm(), arm()
    shipped = arm_quantiles(
        from_clusters(control, clusters, share), from_clusters(treatment, clusters, share)
    )
    naive = arm_quantiles(*(from_rows(np.sort(values, axis=-1), share) for values in (control, treatment)))
    assert 0.03 < missed(absolute(shipped), 0) < 0.07
    assert missed(absolute(naive), 0) > 0.15
    assert shipped.degrees_of_freedom[0] == 98


def test_clusters_of_one_unit_are_independent_units():
    values = np.random.default_rng(5).normal(size=400)
    alone, rows = from_clusters(values, np.arange(400), 0.7), from_rows(np.sort(values), 0.7)
    assert alone.value == rows.value
    assert alone.variance == pytest.approx(rows.variance, rel=0.01)


def test_a_histogram_says_what_its_rows_say():
    values = np.sort(np.random.default_rng(6).lognormal(2, 1, (3, 20_000)), axis=-1)
    rows, binned = from_rows(values, 0.9), from_histogram(Histogram.of(values), 0.9)
    np.testing.assert_allclose(binned.value, rows.value, rtol=2e-3)
    np.testing.assert_allclose(binned.variance, rows.variance, rtol=0.1)
    np.testing.assert_array_equal(binned.units, rows.units)


def test_a_quantile_on_a_shared_value_has_no_error_but_a_reason():
    rng = np.random.default_rng(7)
    mostly_zero = np.sort(np.where(rng.random(1000) < 0.6, 0, rng.lognormal(size=1000)))
    smooth = from_rows(np.sort(rng.lognormal(size=1000)), 0.5)
    for tied in (from_rows(mostly_zero, 0.5), from_histogram(Histogram.of(mostly_zero), 0.5)):
        assert np.isnan(tied.variance)
        assert np.isnan(absolute(arm_quantiles(smooth, tied)).p_value)
        assert (
            why_not(smooth, tied) == "too many units of the treatment arm share the value 0 at this quantile"
        )
    assert from_rows(mostly_zero, 0.9).problem == Problem.NONE
    assert why_not(smooth, smooth) is None


def test_a_quantile_beyond_the_sample_has_no_error_but_a_reason():
    few = from_rows(np.sort(np.random.default_rng(8).normal(size=50)), 0.99)
    assert np.isnan(few.variance)
    assert why_not(few, few) == "the control arm has too few units (50) beyond this quantile"


def test_one_cluster_is_too_few():
    assert from_clusters([1.0, 2.0, 3.0], [7, 7, 7], 0.5).problem == Problem.TOO_FEW


def test_an_arm_without_units_has_no_quantile_but_a_reason():
    for empty in (from_rows([], 0.5), from_clusters([], [], 0.5), from_histogram(Histogram.of([]), 0.5)):
        assert np.isnan([empty.value, empty.variance]).all()
        assert why_not(empty, empty) == "the control arm has too few units (0) beyond this quantile"


@pytest.mark.parametrize("share", [0.0, 1.0, np.nan], ids=str)
def test_a_share_outside_the_sample_is_refused(share: float):
    with pytest.raises(AnalyticsError, match="not between 0 and 1"):
        from_rows([1.0, 2.0], share)
