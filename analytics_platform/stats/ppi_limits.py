"""The parts of prediction-powered inference: checked input, the judge's weight, and limits.

Belongs here: what `ppi` composes its estimates of. Does not: estimates.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, ndtr, stdtrit

from analytics_platform.errors import AnalyticsError
from analytics_platform.stats.classification import finite

Floats = NDArray[np.float64]

PRIOR = 3.0
"""Labels' worth of doubt in how much the judge explains: two errors never seen are not errors never made."""


@dataclass(frozen=True)
class Sample:
    """Checked input: labels y, verdicts f, weights w of sum 1, and the judge's mean over the pool of all."""

    y: Floats
    f: Floats
    w: Floats
    pool_mean: float
    pool: int
    is_even: bool
    are_verdicts: bool

    @property
    def n(self) -> int:
        """Labels."""
        return len(self.y)

    @property
    def is_share(self) -> bool:
        """Whether all labels are 0 or 1."""
        return bool(np.isin(self.y, (0.0, 1.0)).all())


def sampled(labels: ArrayLike, judged: ArrayLike, unjudged: ArrayLike, weights: ArrayLike | None) -> Sample:
    """Input checked, as in `ppi.ppi_mean`."""
    y, f, rest = finite(labels, "labels"), finite(judged, "judged"), finite(unjudged, "unjudged")
    w = np.ones(len(y)) if weights is None else finite(weights, "weights")
    if not len(y) == len(f) == len(w) or (w <= 0).any():
        message = (
            f"{len(y):,} labels, {len(f):,} verdicts and {len(w):,} weights; give one verdict of the judge "
            "for each label, and weights above 0."
        )
        raise AnalyticsError(message)
    pool = len(f) + len(rest)
    return Sample(
        y=y,
        f=f,
        w=w / max(w.sum(), np.finfo(float).tiny),
        pool_mean=float(f.sum() + rest.sum()) / max(pool, 1),
        pool=pool,
        is_even=bool(len(w) and (w == w[0]).all()),
        are_verdicts=bool(np.isin(f, (0.0, 1.0)).all() and np.isin(rest, (0.0, 1.0)).all()),
    )


def tuned(given: Sample) -> float:
    """The weight of least variance, 0 where the judge explains no more than a useless one would by chance."""
    if given.n < 3 or given.n == given.pool:
        return 0.0
    y, f = given.y - given.w @ given.y, given.f - given.w @ given.f
    squares = given.w**2
    own, joint, total = (float(squares @ product) for product in (f * f, f * y, y * y))
    if joint <= 0.0 or joint**2 <= own * total / (given.n - 1):
        return 0.0
    return min(joint / own, 1 / (1 - given.n / given.pool))


def effective_labels(given: Sample, weight: float) -> float:
    """Variance of one label over that of the estimate, the judge's part in it drawn a little down."""
    y = given.y - given.w @ given.y
    rest = y - weight * (given.f - given.w @ given.f)
    own = float(given.w @ y**2)
    if own <= 0.0:
        return float(1 / (given.w @ given.w))
    freedom = max(given.n - (2 if weight else 1), 1)
    sampled = float(given.w**2 @ rest**2) / own * given.n * (given.n - 1) / freedom
    if weight:
        sampled = ((given.n - 2) * sampled + PRIOR) / (given.n - 2 + PRIOR)
    explained = max(1 - float(given.w @ rest**2) / own, 0.0)
    return given.n / (sampled + explained * given.n / given.pool)


def mean_limits(
    given: Sample, middle: float, weight: float, effective: float, confidence: float
) -> tuple[float, float]:
    """Student's limits of a mean; NaN with fewer than two labels."""
    if given.n < 2:
        return np.nan, np.nan
    freedom = max(given.n - (2 if weight else 1), 1)
    spread = float(given.w @ (given.y - given.w @ given.y) ** 2) * given.n / (given.n - 1)
    reach = float(stdtrit(freedom, (1 + confidence) / 2)) * (spread / effective) ** 0.5
    return middle - reach, middle + reach


def share_limits(
    given: Sample, middle: float, weight: float, effective: float, lam: float | None, confidence: float
) -> tuple[float, float]:
    """Jeffreys' limits of a share.

    With verdicts of 0 and 1 the tuned estimate is that of labels stratified by verdict. Then the distances to
    Jeffreys' limits of both strata add as squares, so that a kind of error never seen still counts as
    possible; elsewhere they are those of so many effective labels. A t quantile on half as many degrees of
    freedom as labels pays for the tuned weight. Proved by certificates `ppi`, not by theory.

    Source: Brown, Cai and DasGupta (2001), Interval estimation for a binomial proportion; Zou and Donner
    (2008), Construction of confidence limits about effect measures; Franco et al. (2019), Comparative study
    of confidence intervals for proportions in complex sample surveys (effective sizes).
    """
    if not weight and given.is_even:
        return _jeffreys(middle, given.n, 1 - confidence)
    reach = float(stdtrit(max(given.n / 2, 1.0), (1 + confidence) / 2))
    alpha = 2 * float(ndtr(-reach))
    if not (given.is_even and given.are_verdicts and lam is None):
        return _jeffreys(middle, effective, alpha)
    below = above = reach**2 * weight**2 * given.pool_mean * (1 - given.pool_mean) / given.pool
    for verdict, part in ((1.0, given.pool_mean), (0.0, 1 - given.pool_mean)):
        own = given.y[given.f == verdict]
        share = float(own.mean())
        low, high = _jeffreys(share, len(own), alpha)
        below += (part * (share - low)) ** 2
        above += (part * (high - share)) ** 2
    return max(middle - below**0.5, 0.0), min(middle + above**0.5, 1.0)


def _jeffreys(share: float, units: float, alpha: float) -> tuple[float, float]:
    ends = betaincinv(units * share + 0.5, units * (1 - share) + 0.5, [alpha / 2, 1 - alpha / 2])
    return (0.0 if share <= 0.0 else float(ends[0])), (1.0 if share >= 1.0 else float(ends[1]))
