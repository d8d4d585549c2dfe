"""Prediction-powered inference: its closed form, a bootstrap, and how often its intervals hold the truth."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import quad

from analytics_platform.errors import AnalyticsError
from analytics_platform.stats.ppi import Judged, labels_only, naive, ppi_difference, ppi_mean, ppi_quantile

Case = tuple[NDArray, NDArray, NDArray]

DRAWS = 600
OTHERS = 1_000


def world(
    random: np.random.Generator, cases: int, prevalence: float, caught: float, false_alarms: float
) -> tuple[NDArray, NDArray]:
    """Truths and a judge's verdicts."""
    truth = random.random(cases) < prevalence
    return truth.astype(float), (random.random(cases) < np.where(truth, caught, false_alarms)).astype(float)


@pytest.fixture
def case() -> Case:
    truth, verdict = world(np.random.default_rng(3), 1_200, 0.3, 0.8, 0.1)
    return truth[:200], verdict[:200], verdict[200:]


def test_the_full_weight_gives_the_closed_form(case: Case):
    labels, judged, others = case
    found = ppi_mean(labels, judged, others, lam=1.0)
    assert found.estimate == pytest.approx(others.mean() + (labels - judged).mean())
    assert (found.lam, found.labels, found.judged) == (1.0, 200, 1_200)


@pytest.mark.parametrize("lam", [None, 1.0], ids=["tuned", "full weight"])
def test_the_width_agrees_with_a_bootstrap(case: Case, lam: float | None):
    labels, judged, others = case
    random, found = np.random.default_rng(4), []
    for _ in range(600):
        at, elsewhere = random.integers(0, 200, 200), random.integers(0, 1_000, 1_000)
        found.append(ppi_mean(labels[at], judged[at], others[elsewhere], lam=lam).estimate)
    own = ppi_mean(labels, judged, others, lam=lam)
    assert (own.high - own.low) / (2 * 1.96 * np.std(found)) == pytest.approx(1.0, abs=0.1)


def test_the_tuned_weight_is_the_one_of_least_variance(case: Case):
    labels, judged, others = case
    tuned = ppi_mean(labels, judged, others)
    spread = {
        lam: np.var(labels - lam * judged, ddof=1) / 200 + lam**2 * np.var(judged) / 1_000
        for lam in np.linspace(0, 1, 101)
    }
    assert tuned.lam == pytest.approx(min(spread, key=spread.__getitem__), abs=0.02)
    assert tuned.effective_labels > 1.5 * 200


@pytest.mark.parametrize("prevalence", [0.1, 0.3, 0.68])
@pytest.mark.parametrize(
    ("labels", "caught", "false_alarms", "widest"),
    [(50, 0.8, 0.1, 0.92), (100, 0.8, 0.1, 0.9), (50, 0.3, 0.3, 1.03), (100, 0.2, 0.6, 1.03)],
    ids=["50 good", "100 good", "50 random", "100 opposite"],
)
def test_intervals_cover_and_are_not_wider_than_by_labels_alone(
    prevalence: float, labels: int, caught: float, false_alarms: float, widest: float
):
    random, hits, width, alone = np.random.default_rng(5), 0, 0.0, 0.0
    for _ in range(DRAWS):
        truth, verdict = world(random, labels + OTHERS, prevalence, caught, false_alarms)
        found = ppi_mean(truth[:labels], verdict[:labels], verdict[labels:])
        other = labels_only(truth[:labels])
        hits += found.low <= prevalence <= found.high
        width, alone = width + found.high - found.low, alone + other.high - other.low
    # Three Monte Carlo errors below 94 % and above 96 %.
    assert 0.915 <= hits / DRAWS <= 0.982
    assert width / alone <= widest


def test_a_judge_that_misses_most_errors_misleads_alone_and_not_with_labels():
    """As on FaithBench: the truth is 68 %, the judge flags 13 %."""
    random, hits, alone = np.random.default_rng(6), 0, 0
    for _ in range(DRAWS):
        truth, verdict = world(random, 100 + OTHERS, 0.68, 0.16, 0.066)
        found = ppi_mean(truth[:100], verdict[:100], verdict[100:])
        believed = naive(verdict[:100], verdict[100:])
        hits += found.low <= 0.68 <= found.high
        alone += believed.low <= 0.68 <= believed.high
    assert alone == 0
    assert hits / DRAWS >= 0.92


