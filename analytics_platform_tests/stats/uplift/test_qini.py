import numpy as np
import pytest
from numpy.typing import NDArray

from analytics_platform.stats.uplift import auuc, gains, mean, qini
from analytics_platform_tests.stats.samples import covers, is_near

Floats = NDArray[np.float64]
SHARES = np.array([0.0, 0.1, 0.3, 0.5, 0.9, 1.0])


def _by_hand(scores: Floats, predicted: Floats) -> float:
    """Half the mean, over pairs of units, of how much more the better ranked gains."""
    units = len(scores)
    sign = np.sign(predicted[:, None] - predicted[None, :])
    return float((scores[:, None] * sign).sum() / 2 / units / (units - 1))


def _sample(random: np.random.Generator, shape: tuple[int, ...], slope: float) -> tuple[Floats, Floats]:
    """Scores of effects 0.5 + slope · rank and noise of 1, with predictions that order them rightly."""
    predicted = random.random(shape)
    return 0.5 + slope * predicted + random.normal(size=shape), predicted


@pytest.mark.parametrize("levels", [2, 5, 1000])
def test_qini_is_the_mean_over_pairs_ties_counting_half(levels: int):
    random = np.random.default_rng(levels)
    scores, predicted = random.normal(size=60), random.integers(0, levels, 60).astype(float)
    assert qini(scores, predicted).mean() == pytest.approx(_by_hand(scores, predicted), abs=1e-12)


def test_a_perfect_ranking_of_effects_spread_evenly_from_0_to_1_leads_by_a_twelfth():
    effects = (np.arange(100_000) + 0.5) / 100_000
    assert qini(effects, effects).mean() == pytest.approx(1 / 12, rel=1e-4)
    assert qini(effects, -effects).mean() == pytest.approx(-1 / 12, rel=1e-4)
    assert auuc(effects, effects).mean() == pytest.approx(1 / 12 + 1 / 4, rel=1e-4)


def test_a_prediction_that_is_the_same_for_everybody_leads_by_nothing():
    assert qini(np.arange(10.0), np.ones(10)) == pytest.approx(np.zeros(10), abs=1e-12)


def test_intervals_of_many_replications_at_once_are_those_of_each():
    scores, predicted = _sample(np.random.default_rng(1), (3, 50), 1.0)
    each = [qini(scores[row], predicted[row]) for row in range(3)]
    assert qini(scores, predicted) == pytest.approx(np.array(each), abs=1e-12)


@pytest.mark.parametrize("slope", [0.0, 3.0])
def test_qini_and_auuc_are_covered_at_their_level_although_ranks_are_estimated(slope: float):
    scores, predicted = _sample(np.random.default_rng(2), (4000, 300), slope)
    lead, area = mean(qini(scores, predicted)), mean(auuc(scores, predicted))
    assert is_near(covers(lead.low, lead.high, slope / 12), 0.95, 4000)
    assert is_near(covers(area.low, area.high, slope / 12 + 0.25 + slope / 4), 0.95, 4000)


def test_an_interval_that_takes_ranks_for_known_is_found_out():
    scores, predicted = _sample(np.random.default_rng(2), (4000, 300), 6.0)
    ranks = predicted.argsort(axis=-1).argsort(axis=-1) / 299 - 0.5
    naive = mean(scores * ranks)
    assert not is_near(covers(naive.low, naive.high, 0.5), 0.95, 4000)


def test_standard_errors_agree_with_the_half_sample_bootstrap():
    """Yadlowsky et al. (2021), algorithm 2: the spread of the estimate over random halves of the sample."""
    random = np.random.default_rng(3)
    scores, predicted = _sample(random, (1000,), 2.0)
    halves = np.array([random.permutation(1000)[:500] for _ in range(2000)])
    drawn = qini(scores[halves], predicted[halves]).mean(axis=-1)
    assert mean(qini(scores, predicted)).standard_error == pytest.approx(drawn.std(), rel=0.08)


def test_the_curve_ends_at_nothing_and_at_the_mean_effect_and_bends_above_chance():
    effects = (np.arange(10_000) + 0.5) / 10_000
    curve = mean(gains(effects, effects, SHARES)).value
    assert curve == pytest.approx(SHARES - SHARES**2 / 2, abs=1e-4)


def test_the_mean_of_the_curve_is_the_area_under_it():
    scores, predicted = _sample(np.random.default_rng(4), (500,), 2.0)
    shares = (np.arange(2000) + 0.5) / 2000
    assert mean(gains(scores, predicted, shares)).value.mean() == pytest.approx(
        auuc(scores, predicted).mean(), abs=2e-3
    )


def test_units_that_tie_are_targeted_with_equal_probability():
    curve = mean(gains(np.array([1.0, 3.0, 8.0]), np.zeros(3), np.array([0.5]))).value
    assert curve == pytest.approx([2.0])


def test_gains_are_covered_at_their_level_although_thresholds_are_estimated():
    random = np.random.default_rng(5)
    truth = SHARES * (0.5 + 4.0) - 4.0 * SHARES**2 / 2
    found = [mean(gains(*_sample(random, (400,), 4.0), SHARES[1:])) for _ in range(2000)]
    for place, target in enumerate(truth[1:]):
        low, high = (np.array([getattr(one, end)[place] for one in found]) for end in ("low", "high"))
        assert 0.93 < covers(low, high, target) < 0.965
