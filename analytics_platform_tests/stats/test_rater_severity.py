"""Severity of raters against dense mixed-model equations, restricted likelihood, and planted severities."""

from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize

from analytics_platform.errors import AnalyticsError
from analytics_platform.stats import rater_severity as module
from analytics_platform.stats.crossed_ratings import CrossedRatings
from analytics_platform.stats.rater_severity import rater_severity
from analytics_platform_tests.stats.samples import is_near


class Ratings(NamedTuple):
    item: NDArray
    rater: NDArray
    score: NDArray


def panel(seed: int, raters: int = 12, items: int = 40, spread: float = 0.4) -> tuple[Ratings, NDArray]:
    """Raters who rate half of the items, with noise of 1, and their severities."""
    random = np.random.default_rng(seed)
    item, rater = np.divmod(np.flatnonzero(random.random(items * raters) < 0.5), raters)
    severity = random.normal(0.0, spread, raters)
    score = random.normal(3.0, 1.0, items)[item] - severity[rater] + random.normal(size=len(item))
    return Ratings(item, rater, score), severity


def designs(data: Ratings) -> tuple[NDArray, NDArray]:
    """Who rated, and what takes items out, as dense matrices."""
    items, raters = np.eye(data.item.max() + 1)[data.item], np.eye(data.rater.max() + 1)[data.rater]
    return raters, np.eye(len(data.item)) - items @ np.linalg.pinv(items)


def blups(data: Ratings, noise: float, between: float) -> tuple[NDArray, NDArray]:
    """Severities less their mean, and standard errors, from Henderson's equations."""
    raters, apart = designs(data)
    many = raters.shape[1]
    inverse = np.linalg.inv(raters.T @ apart @ raters / noise + np.eye(many) / between)
    centre = np.eye(many) - 1.0 / many
    return -inverse @ raters.T @ apart @ data.score / noise, np.sqrt(np.diag(centre @ inverse @ centre))


def test_with_a_known_spread_it_solves_the_mixed_model(monkeypatch: pytest.MonkeyPatch):
    data, _ = panel(1)
    monkeypatch.setattr(module, "SPREADS", np.array([0.5]))
    found = rater_severity(*data)
    noise = (found.spread / 0.5) ** 2
    severity, error = blups(data, noise, 0.25 * noise)
    np.testing.assert_allclose(found.severity, severity, atol=1e-10)
    freedom = CrossedRatings.of(*data).freedom
    assert freedom == len(data.score) - 40 - 11
    np.testing.assert_allclose(found.high - found.low, 2 * 1.97 * error, rtol=0.01)


def restricted(data: Ratings) -> tuple[float, float]:
    """Noise and spread of greatest restricted likelihood, by a general optimiser on a dense covariance."""
    raters, apart = designs(data)
    sizes, vectors = np.linalg.eigh(apart)
    basis = vectors[:, sizes > 0.5].T
    score, shared = basis @ data.score, basis @ raters @ raters.T @ basis.T

    def loss(logs: NDArray) -> float:
        covariance = np.exp(logs[0]) * np.eye(len(score)) + np.exp(logs[1]) * shared
        return np.linalg.slogdet(covariance)[1] + score @ np.linalg.solve(covariance, score)

    noise, between = np.exp(optimize.minimize(loss, np.zeros(2), method="Nelder-Mead").x)
    return float(np.sqrt(noise)), float(np.sqrt(between))


def test_where_all_rate_all_the_moments_are_the_restricted_likelihood():
    random = np.random.default_rng(2)
    item, rater = np.divmod(np.arange(120), 8)
    score = random.normal(size=15)[item] - random.normal(0.0, 0.8, 8)[rater] + random.normal(size=120)
    data = Ratings(item, rater, score)
    noise, between = restricted(data)
    assert np.sqrt(CrossedRatings.of(*data).variances()) == pytest.approx((noise, between), rel=1e-3)
    assert rater_severity(*data).spread == pytest.approx(between, rel=0.25)


