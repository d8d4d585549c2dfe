"""The equations of raters within items against dense matrices."""

import numpy as np
import pytest

from analytics_platform.stats.crossed_ratings import CrossedRatings


@pytest.fixture(scope="module")
def data() -> CrossedRatings:
    """Two sets of raters that share no item, one of whom rated an item twice."""
    random = np.random.default_rng(1)
    item = np.concatenate([random.integers(0, 9, 40), 100 + random.integers(0, 5, 20), [3, 3]])
    rater = np.concatenate([random.integers(0, 6, 40), 50 + random.integers(0, 4, 20), [2, 2]])
    return CrossedRatings.of(item, rater, random.normal(size=62))


@pytest.fixture(scope="module")
def dense(data: CrossedRatings) -> np.ndarray:
    items, raters = np.eye(data.item.max() + 1)[data.item], np.eye(data.rater.max() + 1)[data.rater]
    return raters.T @ (np.eye(62) - items @ np.linalg.pinv(items)) @ raters


def test_the_matrix_is_that_of_raters_with_items_taken_out(data: CrossedRatings, dense: np.ndarray):
    np.testing.assert_allclose(data.within(np.eye(len(data.raters))), dense, atol=1e-12)
    np.testing.assert_allclose(data.within(np.arange(10.0)), dense @ np.arange(10.0), atol=1e-12)
    np.testing.assert_allclose(data.diagonal, np.diag(dense), atol=1e-12)


def test_differences_and_degrees_of_freedom_are_ranks(data: CrossedRatings, dense: np.ndarray):
    items, raters = np.eye(data.item.max() + 1)[data.item], np.eye(data.rater.max() + 1)[data.rater]
    assert data.compared == np.linalg.matrix_rank(dense) == len(data.raters) - 2
    assert data.freedom == 62 - np.linalg.matrix_rank(np.hstack([items, raters]))


@pytest.mark.parametrize("ridge", [0.5, 20.0])
def test_solutions_are_those_of_linear_algebra(data: CrossedRatings, dense: np.ndarray, ridge: float):
    right = np.random.default_rng(2).normal(size=(len(dense), 3))
    expected = np.linalg.solve(dense + ridge * np.eye(len(dense)), right)
    np.testing.assert_allclose(data.solved(right, ridge), expected, atol=1e-6)
    np.testing.assert_allclose(data.solved(right[:, 0], ridge), expected[:, 0], atol=1e-6)


def test_without_a_ridge_differences_within_a_set_are_found(data: CrossedRatings, dense: np.ndarray):
    told = data.by_rater(data.centred(data.score))
    found = data.solved(told, 0.0)
    np.testing.assert_allclose(dense @ found, told, atol=1e-6)
    assert found @ told == pytest.approx(told @ np.linalg.pinv(dense) @ told)


def test_a_group_of_raters_takes_its_mean_out_of_their_variance():
    """Raters of two groups far apart: between them there is much, within each nothing."""
    random = np.random.default_rng(3)
    item, rater = np.divmod(np.arange(4_000), 20)
    data = CrossedRatings.of(item, rater, 5.0 * (rater < 10) + random.normal(size=4_000))
    noise, between = data.variances()
    assert (noise, between) == (pytest.approx(1.0, abs=0.1), pytest.approx(6.6, abs=0.3))
    assert data.variances((np.arange(20) < 10).astype(float))[1] < 0.02
