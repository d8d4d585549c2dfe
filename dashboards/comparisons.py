"""Like with like: how a week differs from the one before, and whether that is more than noise."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from statistics import NormalDist, median

from analytics_platform.metrics import Metric
from dashboards.series import Weekly

EARLIEST_WEEKS = 8
NOISE_SDS = 3.0
NORMAL_SD_PER_MAD = 1.4826
Z95 = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Change:
    """A metric now against the same measure a week earlier.

    Attributes:
        before: value a week earlier.
        after: value now.
        low: least value that noise alone would have given; None while too few weeks are known.
        high: greatest such value.
        weeks: earlier week-to-week changes that the noise is judged by.
    """

    before: float
    after: float
    low: float | None
    high: float | None
    weeks: int

    @property
    def is_noise(self) -> bool:
        """Whether the change stays within the noise, or cannot be told from it."""
        return self.low is None or self.high is None or self.low <= self.after <= self.high


def change(weeks: Sequence[Weekly], metric: Metric) -> Change | None:
    """Compare the newest week with the one before.

    Noise is three robust standard deviations (by the median absolute deviation) of the
    earlier week-to-week changes, on the square-root scale, where counts vary alike at every size; it is
    never less than the sampling error of a count or a share. Eight earlier changes are the least: with
    pure noise at most one change in twenty then lies outside.

    Args:
        weeks: newest first, as `series.weekly` returns them.
        metric: what they measure.

    Returns:
        None when either week has no data, too few observations or covers another number of days.
    """
    if len(weeks) < 2 or not _are_alike(weeks[0], weeks[1], metric):
        return None
    after, before = _value(weeks[0]), _value(weeks[1])
    steps = [
        sqrt(_value(later)) - sqrt(_value(earlier))
        for later, earlier in pairwise(weeks[1:])
        if _are_alike(later, earlier, metric)
    ]
    if len(steps) < EARLIEST_WEEKS:
        return Change(before, after, None, None, len(steps))
    center = median(steps)
    spread = NOISE_SDS * NORMAL_SD_PER_MAD * median(abs(step - center) for step in steps)
    reach = max(spread, Z95 * _sampling_error(weeks[0], weeks[1], metric))
    low, high = max(0.0, sqrt(before) - reach) ** 2, (sqrt(before) + reach) ** 2
    return Change(before, after, low, high, len(steps))


def _value(week: Weekly) -> float:
    assert week.value is not None
    return week.value


def _are_alike(one: Weekly, other: Weekly, metric: Metric) -> bool:
    if one.value is None or other.value is None or one.days != other.days:
        return False
    return all(week.n is None or week.n >= metric.minimum_n for week in (one, other))


def _sampling_error(one: Weekly, other: Weekly, metric: Metric) -> float:
    """Standard error of the difference of square roots: Poisson for counts, binomial for shares."""
    if metric.denominator is None:
        return sqrt(0.5)
    if metric.unit != "share":
        return 0.0
    variances = ((1 - min(1.0, _value(week))) / (4 * week.n) for week in (one, other) if week.n)
    return sqrt(sum(variances))


def share_interval(share: float, n: float) -> tuple[float, float]:
    """Wilson's 95 % interval of a share observed on n (Wilson 1927)."""
    weight = Z95**2 / n
    center = (share + weight / 2) / (1 + weight)
    half = Z95 * sqrt(share * (1 - share) / n + weight / (4 * n)) / (1 + weight)
    return max(0.0, center - half), min(1.0, center + half)
