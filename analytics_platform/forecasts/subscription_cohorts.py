"""From trials and subscriptions to subscribers to come: what cohorts are expected to do, day by day.

A trial converts with a chance that depends on its age. Trials that another has taken the place of stay among
those that do not convert, in the past as in what is expected, so that a start brings as many conversions as
starts did (the risk set of Fine and Gray 1999); taking them out of the past alone would expect too many. A
subscription ends with one that depends on its age,
and so on the renewal that it reached.
"""

from dataclasses import dataclass

import numpy as np

from analytics_platform.forecasts.life_table import Lives
from analytics_platform.forecasts.series import Values

BILLING_DAYS = 30
TRIAL_AGES = 61
ENOUGH = 50.0
"""Subscribers at risk from which an age speaks for itself, not for its day of the billing cycle."""


@dataclass(frozen=True)
class Flows:
    """What is expected on each day to come; each of shape (horizon,), in users."""

    trial_starts: Values
    conversions: Values
    cancellations: Values
    active_subscribers: Values

    def __add__(self, other: "Flows") -> "Flows":
        return Flows(
            self.trial_starts + other.trial_starts,
            self.conversions + other.conversions,
            self.cancellations + other.cancellations,
            self.active_subscribers + other.active_subscribers,
        )


def lived_on(trials: Lives, subscriptions: Lives, today: int, trial_starts: Values) -> Flows:
    """The cohorts of a day, lived on.

    Args:
        trials: from their start to conversion.
        subscriptions: from conversion to cancellation.
        today: day number; what came after it counts for nothing.
        trial_starts: expected of each day to come, shape (horizon,).

    Returns:
        Flows in which each day's subscribers are the day's before, plus conversions, less cancellations.
    """
    horizon = len(trial_starts)
    size = today - int(subscriptions.starts.min(initial=today)) + horizon + 2
    convert = trials.hazards(today, TRIAL_AGES).chances
    cancel = subscriptions.hazards(today, size).cyclic(BILLING_DAYS, ENOUGH).chances
    on_trial = trials.open_by_age(today, TRIAL_AGES).astype(float)
    subscribed = subscriptions.open_by_age(today, size).astype(float)
    direct = _without_trial(trials, subscriptions, today, horizon)
    conversions, cancellations = np.empty(horizon), np.empty(horizon)
    for day in range(horizon):
        # Whoever is older than all ages told apart converts no more.
        on_trial = np.concatenate([trial_starts[day : day + 1], on_trial[:-1]])
        converted = on_trial * convert
        on_trial -= converted
        conversions[day] = converted.sum() + direct
        ended = _aged(subscribed, 0.0) * cancel
        subscribed = _aged(subscribed, 0.0) - ended
        subscribed[0] = conversions[day]
        cancellations[day] = ended.sum()
    known = float(subscriptions.open_by_age(today, size).sum())
    return Flows(trial_starts, conversions, cancellations, known + np.cumsum(conversions - cancellations))


def _without_trial(trials: Lives, subscriptions: Lives, today: int, days: int) -> float:
    """Subscriptions a day that no trial led to, over the last days."""
    begun = subscriptions.between(subscriptions.starts, today - days, today)
    return max(0, begun - trials.between(trials.ends, today - days, today)) / days


def _aged(people: Values, newest: float) -> Values:
    """Everybody a day older, the oldest together; and those who begin."""
    older = np.concatenate([[newest], people[:-1]])
    older[-1] += people[-1]
    return older
