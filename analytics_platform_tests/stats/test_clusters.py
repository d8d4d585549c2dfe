import numpy as np
import polars as pl
import pyfixest as pf
import pytest
import statsmodels.api as sm

from analytics_platform.stats import arms
from analytics_platform.stats.clusters import (
    cluster_means,
    clustered_slope,
    intraclass_correlation,
    jackknife,
    wild_bootstrap,
)
from analytics_platform.stats.means import arm_means
from analytics_platform.stats.moments import Moments
from analytics_platform_tests.stats.samples import covers, is_near

RANDOM = np.random.default_rng(34)
ICC = 0.15


def classrooms(replications: int, clusters: int, effect: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Totals (y, k) of classes of 15 to 35 students, and what one student of each has."""
    sizes = RANDOM.integers(15, 36, size=(replications, clusters)).astype(float)
    shared = RANDOM.normal(0.0, np.sqrt(ICC), size=sizes.shape)
    own = RANDOM.normal(0.0, 1.0, size=sizes.shape) * np.sqrt((1.0 - ICC) * sizes)
    return np.stack([(1.0 + effect + shared) * sizes + own, sizes], axis=-1), shared


@pytest.mark.parametrize("clusters", [10, 40])
def test_equal_classes_differ_in_one_test_of_twenty(clusters: int):
    replications = 4000
    control, treatment = classrooms(replications, clusters)[0], classrooms(replications, clusters)[0]
    by_delta = arms.p_value(cluster_means(Moments.of(control), Moments.of(treatment)))
    by_jackknife = arms.p_value(jackknife(control, treatment))
    assert is_near(float((by_delta < 0.05).mean()), 0.05, replications)
    assert is_near(float((by_jackknife < 0.05).mean()), 0.05, replications)


def test_a_test_of_students_is_far_too_sure():
    replications, size = 1000, 25
    shared = RANDOM.normal(0.0, np.sqrt(ICC), size=(2, replications, 20, 1))
    own = RANDOM.normal(0.0, np.sqrt(1.0 - ICC), size=(2, replications, 20, size))
    students = (shared + own).reshape(2, replications, 20 * size, 1)
    p = arms.p_value(arm_means(Moments.of(students[0]), Moments.of(students[1])))
    assert (p < 0.05).mean() > 0.25


def test_the_wild_bootstrap_keeps_its_size_with_a_handful_of_classes():
    replications = 2000
    control, treatment = classrooms(replications, 6)[0], classrooms(replications, 6)[0]
    p = wild_bootstrap(control, treatment, np.random.default_rng(1), draws=199)
    assert is_near(float((p <= 0.05).mean()), 0.05, replications)


@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
def test_the_jackknife_is_that_of_pyfixest():
    """Second implementation: pyfixest's CRV3 standard error of a regression on the arm."""
    rows = []
    totals: dict[int, list[list[float]]] = {0: [], 1: []}
    for cluster in range(14):
        y = RANDOM.normal(cluster % 3, 1.0, size=3 + cluster % 5)
        rows += [{"y": value, "arm": float(cluster % 2), "cluster": cluster} for value in y]
        totals[cluster % 2].append([y.sum(), len(y)])
    fit = pf.feols(
        "y ~ arm", pl.DataFrame(rows), vcov={"CRV3": "cluster"}, ssc=pf.ssc(k_adj=False, G_adj=False)
    )
    found = arms.absolute(jackknife(np.array(totals[0]), np.array(totals[1])))
    assert found.estimate == pytest.approx(fit.coef()["arm"])
    assert found.standard_error == pytest.approx(fit.se()["arm"] * np.sqrt(13 / 14), rel=0.05)


def test_covariates_of_a_class_sharpen_its_mean():
    replications = 3000
    parts = []
    for effect in (0.0, 0.2):
        totals, shared = classrooms(replications, 30, effect)
        parts.append(Moments.of(np.concatenate([totals, shared[..., None]], axis=-1)))
    found = arms.absolute(cluster_means(*parts))
    plain = arms.absolute(cluster_means(*(part.select(0, 1) for part in parts)))
    assert is_near(covers(found.low, found.high, 0.2), 0.95, replications)
    assert found.standard_error.mean() < 0.6 * plain.standard_error.mean()


def test_one_class_in_an_arm_cannot_be_judged():
    one, many = classrooms(1, 1)[0][0], classrooms(1, 9)[0][0]
    assert "one unit only" in str(arms.why_not(jackknife(one, many)))
    assert np.isnan(arms.absolute(jackknife(one, many)).low)
    assert np.isnan(wild_bootstrap(one, one, np.random.default_rng(0), draws=9))
    assert np.isnan(arms.absolute(cluster_means(Moments.of(one), Moments.of(one))).low)


def test_the_share_of_variance_between_classes_is_recovered():
    sizes = RANDOM.integers(15, 36, size=4000).astype(float)
    shared = RANDOM.normal(0.0, np.sqrt(ICC), size=4000)
    means = shared + RANDOM.normal(size=4000) * np.sqrt((1.0 - ICC) / sizes)
    within = RANDOM.chisquare(sizes - 1) * (1.0 - ICC)
    assert intraclass_correlation(sizes, means, within) == pytest.approx(ICC, abs=0.015)


def test_classes_of_one_or_without_any_spread_have_no_such_share():
    ones = np.ones(3)
    assert np.isnan(intraclass_correlation(ones, ones, np.zeros(3)))
    assert np.isnan(intraclass_correlation(np.full(3, 5.0), ones, np.zeros(3)))


def test_statsmodels_agrees_on_the_clustered_slope():
    random = np.random.default_rng(5)
    design = np.column_stack([np.ones(300), random.normal(size=(300, 2))])
    rooms = np.repeat(np.arange(30), 10)
    y = design @ [1.0, 0.5, -0.2] + random.normal(size=30)[rooms] + random.normal(size=300)
    other = sm.OLS(y, design).fit(cov_type="cluster", cov_kwds={"groups": rooms})

    assert clustered_slope(y, design, rooms) == pytest.approx((other.params[1], other.bse[1]))
