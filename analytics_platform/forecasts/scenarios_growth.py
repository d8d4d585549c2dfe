"""The growth model fitted to a record, with its uncertainty, and what a scenario makes of it.

A scenario is told as the ratio of two projections by the same rates, with its changes and without: what is
wrong in both cancels. Each replicate draws rates, effects of changes, and how far the days to come differ
from the window that the rates were learned on; its ratio gets the chance that single users decide by.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from analytics_platform.forecasts.growth_model import Forward, project, rates, shift_for
from analytics_platform.forecasts.growth_states import DAU, MAU, RATES, REPORTED, WAU
from analytics_platform.forecasts.scenarios_effects import SEED, Change, Effect, weights
from analytics_platform.forecasts.scenarios_history import ArmCounts, Counts, History, count
from analytics_platform.forecasts.scenarios_subscribers import Subscribers, subscribers_of

Floats = NDArray[np.float64]

WINDOW_DAYS = 42
REPLICATES = 100
USER_METRICS = {"dau": DAU, "wau": WAU, "mau": MAU}
METRICS = (*USER_METRICS, "active_subscribers", "mrr_usd")


@dataclass(frozen=True)
class Outcome:
    """What a scenario makes of each metric, by replicate, the first being the estimate.

    Attributes:
        baseline: by metric, shape (days, replicates).
        scenario: likewise.
        noise: standard deviation of the ratio that users' own chance leaves, by metric, shape (days,).
        states: users by reported state under the scenario, shape (days, 7), the estimate.
        ever_seen: users there were before and new users since, shape (days,), the estimate.
    """

    baseline: dict[str, Floats]
    scenario: dict[str, Floats]
    noise: dict[str, Floats]
    states: Floats
    ever_seen: Floats

    def ratio(self, metric: str) -> Floats:
        """Scenario / baseline, 1 where both are nothing; with single users' chance but in the first."""
        scenario, baseline = self.scenario[metric], self.baseline[metric]
        is_nothing = (scenario == 0) & (baseline == 0)
        plain = np.where(is_nothing, 1.0, scenario / np.maximum(baseline, 1e-9))
        lots = np.random.default_rng(SEED + 1).standard_normal(plain.shape[1])
        lots[0] = 0.0
        return np.maximum(plain + self.noise[metric][:, None] * lots, 0.0)


@dataclass(frozen=True)
class Group:
    """Users that a change reaches together.

    Attributes:
        forward: rates, and users on the last day.
        logit: the estimate's logits of coming, shape (STATES, 7).
        at_risk: user-days behind them of those who have not left, shape (STATES, 7).
        seen: all user-days behind them, shape (STATES,).
        new: new users by weekday and replicate, shape (7, replicates).
        is_class: whether these are members of classrooms.
    """

    forward: Forward
    logit: Floats
    at_risk: Floats
    seen: Floats
    new: Floats
    is_class: bool


@dataclass(frozen=True)
class Totals:
    """What the rates rest on, over all groups.

    Attributes:
        at_risk: user-days by state and weekday, shape (STATES, 7).
        came: visits among those.
        rate: of coming by replicate, state and weekday, those who have left included, shape (…, STATES, 7).
        left: share of each state's users who have left, shape (STATES,).
    """

    at_risk: Floats
    came: Floats
    rate: Floats
    left: Floats


_Played = tuple[dict[str, Floats], Floats, Floats]
"""Metrics by replicate, users by reported state, and everybody ever seen."""


