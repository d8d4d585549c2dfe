"""Like with like: how a week differs from the one before, and whether that is more than noise."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist, stdev

import polars as pl

from analytics_platform.metrics import Metric
from dashboards.series import LEVELS, WEEK, Weekly, weekly

T975 = {4: 2.776, 5: 2.571, 6: 2.447}
"""Quantiles of Student's t at 97.5 % by degrees of freedom."""

Z975 = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Change:
    """A metric now against the same measure a week earlier.

    Attributes:
        before: value a week earlier.
        after: value now.
        low: least value now that noise alone explains, at 95 %; None while too few weekdays are known.
        high: greatest such value.
        weekdays: weekdays with data in both weeks, from which the noise is judged.
    """

    before: float
    after: float
    low: float | None
    high: float | None
    weekdays: int

    @property
    def is_noise(self) -> bool:
        """Whether noise alone explains the change, or cannot be told from it."""
        return self.low is None or self.high is None or self.low <= self.after <= self.high


def change(by_day: pl.DataFrame, metric: Metric) -> Change | None:
    """Compare the last week with the one before.

    Each weekday is paired with the same weekday before, on the square-root scale, where counts vary alike
    at every size. How much the seven steps differ among themselves is the noise: a paired t interval for
    what is summed over the week, a t interval of one step for a level, and never less than the sampling
    error of a count or a share. A shift that all weekdays share counts as change, whatever caused it.

    Args:
        by_day: as `series.values` returns them, ending on the day of interest.
        metric: what they measure.

    Returns:
        None when a week has no data, too few observations or covers another number of days.
    """
    weeks = weekly(by_day, metric)[:2]
    if len(weeks) < 2 or not _are_alike(weeks, metric):
        return None
    after, before = (week.value or 0.0 for week in weeks)
    steps = _weekday_steps(by_day["daily"].tail(2 * WEEK).to_list())
    if len(steps) - 1 not in T975:
        return Change(before, after, None, None, len(steps))
    is_level = metric.name in LEVELS
    spread = T975[len(steps) - 1] * stdev(steps) / (1 if is_level else sqrt(len(steps)))
    reach = max(spread, Z975 * _sampling_error(weeks, metric))
    days = 1 if is_level or metric.is_ratio else weeks[1].days
    middle = sqrt(before / days)
    return Change(
        before, after, days * max(0.0, middle - reach) ** 2, days * (middle + reach) ** 2, len(steps)
    )


def _are_alike(weeks: Sequence[Weekly], metric: Metric) -> bool:
    is_known = all(week.value is not None for week in weeks)
    is_enough = all(week.n is None or week.n >= metric.minimum_n for week in weeks)
    return is_known and is_enough and weeks[0].days == weeks[1].days


def _weekday_steps(daily: Sequence[float | None]) -> list[float]:
    pairs = zip(daily[:-WEEK], daily[-WEEK:], strict=False) if len(daily) == 2 * WEEK else ()
    return [sqrt(after) - sqrt(before) for before, after in pairs if before is not None and after is not None]


def _sampling_error(weeks: Sequence[Weekly], metric: Metric) -> float:
    """Standard error of the difference of square roots of a day: Poisson for counts, binomial for shares."""
    if metric.denominator is None:
        return sqrt(0.5) if metric.name in LEVELS else sqrt(0.5 / weeks[0].days)
    if metric.unit != "share":
        return 0.0
    variances = ((1 - min(1.0, week.value or 0.0)) / (4 * week.n) for week in weeks if week.n)
    return sqrt(sum(variances))


def share_interval(share: float, n: float) -> tuple[float, float]:
    """Wilson's 95 % interval of a share observed on n (Wilson 1927)."""
    weight = Z975**2 / n
    center = (share + weight / 2) / (1 + weight)
    half = Z975 * sqrt(share * (1 - share) / n + weight / (4 * n)) / (1 + weight)
    return max(0.0, center - half), min(1.0, center + half)
