import numpy as np
import pytest
from scipy.stats import norm
from statsmodels.stats.meta_analysis import combine_effects

from analytics_platform.stats.shrinkage import shrink

EFFECTS = np.array([0.28, 0.08, -0.03, 0.07, -0.01, 0.06, 0.18, 0.12])
ERRORS = np.array([0.15, 0.10, 0.16, 0.11, 0.09, 0.11, 0.05, 0.06])


@pytest.mark.parametrize("scale", [1.0, 4.0], ids=["alike", "apart"])
def test_mean_spread_and_heterogeneity_agree_with_statsmodels(scale: float):
    # Paule–Mandel as `method_re="iterated"` of statsmodels.
    reference = combine_effects(scale * EFFECTS, ERRORS**2, method_re="iterated", atol=1e-14)
    ours = shrink(scale * EFFECTS, ERRORS)
    assert ours.between_variance == pytest.approx(reference.tau2, rel=1e-6, abs=1e-12)
    assert ours.mean == pytest.approx(reference.mean_effect_re, rel=1e-6)
    assert ours.heterogeneity == pytest.approx(reference.q, rel=1e-9)
    assert ours.heterogeneity_p_value == pytest.approx(reference.test_homogeneity().pvalue, rel=1e-9)


def test_equal_errors_give_the_james_stein_estimate_of_the_textbook():
    # Efron & Morris: towards the mean, keeping 1 − (k − 3)·v/S of each deviation when τ² is not truncated.
    effects = np.array([1.0, 4.0, -3.0, 6.0, 2.0, -4.0])
    apart = effects - effects.mean()
    expected = effects.mean() + (1 - 3 / (apart**2).sum()) * apart
    np.testing.assert_allclose(shrink(effects, np.ones(6)).estimate, expected, rtol=1e-9)


@pytest.mark.parametrize("spread", [0.0, 0.5, 1.0, 3.0], ids=lambda spread: f"tau_{spread}")
def test_intervals_cover_over_segments_and_estimates_beat_the_raw_ones(spread: float):
    rng = np.random.default_rng(1)
    error = rng.uniform(0.5, 1.5, (4000, 8))
    truth = 0.3 + spread * rng.normal(size=error.shape)
    raw = rng.normal(truth, error)
    shrunken = shrink(raw, error)
    covered = ((shrunken.low <= truth) & (truth <= shrunken.high)).mean()
    assert covered > 0.944
    assert ((shrunken.estimate - truth) ** 2).mean() < ((raw - truth) ** 2).mean()
    if spread == 0:
        assert 0.04 < (shrunken.heterogeneity_p_value < 0.05).mean() < 0.06


def test_missing_segments_do_not_count():
    effects, errors = np.append(EFFECTS, [np.nan, 9.0, 3.0]), np.append(ERRORS, [0.1, np.nan, 0.0])
    whole, part = shrink(EFFECTS, ERRORS), shrink(effects, errors)
    np.testing.assert_allclose(part.estimate[:8], whole.estimate)
    assert np.isnan([part.estimate[8:], part.low[8:], part.weight[8:]]).all()
    assert part.heterogeneity_p_value == pytest.approx(whole.heterogeneity_p_value)


@pytest.mark.parametrize("segments", [1, 2, 3])
def test_too_few_segments_to_learn_from_stay_as_they_are(segments: int):
    alone = shrink(EFFECTS[:segments], ERRORS[:segments])
    np.testing.assert_allclose(alone.estimate, EFFECTS[:segments])
    np.testing.assert_allclose(alone.low, norm.ppf(0.025, EFFECTS[:segments], ERRORS[:segments]))
    assert np.isnan(alone.heterogeneity_p_value) == (segments == 1)


def test_no_segment_at_all_is_no_estimate():
    nothing = shrink([[np.nan, np.nan]], [[1.0, 1.0]])
    assert np.isnan([nothing.estimate[0, 0], nothing.mean[0], nothing.heterogeneity_p_value[0]]).all()