def test_many_raters_go_by_the_moments_and_agree_with_few(monkeypatch: pytest.MonkeyPatch):
    data, _ = panel(3, raters=60, items=200, spread=0.6)
    few = rater_severity(*data)
    monkeypatch.setattr(module, "MANY", 10)
    monkeypatch.setattr(module, "PROBES", 2_000)
    many = rater_severity(*data)
    np.testing.assert_allclose(many.severity, few.severity, atol=0.02)
    np.testing.assert_allclose(many.high - many.low, few.high - few.low, rtol=0.05)


@pytest.mark.parametrize("raters", [8, 20])
def test_intervals_cover_planted_severities(raters: int):
    hits = []
    for seed in range(1_000):
        data, severity = panel(seed, raters)
        found = rater_severity(*data)
        hits.append(found.low[0] <= severity[0] - severity.mean() <= found.high[0])
    assert is_near(float(np.mean(hits)), 0.95, 1_000)


def thousands(random: np.random.Generator) -> tuple[Ratings, NDArray]:
    """Three thousand users who rate up to five of two thousand items each."""
    rater = np.repeat(np.arange(3_000), random.integers(1, 6, 3_000))
    item, severity = random.integers(0, 2_000, len(rater)), random.normal(0.0, 0.7, 3_000)
    score = random.normal(size=2_000)[item] - severity[rater] + random.normal(size=len(rater))
    return Ratings(item, rater, score), severity


def test_intervals_cover_where_thousands_of_users_rate_few_items():
    data, severity = thousands(np.random.default_rng(1))
    found = rater_severity(*data)
    truth = severity - severity.mean()
    assert is_near(float(((found.low <= truth) & (truth <= found.high)).mean()), 0.95, 3_000)
    assert found.spread == pytest.approx(0.7, abs=0.05)
    assert found.ratings.tolist() == np.bincount(data.rater).tolist()


def test_severity_is_what_a_rater_takes_off_and_names_stay():
    item, rater = np.tile(np.arange(50), 2), np.repeat(["strict", "mild"], 50)
    score = np.arange(50)[item] + np.where(rater == "strict", -0.5, 0.5)
    score += np.random.default_rng(0).normal(0.0, 0.01, 100)
    found = rater_severity(item, rater, score)
    assert found.rater.tolist() == ["mild", "strict"]
    np.testing.assert_allclose(found.severity, [-0.5, 0.5], atol=0.01)


def test_a_rating_without_score_does_not_count():
    data, _ = panel(4)
    item, rater, score = np.append(data.item, 0), np.append(data.rater, 99), np.append(data.score, np.nan)
    np.testing.assert_array_equal(rater_severity(item, rater, score).severity, rater_severity(*data).severity)


def test_raters_cannot_be_told_from_noise_where_none_rated_twice():
    found = rater_severity([0, 0, 1, 1], [0, 1, 2, 3], [1.0, 2.0, 3.0, 5.0])
    assert np.isnan([*found.severity, *found.low, *found.high, found.spread]).all()


@pytest.mark.parametrize("many", [1, 1_000])
def test_ratings_that_are_all_alike_know_no_severity(many: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MANY", many)
    found = rater_severity(np.tile(np.arange(5), 3), np.repeat(np.arange(3), 5), np.full(15, 4.0))
    np.testing.assert_allclose(np.stack([found.severity, found.low, found.high]), 0.0, atol=1e-12)


def test_many_raters_who_do_not_differ_keep_intervals(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MANY", 10)
    data = next(data for data, _ in (panel(seed, 30, 60, 0.0) for seed in range(50)) if not spread_of(data))
    found = rater_severity(*data)
    assert (found.low < 0).all()
    assert (found.high > 0).all()


def spread_of(data: Ratings) -> float:
    return CrossedRatings.of(*data).variances()[1]


def test_mistakes_are_named():
    with pytest.raises(AnalyticsError, match="2, 1 and 2"):
        rater_severity([0, 1], [0], [1.0, 2.0])
    with pytest.raises(AnalyticsError, match="No rating has a score"):
        rater_severity([0], [0], [np.nan])
