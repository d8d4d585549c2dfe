"""How well verdicts and scores find the truth, with intervals that hold for few cases and near 0 and 1.

Belongs here: measures of verdicts and rankings against a known truth. Does not: whether probabilities mean
what they say (`calibration`), how far raters agree (`agreement`).
"""

from math import hypot

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit, stdtrit
from scipy.stats import rankdata

from analytics_platform.errors import AnalyticsError
from analytics_platform.stats.estimate import Estimate
from analytics_platform.stats.wilson import wilson

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

CONFIDENCE = 0.95
HALVINGS = 60


def sensitivity(truth: ArrayLike, verdict: ArrayLike, confidence: float = CONFIDENCE) -> Estimate:
    """Share of true cases that the verdict finds, with Wilson's interval; NaN without true cases.

    Args:
        truth: 0 or 1, shape (n,).
        verdict: 0 or 1, shape (n,).
        confidence: level of the interval.

    Raises:
        AnalyticsError: the arrays differ in length or hold anything but 0 and 1.
    """
    is_true, is_found = flags(truth, "truth"), flags(verdict, "verdict")
    _same_length(is_true, is_found)
    return share(int((is_true & is_found).sum()), int(is_true.sum()), confidence)


def specificity(truth: ArrayLike, verdict: ArrayLike, confidence: float = CONFIDENCE) -> Estimate:
    """Share of the other cases that the verdict leaves alone; otherwise as `sensitivity`."""
    return sensitivity(~flags(truth, "truth"), ~flags(verdict, "verdict"), confidence)


def balanced_accuracy(truth: ArrayLike, verdict: ArrayLike, confidence: float = CONFIDENCE) -> Estimate:
    """Mean of sensitivity and specificity; NaN without cases of either kind.

    The two rest on different cases, so the distances to their Wilson limits add as squares.

    Source: Zou and Donner (2008), Construction of confidence limits about effect measures.
    """
    one, other = sensitivity(truth, verdict, confidence), specificity(truth, verdict, confidence)
    middle = (one.estimate + other.estimate) / 2
    below = hypot(one.estimate - one.low, other.estimate - other.low) / 2
    above = hypot(one.high - one.estimate, other.high - other.estimate) / 2
    return Estimate(middle, middle - below, middle + above, one.n + other.n)


def auroc(truth: ArrayLike, score: ArrayLike, confidence: float = CONFIDENCE) -> Estimate:
    """Chance that a true case scores above another, ties half; NaN without cases of either kind.

    DeLong's variance on the logit scale, with a t quantile by Welch's rule. Where no pair or every pair is in
    order that variance is 0; there the interval is Newcombe's score-like one, which needs only the counts.

    Args:
        truth: 0 or 1, shape (n,).
        score: higher for what is more likely true, shape (n,).
        confidence: level of the interval.

    Raises:
        AnalyticsError: the arrays differ in length, truth holds other values or a score is not finite.

    Source: DeLong, DeLong and Clarke-Pearson (1988), by ranks as in Sun and Xu (2014); logit scale: Qin and
    Hotilovac (2008); Newcombe (2006), Confidence intervals for an effect size measure based on the
    Mann–Whitney statistic, part 2, method 5.
    """
    is_true, scores = flags(truth, "truth"), finite(score, "score")
    _same_length(is_true, scores)
    above, below = placements(is_true, scores)
    if not above.size or not below.size:
        return Estimate(np.nan, np.nan, np.nan, len(scores))
    area = float(above.mean())
    parts = np.array([_mean_variance(above), _mean_variance(below)])
    if not 0.0 < area < 1.0 or not parts.sum() > 0.0:
        return Estimate(area, *_score_like(area, above.size, below.size, confidence), len(scores))
    counts = np.array([above.size, below.size]) - 1.0
    freedom = parts.sum() ** 2 / (parts**2 / np.maximum(counts, 1.0)).sum()
    reach = stdtrit(freedom, (1 + confidence) / 2) * np.sqrt(parts.sum()) / (area * (1 - area))
    return Estimate(area, float(expit(logit(area) - reach)), float(expit(logit(area) + reach)), len(scores))


def placements(is_true: Flags, scores: Floats) -> tuple[Floats, Floats]:
    """Share of the others that each true case scores above, and of true cases above each other one.

    Returns:
        Arrays of shape (true cases,) and (other cases,); ties count half.
    """
    true_count, other_count = int(is_true.sum()), int((~is_true).sum())
    ranks = rankdata(scores)
    above = (ranks[is_true] - rankdata(scores[is_true])) / max(other_count, 1)
    below = 1.0 - (ranks[~is_true] - rankdata(scores[~is_true])) / max(true_count, 1)
    return above, below


def share(successes: int, units: int, confidence: float = CONFIDENCE) -> Estimate:
    """A share with Wilson's interval; NaN without units."""
    low, high = wilson(successes, units, 1 - confidence)
    return Estimate(successes / units if units else np.nan, float(low), float(high), units)


def flags(values: ArrayLike, name: str) -> Flags:
    """Zeros and ones as booleans, shape (n,).

    Raises:
        AnalyticsError: something else is among them.
    """
    array = np.asarray(values)
    if array.ndim != 1 or not (array.dtype == bool or np.isin(array, (0, 1)).all()):
        message = f"{name} must be one column of 0 and 1; drop rows without an answer and code the rest so."
        raise AnalyticsError(message)
    return array.astype(bool)


def finite(values: ArrayLike, name: str) -> Floats:
    """Numbers without gaps, shape (n,).

    Raises:
        AnalyticsError: one of them is not finite.
    """
    array = np.asarray(values, float)
    if array.ndim != 1 or not np.isfinite(array).all():
        message = f"{name} must be one column of finite numbers; drop rows without one."
        raise AnalyticsError(message)
    return array


def _same_length(first: NDArray, second: NDArray) -> None:
    if len(first) != len(second):
        message = f"{len(first):,} truths beside {len(second):,} verdicts or scores; give one for each case."
        raise AnalyticsError(message)


def _mean_variance(values: Floats) -> float:
    """Squared standard error of a mean; of a single case, the largest that its place allows."""
    if len(values) == 1:
        return float(values[0] * (1 - values[0]))
    return float(values.var(ddof=1) / len(values))


def _score_like(area: float, true_count: int, other_count: int, confidence: float) -> tuple[float, float]:
    """Limits at which the distance to the area is so many of the standard errors expected *there*."""
    z = float(stdtrit(np.inf, (1 + confidence) / 2))
    half = (true_count + other_count) / 2 - 1

    def distance(at: float) -> float:
        spread = (
            at * (1 - at) * (1 + half * ((1 - at) / (2 - at) + at / (1 + at))) / (true_count * other_count)
        )
        return abs(area - at) - z * spread**0.5

    def limit(end: float) -> float:
        near, far = area, end
        for _ in range(HALVINGS):
            middle = (near + far) / 2
            near, far = (middle, far) if distance(middle) < 0 else (near, middle)
        return near

    return limit(0.0), limit(1.0)