def test_probabilities_and_unequal_weights_cover():
    """Cases the judge doubts are labelled more often; even weights would be wrong by five errors."""
    random, hits, unweighted = np.random.default_rng(7), 0, 0
    for _ in range(DRAWS):
        chance = random.beta(0.8, 3.0, 1_500)
        truth = (random.random(1_500) < chance).astype(float)
        likely = 0.2 + chance * (1 - chance)
        is_drawn = random.random(1_500) < 150 * likely / likely.sum()
        given = truth[is_drawn], chance[is_drawn], chance[~is_drawn]
        found = ppi_mean(*given, weights=1 / likely[is_drawn])
        alone = labels_only(given[0], 1 / likely[is_drawn])
        hits += found.low <= 0.8 / 3.8 <= found.high
        unweighted += labels_only(given[0]).low <= 0.8 / 3.8
        assert found.high - found.low < 1.05 * (alone.high - alone.low)
    assert 0.925 <= hits / DRAWS <= 0.98
    assert unweighted / DRAWS < 0.9


def test_means_of_scores_are_covered():
    random, hits = np.random.default_rng(8), 0
    for _ in range(DRAWS):
        truth = random.integers(1, 6, 700)
        judge = truth + random.normal(1.0, 1.0, 700)
        found = ppi_mean(truth[:60], judge[:60], judge[60:])
        hits += found.low <= 3.0 <= found.high
        assert found.low <= found.estimate <= found.high
    assert 0.92 <= hits / DRAWS <= 0.98


def test_differences_are_covered():
    random, hits = np.random.default_rng(9), 0
    for _ in range(DRAWS):
        before, after = (world(random, 900, chance, 0.8, 0.1) for chance in (0.2, 0.3))
        one, other = (Judged(y[:100], f[:100], f[100:]) for y, f in (before, after))
        found = ppi_difference(one, other)
        hits += found.low <= 0.1 <= found.high
    assert found.n == 200
    assert 0.925 <= hits / DRAWS <= 0.975


@pytest.mark.parametrize("q", [0.5, 0.9])
def test_quantiles_are_covered_and_narrower_than_by_labels_alone(q: float):
    random, hits, width, alone = np.random.default_rng(10), 0, 0.0, 0.0
    draws, truth_at = 150, float(-np.log(1 - q))
    for _ in range(draws):
        truth = random.exponential(size=1_100)
        judge = truth + random.normal(0, 0.3, 1_100)
        found = ppi_quantile(truth[:100], judge[:100], judge[100:], q)
        other = ppi_quantile(truth[:100], np.zeros(100), np.zeros(1_000), q)
        hits += found.low <= truth_at <= found.high
        width, alone = width + found.high - found.low, alone + other.high - other.low
    assert hits / draws >= 0.9
    assert width < 0.9 * alone


def test_labels_alone_give_jeffreys_limits():
    found = labels_only([0, 0, 0, 0, 1])
    # The density of Beta(1.5, 4.5), integrated.
    whole = quad(lambda x: x**0.5 * (1 - x) ** 3.5, 0, 1)[0]
    for end, below in ((found.low, 0.025), (found.high, 0.975)):
        assert quad(lambda x: x**0.5 * (1 - x) ** 3.5, 0, end)[0] / whole == pytest.approx(below)
    assert (labels_only([0, 0]).low, labels_only([1, 1]).high) == (0.0, 1.0)


def test_a_quantile_of_labels_alone_lies_between_their_extremes():
    found = ppi_quantile([1, 2, 3, 4, 5], [0, 0, 0, 0, 0], [0, 0], 0.5)
    assert found.estimate == 3
    assert 1 <= found.low < 3 < found.high <= 5


@pytest.mark.parametrize("labels", [[], [1.0]], ids=["none", "one"])
def test_next_to_no_labels_give_no_surprise(labels: list[float]):
    found = ppi_mean(labels, labels, [0.0, 1.0])
    assert found.lam == 0
    assert np.isnan(found.estimate) == (not labels)
    assert np.isnan(labels_only([2.5]).low)
    assert np.isnan(ppi_quantile([], [], [1.0], 0.5).estimate)


def test_everything_labelled_leaves_nothing_to_the_judge():
    assert ppi_mean([0, 1, 1, 0], [0, 1, 1, 0], []).lam == 0


def test_equal_labels_still_leave_doubt():
    found = ppi_mean(np.zeros(30), np.zeros(30), np.zeros(500), weights=np.linspace(1, 2, 30))
    assert found.low == found.estimate == 0.0
    assert 0.02 < found.high < 0.15


def test_input_that_does_not_fit_is_refused_in_words():
    with pytest.raises(AnalyticsError, match="2 labels, 1 verdicts and 2 weights; give one verdict"):
        ppi_mean([0, 1], [1], [1])
    with pytest.raises(AnalyticsError, match="weights above 0"):
        ppi_mean([0, 1], [1, 1], [1], weights=[1, 0])
    with pytest.raises(AnalyticsError, match=r"quantile 1\.5 is not between 0 and 1"):
        ppi_quantile([0, 1], [1, 1], [1], 1.5)