@dataclass(frozen=True)
class Growth:
    """The fitted model.

    Attributes:
        groups: everybody, in parts; with more than one, the second holds the members of classrooms.
        totals: what the rates rest on.
        arms: user-days under each experiment.
        subscribers: what subscriptions follow from.
        last_day: last day of the record.
        window_days: how many last days the rates were learned on.
        drift: how far the logit of coming and the log of new users may lie off the window, by replicate,
            shape (2, replicates).
        new_days: new users by day to come as somebody else forecasts them; None: as in the window. Days that
            are not a number go on as in the window, at the level of the last week that was forecast.
    """

    groups: tuple[Group, ...]
    totals: Totals
    arms: dict[str, ArmCounts]
    subscribers: Subscribers
    last_day: int
    window_days: int
    drift: Floats
    new_days: Floats | None = None
    _baselines: dict[int, _Played] = field(default_factory=dict[int, _Played], init=False, repr=False)

    @property
    def replicates(self) -> int:
        return self.drift.shape[1]

    def lift(self, rate: str, change: float) -> Effect:
        """The shift that changes the mean of a rate by a share, over all users."""
        place = RATES.index(rate)
        shift = np.zeros((self.replicates, len(RATES)))
        weight = np.concatenate([group.at_risk for group in self.groups], axis=-1)
        logit = np.concatenate([group.logit for group in self.groups], axis=-1)
        shift[:, place] = shift_for(logit, weight, place, change)
        source = (
            f"Set by the scenario: {rate} changes by {change:+.0%}; what would bring that about is not said"
        )
        return Effect(shift, is_by_class=False, source=source, is_randomised=False)

    def outcome(self, changes: Sequence[Change], days: int) -> Outcome:
        """Play changes on the days after the record.

        Args:
            changes: all at once.
            days: how many days to come.
        """
        if days not in self._baselines:
            self._baselines[days] = self._played((), days, None)
        plain = self._baselines[days]
        changed = self._played(tuple(changes), days, plain[0])
        noise = {}
        for metric in METRICS:
            moved = "active_subscribers" if metric == "mrr_usd" else metric
            level = np.maximum(plain[0][moved][:, 0], 1e-9)
            noise[metric] = np.sqrt(np.abs(changed[0][moved][:, 0] - level)) / level
        return Outcome(plain[0], changed[0], noise, *changed[1:])

    def _played(self, changes: tuple[Change, ...], days: int, plain: dict[str, Floats] | None) -> _Played:
        told = np.zeros((days, len(REPORTED), self.replicates))
        arrived = np.zeros(days)
        for group in self.groups:
            new = self._new(group, days)
            shift = np.zeros((days, len(RATES), self.replicates)) + self.drift[0]
            for change in changes:
                new = new * (1.0 + change.new * change.force)[:, None]
                if change.effect is not None and (group.is_class or not change.effect.is_by_class):
                    effect = change.effect.shift.T * change.amount
                    shift = shift + change.force[:, None, None] * effect
            arrived += new[:, 0]
            told += project(group.forward, new, shift, (self.last_day + 1) % 7)
        reached = {name: told[:, :below].sum(1) for name, below in USER_METRICS.items()}
        stays = reached["dau"] / np.maximum(reached["mau"], 1e-9)
        usual = stays if plain is None else plain["dau"] / np.maximum(plain["mau"], 1e-9)
        money = self.subscribers.project(reached["dau"], stays / np.maximum(usual, 1e-9), changes)
        before = sum(
            float(group.forward.here[:, 0].sum() + group.forward.left[:, 0].sum()) for group in self.groups
        )
        return {**reached, **money}, told[:, :, 0], before + np.cumsum(arrived)

    def _new(self, group: Group, days: int) -> Floats:
        weekday = (self.last_day + 1 + np.arange(days)) % 7
        new = group.new[weekday]
        if self.new_days is not None:
            usual = np.sum([each.new[weekday, 0] for each in self.groups], axis=0)
            new = new * _relative(self.new_days[:days], usual)[:, None]
        return new * np.exp(self.drift[1])


def _relative(forecast: Floats, usual: Floats) -> Floats:
    """Forecast / usual by day; where there is no forecast, that of the last seven days that have one."""
    known = np.flatnonzero(np.isfinite(forecast))
    last = known[-7:]
    beyond = forecast[last].sum() / max(float(usual[last].sum()), 1e-9) if known.size else 1.0
    return np.where(np.isfinite(forecast), forecast / np.maximum(usual, 1e-9), beyond)


