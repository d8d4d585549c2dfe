import numpy as np
import pytest

from analytics_platform.stats.causal.instrument import complier_effect


def trial(compliers: float, n: int = 4_000, seed: int = 0):
    draw = np.random.default_rng(seed)
    kind = draw.random(n)
    encouraged = draw.random(n) < 0.5
    taken = (kind < 0.2) | ((kind < 0.2 + compliers) & encouraged)
    outcome = kind + 2.0 * taken + draw.normal(size=n)
    return encouraged, taken, outcome


def test_the_ratio_finds_the_compliers_effect_that_comparing_takers_misses():
    encouraged, taken, outcome = trial(0.4)
    found = complier_effect(encouraged, taken, outcome)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 2.0 < found.high
    assert found.estimate == pytest.approx(found.intention_to_treat.estimate / found.uptake.estimate)
    assert found.always_share == pytest.approx(0.2, abs=0.03)
    assert found.never_share == pytest.approx(0.4, abs=0.03)
    assert found.first_stage_f > 100
    assert found.control_mean == pytest.approx(0.4, abs=0.2)
    assert outcome[taken].mean() - outcome[~taken].mean() < 1.95


def test_a_weak_instrument_has_no_bounds():
    found = complier_effect(*trial(0.01, n=400))
    assert found.low is None
    assert found.first_stage_f < 4


def test_nobody_moved_means_no_ratio():
    encouraged = np.arange(40) % 2 == 0
    found = complier_effect(encouraged, np.zeros(40, dtype=bool), np.arange(40.0))
    assert found.estimate is None
    assert found.standard_error is None
    assert found.control_mean is None
    assert found.first_stage_f == 0.0


def test_weak_intervals_cover_at_their_level():
    covered = 0
    for seed in range(300):
        found = complier_effect(*trial(0.3, n=600, seed=seed))
        covered += found.low is None or (found.high is not None and found.low < 2.0 < found.high)
    assert 0.91 < covered / 300 <= 0.985
