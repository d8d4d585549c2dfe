"""Sample ratio mismatch: whether variants hold the shares of units that were planned.

A mismatch means that assignment or logging lost units unevenly, and no effect can be trusted. One look is a
chi-square test, or an exact one of few units in two variants; looking every day needs the sequential test,
which is valid at all looks together.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.special import chdtrc, gammaln, xlogy

from analytics_platform.errors import AnalyticsError
from analytics_platform.stats.multiplicity import holm

Floats = NDArray[np.float64]

ALARM = 0.001
"""The level at which a mismatch is called: low, since a mismatch stops everything else."""

FEWEST_EXPECTED = 5.0
"""Expected units a variant must have: with fewer, no mismatch could be told."""

ENOUGH_EXPECTED = 30.0
"""Expected units from which the chi-square law holds at p = .001; with 5 of 50 it alarms thrice too often."""


@dataclass(frozen=True)
class SampleRatio:
    """Chi-square tests of planned shares, each of shape (...).

    Attributes:
        chi_square: Pearson's statistic; NaN where a variant expects too few units.
        degrees_of_freedom: variants − 1.
        p_value: of the planned shares.
        adjusted_p_value: Holm's over all tests of the call; equal to `p_value` for a single one.
        expected: units expected by variant, shape (..., variants).
    """

    chi_square: Floats
    degrees_of_freedom: int
    p_value: Floats
    adjusted_p_value: Floats
    expected: Floats


def mismatch(observed: ArrayLike, shares: ArrayLike) -> SampleRatio:
    """Test counts of units against planned shares; each day or segment is one test of the family.

    Args:
        observed: units by variant, shape (..., variants).
        shares: planned shares, any positive scale, shape (variants,).

    With two variants of which one expects fewer than 30 units the p-value is the exact binomial one, twice
    the smaller tail; with more variants there is none below 30.

    Raises:
        AnalyticsError: there are fewer than two variants, or a share is not positive.

    Source: Pearson (1900); Clopper and Pearson (1934) for the exact one; Fabijan et al. (2019), Diagnosing
    sample ratio mismatch.
    """
    counts, planned = np.asarray(observed, float), _normalised(shares)
    expected = counts.sum(-1, keepdims=True) * planned
    fewest = expected.min(-1)
    testable = fewest >= _fewest(planned.size)
    distance = (counts - expected) ** 2 / np.maximum(expected, 1e-300)
    chi_square = np.where(testable, distance.sum(-1), np.nan)
    p_value = chdtrc(planned.size - 1, chi_square)
    if planned.size == 2:
        exact = np.where(testable, _exact(counts, planned), np.nan)
        p_value = np.where(fewest < ENOUGH_EXPECTED, exact, p_value)
    adjusted = holm(np.ravel(p_value)).reshape(chi_square.shape)
    return SampleRatio(chi_square, planned.size - 1, p_value, adjusted, expected)


def sequential_p_values(observed: ArrayLike, shares: ArrayLike, concentration: float = 1_000.0) -> Floats:
    """Always-valid p-values of the planned shares after each look, shape (..., looks); they never rise.

    Args:
        observed: cumulative units by variant, shape (..., looks, variants).
        shares: planned shares, any positive scale, shape (variants,).
        concentration: how many units' worth of belief the Dirichlet prior puts on the planned shares; the
            larger, the smaller the mismatches for which the test is tuned.

    Raises:
        AnalyticsError: there are fewer than two variants, or a share is not positive.

    Source: Lindon and Malek (2022), Anytime-valid inference for multinomial count data.
    """
    counts, planned = np.asarray(observed, float), _normalised(shares)
    prior = concentration * planned
    posterior_odds = (
        (gammaln(prior + counts) - gammaln(prior) - xlogy(counts, planned)).sum(-1)
        + gammaln(concentration)
        - gammaln(concentration + counts.sum(-1))
    )
    return np.minimum.accumulate(np.exp(-np.maximum(posterior_odds, 0.0)), axis=-1)


def why_not(observed: ArrayLike, shares: ArrayLike) -> str | None:
    """Why a single test cannot be made, in words that follow "because"; None where it can.

    Args:
        observed: units by variant, shape (variants,).
        shares: planned shares, shape (variants,).
    """
    fewest = float((np.sum(observed) * _normalised(shares)).min())
    needed = _fewest(np.size(shares))
    if fewest >= needed:
        return None
    return f"a variant expects {fewest:.3g} units, and the test needs {needed:.0f}"


def _fewest(variants: int) -> float:
    return FEWEST_EXPECTED if variants == 2 else ENOUGH_EXPECTED


def _exact(counts: Floats, planned: Floats) -> Floats:
    """Twice the smaller tail of the binomial law of the first variant."""
    law = stats.binom(counts.sum(-1), planned[0])
    first = counts[..., 0]
    return np.minimum(2.0 * np.minimum(law.cdf(first), law.sf(first - 1.0)), 1.0)


def _normalised(shares: ArrayLike) -> Floats:
    planned = np.asarray(shares, float)
    if planned.size < 2 or not (planned > 0).all():
        message = (
            f"planned shares {planned.tolist()} must be two or more positive numbers; mend the allocation."
        )
        raise AnalyticsError(message)
    return planned / planned.sum()