def fit(
    history: History,
    window_days: int = WINDOW_DAYS,
    replicates: int = REPLICATES,
    new_days: Floats | None = None,
    *,
    price: float = 1.0,
    trial_days: int = 14,
) -> Growth:
    """Learn rates and their uncertainty from the end of a record.

    Args:
        history: the record.
        window_days: how many last days the rates are learned on.
        replicates: of the bootstrap over buckets.
        new_days: new users on each day to come, where forecast elsewhere; not a number on a day without.
        price: of a subscription, a month (USD).
        trial_days: days between a visit that leads to a trial and the subscription.
    """
    is_split = any(arms.is_by_class for arms in history.arms.values())
    members = (history.classroom >= 0) & is_split
    counts, arms = count(history, window_days, members.astype(np.int64))
    bootstrap = weights(replicates)
    groups = tuple(
        _group(each, bootstrap, history.last_day, is_class=place == 1) for place, each in enumerate(counts)
    )
    drift = np.random.default_rng(SEED + 2).standard_normal((2, replicates + 1)) * _wander(counts)[:, None]
    drift[:, 0] = 0.0
    subscribers = subscribers_of(history, window_days, bootstrap, price, trial_days)
    return Growth(
        groups, _totals(counts, bootstrap), arms, subscribers, history.last_day, window_days, drift, new_days
    )


def _group(counts: Counts, bootstrap: Floats, last_day: int, *, is_class: bool) -> Group:
    at_risk, came = _drawn(bootstrap, counts.at_risk), _drawn(bootstrap, counts.came)
    found = rates(at_risk, came)
    days = counts.new.shape[1]
    weekday = (last_day - days + 1 + np.arange(days)) % 7
    by_weekday = np.stack(
        [
            bootstrap @ counts.new[:, weekday == each].sum(1) / max((weekday == each).sum(), 1)
            for each in range(7)
        ]
    )
    return Group(
        forward=Forward.of(found, counts.start),
        logit=found.logit[0],
        at_risk=at_risk[0] * (1.0 - found.left[0])[:, None],
        seen=at_risk[0].sum(-1),
        new=by_weekday,
        is_class=is_class,
    )


def _totals(counts: Sequence[Counts], bootstrap: Floats) -> Totals:
    at_risk, came = (np.sum([getattr(each, name) for each in counts], axis=0) for name in ("at_risk", "came"))
    found = rates(_drawn(bootstrap, at_risk), _drawn(bootstrap, came))
    rate = expit(found.logit) * (1.0 - found.left)[..., None]
    return Totals(at_risk.sum(0), came.sum(0), rate, found.left[0])


def _drawn(bootstrap: Floats, counts: Floats) -> Floats:
    """Counts by replicate: the weighted sum over buckets, the first axis."""
    return (bootstrap @ counts.reshape(len(counts), -1)).reshape(len(bootstrap), *counts.shape[1:])


def _wander(counts: Sequence[Counts]) -> Floats:
    """Spread from week to week of the logit of coming and of the log of new users, shape (2,)."""
    came = np.sum([each.daily_came for each in counts], axis=0)
    new = np.sum([each.new.sum(0) for each in counts], axis=0)
    at_risk = np.sum([each.daily_at_risk for each in counts], axis=0)
    total, hit = (
        np.sum([each.at_risk.sum((0, 2)) for each in counts], 0),
        np.sum([each.came.sum((0, 2)) for each in counts], 0),
    )
    expected = at_risk @ (hit / np.maximum(total, 1e-9))
    weeks = len(came) // 7
    if weeks < 2:
        return np.array([0.2, 0.2])

    def spread(values: Floats) -> float:
        by_week = values[len(values) - 7 * weeks :].reshape(weeks, 7).sum(1)
        return float(np.log(np.maximum(by_week, 1.0)).std())

    ratio = came / np.maximum(expected, 1e-9)
    return np.array([spread(ratio), spread(new)]) * np.sqrt(2.0 / weeks)
