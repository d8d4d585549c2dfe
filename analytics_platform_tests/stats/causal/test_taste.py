import numpy as np
import pytest

from analytics_platform.stats.causal.partially_linear import common_slope
from analytics_platform.stats.causal.regression import naive_difference
from analytics_platform.stats.causal.taste import inferred_taste


def people(n: int, seed: int, effect: float):
    draw = np.random.default_rng(seed)
    leaning = draw.beta(1.0, 2.0, size=n)
    chances = draw.integers(1, 15, size=n)
    chosen = draw.binomial(chances, leaning)
    outcome = 0.4 * leaning + effect * (chosen > 0) + draw.normal(0, 0.2, size=n)
    return leaning, chances, chosen, outcome


def test_taste_is_calibrated():
    leaning, chances, chosen, _ = people(40_000, 0, 0.0)
    taste = inferred_taste(chosen, chances)
    assert np.polyfit(taste, leaning, 1)[0] == pytest.approx(1.0, abs=0.03)
    assert taste.mean() == pytest.approx(leaning.mean(), abs=0.01)


@pytest.mark.parametrize("effect", [0.0, 0.1])
def test_the_jump_at_equal_taste_is_the_effect_of_having_chosen_at_all(effect: float):
    _, chances, chosen, outcome = people(40_000, 1, effect)
    taste = inferred_taste(chosen, chances)[:, None]
    assert naive_difference(outcome, chosen > 0).low > effect + 0.05
    found = common_slope(taste, outcome, chosen > 0)
    assert found.estimate == pytest.approx(effect, abs=0.012)


def test_groups_have_their_own_leanings():
    chosen = np.array([0, 0, 1] * 100 + [5, 4, 5] * 100)
    taste = inferred_taste(chosen, np.full(600, 5), np.repeat([0, 1], 300))
    assert taste[:300].max() < 0.3
    assert taste[300:].min() > 0.7
