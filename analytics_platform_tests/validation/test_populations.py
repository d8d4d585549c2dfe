"""Populations: samples have the moments of rows, and the truth is the mean of very many units."""

import numpy as np
import pytest

from analytics_platform.stats.moments import Moments
from analytics_platform.validation.planted_metrics import METRICS
from analytics_platform.validation.populations import Arm, normal_points
from analytics_platform.validation.randomised import winsorised

KINDS = Arm(np.array([[0.0, 1.0], [2.0, 3.0], [7.0, 4.0]]), np.array([0.5, 0.3, 0.2]), np.array([0, 0, 1]))


def test_moments_of_counts_are_those_of_the_rows_they_stand_for():
    counts = np.array([[4.0, 2.0, 3.0], [5.0, 3.0, 1.0]])

    found = KINDS.moments(counts)

    for place, count in enumerate(counts.astype(int)):
        rows = Moments.of(np.repeat(KINDS.values, count, axis=0))
        np.testing.assert_allclose(found.mean[place], rows.mean, rtol=1e-14)
        np.testing.assert_allclose(found.cross[place], rows.cross, rtol=1e-13)


def test_strata_add_up_to_the_whole():
    counts = np.array([[4.0, 2.0, 3.0]])

    whole = Moments.total(KINDS.moments_by_stratum(counts))

    np.testing.assert_allclose(whole.cross, KINDS.moments(counts).cross, rtol=1e-13)


@pytest.mark.parametrize("kind", METRICS)
def test_the_planted_truth_is_the_mean_of_very_many_units(kind: str):
    metric = METRICS[kind]
    random = np.random.default_rng(1)

    means = []
    for arm in (metric.control, metric.treatment):
        mean = arm.moments(arm.sample(random, 50_000_000, 1)).mean[0]
        means.append(mean[0] / mean[1] if metric.is_ratio else mean[0])

    errors = [np.sqrt(variance / 5e7) for variance in metric.variances]
    assert abs(means[0] - metric.means[0]) < 5 * errors[0]
    assert abs(means[1] - metric.means[1]) < 5 * errors[1]
    assert metric.effect == pytest.approx(means[1] - means[0], abs=5 * sum(errors))
    assert metric.lift == pytest.approx(metric.means[1] / metric.means[0] - 1)


@pytest.mark.parametrize("kind", METRICS)
def test_covariates_are_the_same_in_both_arms_as_before_an_experiment(kind: str):
    metric = METRICS[kind]
    known = slice(2 if metric.is_ratio else 1, None)

    np.testing.assert_allclose(metric.control.mean[known], metric.treatment.mean[known], atol=1e-6)


def test_a_cap_changes_the_truth_that_is_planted():
    capped = winsorised(METRICS["heavy_tail"])

    assert capped.control.values[:, 0].max() < METRICS["heavy_tail"].control.values[:, 0].max()
    assert capped.means[0] < METRICS["heavy_tail"].means[0]


def test_normal_points_have_variance_one():
    assert normal_points(9).std() == pytest.approx(1.0)
    assert normal_points(9).mean() == pytest.approx(0.0, abs=1e-12)
