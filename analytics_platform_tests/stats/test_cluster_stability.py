"""Planted clusters are found and a single cloud is called one, whatever the seed."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from analytics_platform.stats.cluster_stability import Stability, chosen, fitted, nearest, stabilities

TRIED = range(2, 6)
SEEDS = range(4)


def mixture(seed: int, points: int = 600) -> tuple[np.ndarray, np.ndarray]:
    """Three round clusters four standard deviations apart, and whose each point is."""
    draws = np.random.default_rng(seed)
    whose = np.arange(points) % 3
    centres = np.zeros((3, 5))
    centres[1, 0] = centres[2, 1] = 4.0
    return centres[whose] + draws.normal(size=(points, 5)), whose


def cloud(seed: int, points: int = 600) -> np.ndarray:
    """One Gaussian, longer in some directions than in others."""
    draws = np.random.default_rng(seed)
    return draws.normal(size=(points, 5)) @ draws.normal(size=(5, 5))


def test_three_planted_clusters_are_found_with_every_seed():
    for seed in SEEDS:
        values, whose = mixture(seed)
        assert chosen(stabilities(values, seed, TRIED)) == 3
        labels = nearest(values, fitted(values, 3, seed))
        assert adjusted_rand_score(labels, whose) > 0.85


def test_one_cloud_is_one_with_every_seed():
    assert [chosen(stabilities(cloud(seed), seed, TRIED)) for seed in SEEDS] == [1] * len(SEEDS)


def test_the_same_seed_gives_the_same_answer_and_the_largest_cluster_comes_first():
    values, _ = mixture(1)
    assert stabilities(values, 7, (2, 3)) == stabilities(values, 7, (2, 3))
    uneven = np.concatenate([values[:300], values[::3]])
    centres = fitted(uneven, 3, 7)
    assert np.array_equal(centres, fitted(uneven, 3, 7))
    sizes = np.bincount(nearest(uneven, centres), minlength=3)
    assert sizes.tolist() == sorted(sizes, reverse=True)


def test_the_nearest_centre_is_that_of_least_distance():
    draws = np.random.default_rng(3)
    values, centres = draws.normal(size=(50, 4)), draws.normal(size=(6, 4))
    expected = [np.argmin(((value - centres) ** 2).sum(1)) for value in values]
    assert nearest(values, centres).tolist() == expected


@pytest.mark.parametrize(
    ("ari", "jaccard", "null", "is_stable"),
    [(0.9, 0.8, 0.2, True), (0.8, 0.8, 0.2, False), (0.9, 0.7, 0.2, False), (0.9, 0.8, 0.29, False)],
)
def test_all_three_conditions_must_hold(ari: float, jaccard: float, null: float, is_stable: bool):
    found = Stability(3, ari, 0.5, jaccard, 0.3, null, 0.01)
    assert found.is_stable == is_stable
    assert chosen([found]) == (3 if is_stable else 1)
