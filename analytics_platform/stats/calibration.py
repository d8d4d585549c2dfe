"""Whether probabilities mean what they say, and scores turned into probabilities that do.

Belongs here: measures of calibration with their intervals, and maps from score to probability whose few
numbers are JSON. Does not: how well a score ranks (`classification`).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, stdtrit
from sklearn.isotonic import IsotonicRegression

from analytics_platform.errors import AnalyticsError
from analytics_platform.stats.classification import CONFIDENCE, Flags, Floats, finite, flags, share
from analytics_platform.stats.estimate import Estimate

BINS = 10
DRAWS = 2_000
SEED = 20260102
HALVINGS = 20
STEPS = 100
LONGEST_STEP = 0.5


@dataclass(frozen=True)
class Bin:
    """Cases of like probability.

    Attributes:
        low: least probability among them.
        high: greatest probability among them.
        expected: their mean probability.
        observed: share that was true, with Wilson's interval.
    """

    low: float
    high: float
    expected: float
    observed: Estimate


@dataclass(frozen=True)
class Isotonic:
    """A rising map from score to probability: straight between knots, flat beyond them.

    Attributes:
        knots: scores, ascending.
        values: probabilities there.
    """

    knots: tuple[float, ...]
    values: tuple[float, ...]

    def __call__(self, score: ArrayLike) -> Floats:
        """Probability of each score, shape (...)."""
        return np.interp(np.asarray(score, float), self.knots, self.values)


@dataclass(frozen=True)
class Platt:
    """Probability is the logistic function of `intercept + slope * score`."""

    slope: float
    intercept: float

    def __call__(self, score: ArrayLike) -> Floats:
        """Probability of each score, shape (...)."""
        return expit(self.intercept + self.slope * np.asarray(score, float))


def brier(truth: ArrayLike, probability: ArrayLike, confidence: float = CONFIDENCE) -> Estimate:
    """Mean squared distance of probability and truth, with a t interval kept within 0 and 1.

    Args:
        truth: 0 or 1, shape (n,).
        probability: within 0 and 1, shape (n,).
        confidence: level of the interval.

    Raises:
        AnalyticsError: the arrays differ in length or hold other values.
    """
    y, p = _checked(truth, probability)
    return _mean((p - y) ** 2, 0.0, confidence)


def calibration_in_the_large(
    truth: ArrayLike, probability: ArrayLike, confidence: float = CONFIDENCE
) -> Estimate:
    """Share that was true less the mean probability; above 0 the probabilities are too low. As `brier`."""
    y, p = _checked(truth, probability)
    return _mean(y - p, -1.0, confidence)


def reliability(
    truth: ArrayLike, probability: ArrayLike, bins: int = BINS, confidence: float = CONFIDENCE
) -> list[Bin]:
    """Observed beside expected shares, over bins of about equal size; arguments as `brier`."""
    y, p = _checked(truth, probability)
    part = equal_parts(p, bins)
    members = (part == at for at in np.unique(part))
    return [
        Bin(
            float(p[own].min()),
            float(p[own].max()),
            float(p[own].mean()),
            share(int(y[own].sum()), int(own.sum()), confidence),
        )
        for own in members
    ]


def expected_calibration_error(
    truth: ArrayLike,
    probability: ArrayLike,
    bins: int = BINS,
    *,
    confidence: float = CONFIDENCE,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Estimate:
    """Mean gap of observed and expected share over bins of equal size, less what chance alone adds.

    Gaps of bins vary even where all probabilities are right; what that adds to their mean is taken off.
    The limits are sizes of the true mean gap at which one like that seen is as rare as the confidence says,
    wherever the gaps sit: the lower one as if in a single bin, which shows most, the upper one as if spread
    evenly, which hides most. So they cover at least as often as they say.

    Args:
        truth: 0 or 1, shape (n,).
        probability: within 0 and 1, shape (n,).
        bins: of about equal size; equal probabilities stay together.
        confidence: level of the interval.
        draws: normal draws of the gaps.
        seed: of those draws.

    Raises:
        AnalyticsError: the arrays differ in length or hold other values.

    Source: Kumar, Liang and Ma (2019), Verified uncertainty calibration (excess of Gaussian gaps); Roelofs et
    al. (2022), Mitigating bias in calibration error estimation (equal sizes); limits by inverting that
    Gaussian model, certificate `calibration_error`.
    """
    y, p = _checked(truth, probability)
    if len(y) < 2:
        return Estimate(np.nan, np.nan, np.nan, len(y))
    part = equal_parts(p, bins)
    size = np.bincount(part)
    inside = size > 0
    gap, size = (np.bincount(part, y - p) / len(y))[inside], size[inside]
    chance = (np.bincount(part, y)[inside] + 0.5) / (size + 1)
    errors = np.sqrt(size * chance * (1 - chance)) / len(y)
    noise = np.random.default_rng(seed).normal(size=(draws, len(gap))) * errors
    seen, tail = float(np.abs(gap).sum()), (1 - confidence) / 2
    in_one = np.eye(len(gap))[int(errors.argmax())]
    spread = errors / errors.sum()

    def chance_below(size: float, where: Floats) -> float:
        return float((np.abs(size * where + noise).sum(axis=1) <= seen).mean())

    excess = float(np.abs(gap + noise).sum(axis=1).mean()) - seen
    low = _largest(lambda size: chance_below(size, in_one) > 1 - tail)
    high = _largest(lambda size: chance_below(size, spread) > tail)
    return Estimate(float(np.clip(seen - excess, low, high)), low, high, len(y))


def equal_parts(p: Floats, parts: int) -> NDArray[np.int64]:
    """Part of about equal size that each value falls into, 0 the lowest, shape (n,); equal ones share one."""
    edges = np.unique(np.quantile(p, np.linspace(0, 1, parts + 1)[1:-1])) if len(p) else np.zeros(0)
    return np.searchsorted(edges, p, side="left")


def isotonic(score: ArrayLike, truth: ArrayLike) -> Isotonic:
    """The rising map closest to the truth in squares, by pooling adjacent violators.

    Args:
        score: higher for what is more likely true, shape (n,).
        truth: 0 or 1, shape (n,).

    Raises:
        AnalyticsError: the arrays differ in length, are empty or hold other values.

    Source: Zadrozny and Elkan (2002), Transforming classifier scores into accurate probability estimates.
    """
    scores, y = _scored(score, truth)
    fitted = IsotonicRegression(y_min=0.0, y_max=1.0).fit(scores, y.astype(float))
    return Isotonic(tuple(fitted.X_thresholds_.tolist()), tuple(fitted.y_thresholds_.tolist()))


def platt(score: ArrayLike, truth: ArrayLike) -> Platt:
    """A logistic curve through truths drawn a little towards each other, so that it is never a step.

    Args:
        score: higher for what is more likely true, shape (n,).
        truth: 0 or 1, shape (n,).

    Raises:
        AnalyticsError: the arrays differ in length, are empty or hold other values.

    Source: Platt (1999), Probabilistic outputs for support vector machines, section 2.2.
    """
    scores, y = _scored(score, truth)
    trues, others = int(y.sum()), int((~y).sum())
    target = np.where(y, (trues + 1) / (trues + 2), 1 / (others + 2))
    middle, spread = float(scores.mean()), float(scores.std()) or 1.0
    intercept, slope = logistic((scores - middle) / spread, target, np.zeros(2), np.zeros(2))
    return Platt(float(slope / spread), float(intercept - slope * middle / spread))


def logistic(score: Floats, target: NDArray, centre: Floats, pull: Floats) -> Floats:
    """Intercept and slope of least log loss, each pulled towards its centre by Newton's method; shape (2,).

    Args:
        score: shape (n,).
        target: within 0 and 1, shape (n,).
        centre: intercept and slope to begin at, shape (2,).
        pull: weight of the squared distance from there, shape (2,).
    """
    design = np.column_stack([np.ones(len(target)), score])
    weights = centre.copy()
    for _ in range(STEPS):
        chance = expit(design @ weights)
        ascent = design.T @ (target - chance) - pull * (weights - centre)
        curve = (design * (chance * (1 - chance))[:, None]).T @ design + np.diag(pull + 1e-9)
        step = np.linalg.solve(curve, ascent)
        weights = weights + step * min(1.0, LONGEST_STEP / max(np.abs(step).max(), 1e-12))
        if np.abs(step).max() < 1e-10:
            break
    return weights


def _mean(values: Floats, least: float, confidence: float) -> Estimate:
    if len(values) < 2:
        return Estimate(float(values.mean()) if len(values) else np.nan, np.nan, np.nan, len(values))
    middle = float(values.mean())
    quantile = float(stdtrit(len(values) - 1, (1 + confidence) / 2))
    reach = quantile * float(values.std(ddof=1)) / len(values) ** 0.5
    return Estimate(middle, max(middle - reach, least), min(middle + reach, 1.0), len(values))


def _largest(holds: Callable[[float], bool]) -> float:
    """Largest share up to which something holds that holds no more beyond; 0 where it never does."""
    near, far = 0.0, 1.0
    if not holds(near) or holds(far):
        return far if holds(far) else near
    for _ in range(HALVINGS):
        middle = (near + far) / 2
        near, far = (middle, far) if holds(middle) else (near, middle)
    return near


def _checked(truth: ArrayLike, probability: ArrayLike) -> tuple[Flags, Floats]:
    p, y = _scored(probability, truth, least=0)
    if ((p < 0) | (p > 1)).any():
        message = "probability holds values outside 0 and 1; calibrate scores first (isotonic, platt)."
        raise AnalyticsError(message)
    return y, p


def _scored(score: ArrayLike, truth: ArrayLike, least: int = 1) -> tuple[Floats, Flags]:
    scores, y = finite(score, "score"), flags(truth, "truth")
    if len(scores) != len(y) or len(y) < least:
        message = (
            f"{len(y):,} truths beside {len(scores):,} scores; give one for each case, at least {least}."
        )
        raise AnalyticsError(message)
    return scores, y
