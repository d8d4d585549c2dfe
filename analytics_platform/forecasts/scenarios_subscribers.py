"""Subscriptions under a scenario: they begin in proportion to earlier visits, and end at a rate.

Who comes more often buys more often and cancels less; both are taken to move in proportion to stickiness,
which is an assumption.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics_platform.forecasts.scenarios_effects import Change
from analytics_platform.forecasts.scenarios_history import BUCKETS, History

Floats = NDArray[np.float64]

MINIMUM_CONVERSIONS = 20
"""In the window; below, nothing is said of subscriptions."""


@dataclass(frozen=True)
class Subscribers:
    """What subscriptions follow from; shares by replicate, the first being the estimate.

    Attributes:
        start: subscribers on the last day.
        begins: subscriptions begun for each active user of `trial_days` before.
        ends: subscribers who end on a day, as a share.
        past: active users on the last `trial_days` days.
        price: of a subscription, a month (USD).
        conversions: subscriptions begun in the window.
    """

    start: float
    begins: Floats
    ends: Floats
    past: Floats
    price: float
    conversions: int

    def project(self, dau: Floats, stickiness: Floats, changes: Sequence[Change]) -> dict[str, Floats]:
        """Subscribers and monthly recurring revenue; shapes (days, replicates).

        Args:
            dau: active users on the days to come, shape (days, replicates).
            stickiness: DAU / MAU relative to the baseline's, which moves the end of a trial and of a
                subscription in proportion, likewise.
            changes: those of conversions and price count.
        """
        days, replicates = dau.shape
        past = np.repeat(self.past[:, None], replicates, 1)
        visits = np.vstack([past, dau])[:days]
        appeal, price = np.zeros(dau.shape), np.ones(days)
        for change in changes:
            price = price * (1.0 + change.price * change.force)
            if change.conversion is not None:
                appeal = appeal + change.force[:, None] * change.conversion
        there, told = np.full(replicates, self.start), np.empty(dau.shape)
        for day in range(days):
            begins = self.begins * visits[day] * stickiness[day] * np.exp(appeal[day])
            there = there * (1.0 - self.ends / stickiness[day]) + begins
            told[day] = there
        return {"active_subscribers": told, "mrr_usd": told * self.price * price[:, None]}


def subscribers_of(
    history: History, window_days: int, bootstrap: Floats, price: float, trial_days: int
) -> Subscribers:
    """Learn how subscriptions begin and end.

    Args:
        history: the record.
        window_days: how many last days count.
        bootstrap: weights of buckets, shape (replicates, BUCKETS).
        price: of a subscription, a month (USD).
        trial_days: days between a visit and the subscription that came of it.
    """
    bucket, last = history.bucket, history.last_day
    first = max(history.first_day, last - window_days + 1)

    def within(pairs: NDArray[np.int64], begin: int, end: int) -> Floats:
        own = pairs[0][(pairs[1] >= begin) & (pairs[1] <= end)]
        return bootstrap @ np.bincount(bucket[own], minlength=BUCKETS)

    visits = within(np.stack([history.users, history.days]), first - trial_days, last - trial_days)
    begun = within(history.conversions, first, last)
    ended = within(history.cancellations, first, last)
    net = [len(pairs[0]) for pairs in (history.conversions, history.cancellations)]
    start = float(max(net[0] - net[1], 0))
    days = np.arange(first, last + 1)
    inside = [
        np.searchsorted(np.sort(pairs[1]), days, side="right")
        for pairs in (history.conversions, history.cancellations)
    ]
    subscriber_days = float(np.maximum(inside[0] - inside[1], 0).sum())
    past = np.array(
        [np.searchsorted(history.days, day, side="right") for day in range(last - trial_days, last + 1)]
    )
    return Subscribers(
        start=start,
        begins=begun / np.maximum(visits, 1.0),
        ends=np.minimum(ended / max(subscriber_days, 1.0), 0.5),
        past=np.diff(past).astype(float),
        price=price,
        conversions=int(begun[0]),
    )
