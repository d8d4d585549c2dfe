"""What a judge's verdict follows besides the answer's worth: its length, and its place.

Sources: Dubois et al. (2024), Length-controlled AlpacaEval, for length; Zheng et al. (2023), Judging
LLM-as-a-judge with MT-Bench, for swapped orders; MacKinnon and White (1985), Some covariance
matrix estimators, HC3; Bonett and Price (2012), Adjusted Wald confidence interval for a difference
of binomial proportions based on paired data.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from analytics_platform.errors import AnalyticsError
from analytics_platform.stats.estimate import Estimate

Floats = NDArray[np.float64]


def length_bias(judged: ArrayLike, human: ArrayLike, words: ArrayLike, confidence: float = 0.95) -> Estimate:
    """How much a judge's score rises as an output gets twice as long, people's label being the same.

    Args:
        judged: scores or probabilities by the judge, shape (n,); NaN leaves the output out, here and below.
        human: labels by people, shape (n,); outputs are compared with those of the same label.
        words: length of the output, above zero, shape (n,).
        confidence: level of the interval, between 0 and 1.

    Returns:
        The slope in units of the judge's score per doubling; NaN where no label has two lengths.

    Raises:
        AnalyticsError: lengths differ, or an output has no words.
    """
    score, length, labels, leverage = _within_labels(judged, human, words)
    n, size = len(score), float(length @ length)
    freedom = n - labels - 1
    if size <= 0.0 or freedom < 1:
        return Estimate(np.nan, np.nan, np.nan, n)
    slope = float(length @ score) / size
    spare = np.maximum(1.0 - leverage - length**2 / size, 1e-9)
    error = float(np.sqrt(((length * (score - slope * length) / spare) ** 2).sum())) / size
    reach = -float(special.stdtrit(freedom, (1.0 - confidence) / 2.0)) * error
    return Estimate(slope, slope - reach, slope + reach, n)


def length_correlation(
    judged: ArrayLike, human: ArrayLike, words: ArrayLike, confidence: float = 0.95
) -> Estimate:
    """Correlation of a judge's score with the logarithm of length, people's label being the same.

    Args:
        judged: scores or probabilities by the judge, shape (n,); NaN leaves the output out, here and below.
        human: labels by people, shape (n,).
        words: length of the output, above zero, shape (n,).
        confidence: level of the interval, between 0 and 1.

    Returns:
        Fisher's interval; NaN where scores or lengths do not differ within labels.

    Raises:
        AnalyticsError: lengths differ, or an output has no words.
    """
    score, length, labels, _ = _within_labels(judged, human, words)
    n, size = len(score), float(np.sqrt((length @ length) * (score @ score)))
    if size <= 0.0:
        return Estimate(np.nan, np.nan, np.nan, n)
    found = min(max(float(length @ score) / size, -1.0), 1.0)
    spare = n - labels - 2
    if spare < 1 or abs(found) == 1.0:
        return Estimate(found, np.nan, np.nan, n)
    reach = -float(special.ndtri((1.0 - confidence) / 2.0)) / np.sqrt(spare)
    low, high = np.tanh(np.arctanh(found) + np.array([-reach, reach]))
    return Estimate(found, float(low), float(high), n)


def position_bias(
    chose_first: ArrayLike, chose_first_swapped: ArrayLike, confidence: float = 0.95
) -> Estimate:
    """Share of verdicts for what stands first, over both orders of the same pairs; .5 without a bias.

    A judge who names the better answer in either order chooses the first place once; so only pairs whose
    verdict changes with the order tell. For quiz keys: whether option A was taken, as written and reversed.

    Args:
        chose_first: whether the first place was chosen, shape (pairs,); NaN here or below leaves a pair out.
        chose_first_swapped: the same with the order swapped, same shape.
        confidence: level of the interval, between 0 and 1.

    Raises:
        AnalyticsError: there are not as many verdicts in both orders.
    """
    one, other = np.asarray(chose_first, np.float64), np.asarray(chose_first_swapped, np.float64)
    if one.shape != other.shape:
        raise AnalyticsError(f"{one.size} verdicts in one order need as many in the other, not {other.size}.")
    known = np.isfinite(one) & np.isfinite(other)
    both = one[known] + other[known]
    n, first, second = len(both), int((both == 2.0).sum()), int((both == 0.0).sum())
    if n == 0:
        return Estimate(np.nan, np.nan, np.nan, 0)
    more, fewer = (first + 1.0) / (n + 2.0), (second + 1.0) / (n + 2.0)
    error = np.sqrt((more + fewer - (more - fewer) ** 2) / (n + 2.0))
    reach = -float(special.ndtri((1.0 - confidence) / 2.0)) * float(error)
    low, high = max(more - fewer - reach, -1.0), min(more - fewer + reach, 1.0)
    return Estimate(0.5 + (first - second) / n / 2.0, 0.5 + low / 2.0, 0.5 + high / 2.0, n)


def _within_labels(
    judged: ArrayLike, human: ArrayLike, words: ArrayLike
) -> tuple[Floats, Floats, int, Floats]:
    """Scores and doublings of length less their label's mean, how many labels, and each label's leverage."""
    score, label, length = (np.asarray(side, np.float64) for side in (judged, human, words))
    if not len(score) == len(label) == len(length):
        raise AnalyticsError(
            "Each output has a judge's score, a label and a length, but there are "
            f"{len(score)}, {len(label)} and {len(length)}."
        )
    known = np.isfinite(score) & np.isfinite(label) & np.isfinite(length)
    if (length[known] <= 0.0).any():
        raise AnalyticsError("An output without words has no length to compare; leave it out.")
    values, place = np.unique(label[known], return_inverse=True)
    many = np.bincount(place)

    def centred(side: Floats) -> Floats:
        return side - (np.bincount(place, side) / many)[place]

    return centred(score[known]), centred(np.log2(length[known])), len(values), (1.0 / many)[place]
