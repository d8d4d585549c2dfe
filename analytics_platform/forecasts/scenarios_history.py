"""What the growth model learns from: who was there on which day, counted by state, in buckets of users.

A bucket is drawn as one in the bootstrap; a classroom lies in one bucket, because classmates come together.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from analytics_platform.forecasts.growth_states import STATES, UNSEEN, flows, walk

BUCKETS = 128

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Arms:
    """Who was shown what in an experiment; arrays of shape (users,).

    Attributes:
        since: day of the exposure; -1 for who was not exposed, or does not count.
        is_treated: whether treatment was shown.
        last_day: last day of the experiment.
        is_by_class: whether classrooms were randomised, so that only their members can be treated.
        ratings: of each user and day that is rated while exposed, as (user, ratings, stars), shape (3, n).
    """

    since: Ints
    is_treated: Flags
    last_day: int
    is_by_class: bool = False
    ratings: Ints = field(default_factory=lambda: np.zeros((3, 0), np.int64))


@dataclass(frozen=True)
class History:
    """Everybody's active days up to a last one; days are any whole numbers.

    Attributes:
        users: number of the user of each active day, from 0, shape (active days,).
        days: its day, ascending.
        known: users first seen before `first_day`, shape (users,).
        classroom: classroom of each user, -1 for none, shape (users,).
        first_day: first day of the record.
        last_day: last day of the record.
        conversions: subscriptions begun by each user on a day, as (user, day), shape (2, n).
        cancellations: subscriptions ended, likewise.
        arms: experiments, by id.
    """

    users: Ints
    days: Ints
    known: Flags
    classroom: Ints
    first_day: int
    last_day: int
    conversions: Ints = field(default_factory=lambda: np.zeros((2, 0), np.int64))
    cancellations: Ints = field(default_factory=lambda: np.zeros((2, 0), np.int64))
    arms: Mapping[str, Arms] = field(default_factory=dict[str, Arms])

    @property
    def size(self) -> int:
        return len(self.known)

    @property
    def bucket(self) -> Ints:
        """Bucket of each user, shape (users,)."""
        unit = np.where(self.classroom >= 0, 2 * self.classroom + 1, 2 * np.arange(self.size))
        mixed = unit.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        return (mixed >> np.uint64(32)).astype(np.int64) % BUCKETS


@dataclass(frozen=True)
class Counts:
    """What the last days showed of some users.

    Attributes:
        at_risk: user-days by bucket, state of the day before and weekday, shape (BUCKETS, STATES, 7).
        came: those on which the user came.
        new: new users by bucket and day, shape (BUCKETS, days).
        daily_at_risk: user-days by day and state, shape (days, STATES).
        daily_came: visits by day, new users left out, shape (days,).
        start: users in each state on the last day, shape (STATES,).
    """

    at_risk: Floats
    came: Floats
    new: Floats
    daily_at_risk: Floats
    daily_came: Floats
    start: Floats


@dataclass(frozen=True)
class ArmCounts:
    """User-days under an experiment, by arm (control, treatment), bucket and state of the day before.

    Attributes:
        at_risk: shape (2, BUCKETS, STATES).
        came: those on which the user came.
        ratings: ratings by arm and bucket, shape (2, BUCKETS).
        stars: stars given, likewise.
        users: exposed users by arm.
        is_by_class: whether classrooms were randomised.
        treated_now: of an experiment that still runs, user-days of the treated in the window by state of the
            day before, shape (STATES,): the rates of the window hold its effect on them. Of others zero.
    """

    at_risk: Floats
    came: Floats
    ratings: Floats
    stars: Floats
    users: tuple[int, int]
    is_by_class: bool
    treated_now: Floats = field(default_factory=lambda: np.zeros(STATES))


def count(
    history: History, window_days: int, groups: Ints | None = None
) -> tuple[list[Counts], dict[str, ArmCounts]]:
    """One walk through the record.

    Args:
        history: the record.
        window_days: length of the window at its end whose user-days count.
        groups: number of the group of each user, from 0, shape (users,); None: one group.

    Returns:
        Counts of each group, and of each experiment.
    """
    groups = np.zeros(history.size, np.int64) if groups is None else groups
    number, bucket = int(groups.max(initial=0)) + 1, history.bucket
    span = range(history.first_day, history.last_day + 1)
    window = range(max(span.start, span.stop - window_days), span.stop)
    place = (groups * BUCKETS + bucket) * (STATES + 1)
    shape = (number, BUCKETS, STATES + 1)
    at_risk, came = np.zeros((2, *shape, 7))
    new, daily = np.zeros((number, BUCKETS, len(window))), np.zeros((2, number, len(window), STATES + 1))
    arms = {
        name: _Tally(each, bucket, window.start if each.last_day >= history.last_day else None)
        for name, each in history.arms.items()
    }
    moves, state = flows(), np.full(history.size, UNSEEN)
    for day, before, there in walk(history.users, history.days, history.known, span):
        for tally in arms.values():
            tally.add(day, before, there)
        if day in window:
            seen = _tallied(place + before, shape)
            active = _tallied(place[there] + before[there], shape)
            at_risk[..., day % 7] += seen
            came[..., day % 7] += active
            new[..., day - window.start] = active[..., UNSEEN]
            daily[0, :, day - window.start], daily[1, :, day - window.start] = seen.sum(1), active.sum(1)
        if day == history.last_day:
            state = moves.staying[before]
            state[there] = moves.coming[before[there]]
    start = _tallied(groups * (STATES + 1) + state, (number, STATES + 1))
    counts = [
        Counts(
            at_risk=at_risk[group, :, :STATES],
            came=came[group, :, :STATES],
            new=new[group],
            daily_at_risk=daily[0, group, :, :STATES],
            daily_came=daily[1, group, :, :STATES].sum(-1),
            start=start[group, :STATES],
        )
        for group in range(number)
    ]
    return counts, {name: tally.counts() for name, tally in arms.items()}


class _Tally:
    """Adds up the days of one experiment.

    Args:
        arms: the experiment.
        bucket: bucket of each user.
        window_start: first day of the window, where the experiment still runs; None where it ended.
    """

    def __init__(self, arms: Arms, bucket: Ints, window_start: int | None) -> None:
        self.arms, self.bucket, self.window_start = arms, bucket, window_start
        self.treated_now = np.zeros(STATES + 1)
        self.members = np.flatnonzero(arms.since >= 0)
        self.shape = (2, BUCKETS, STATES + 1)
        self.place = (arms.is_treated * BUCKETS + bucket) * (STATES + 1)
        self.at_risk, self.came = np.zeros(self.shape), np.zeros(self.shape)
        self.first_day = int(arms.since[self.members].min(initial=arms.last_day))

    def add(self, day: int, before: NDArray[np.int16], there: Ints) -> None:
        if not self.first_day < day <= self.arms.last_day:
            return
        since = self.arms.since
        seen = self.members[since[self.members] < day]
        if self.window_start is not None and day >= self.window_start:
            treated = seen[self.arms.is_treated[seen]]
            self.treated_now += np.bincount(before[treated], minlength=STATES + 1)
        came = there[(since[there] >= 0) & (since[there] < day)]
        self.at_risk += _tallied(self.place[seen] + before[seen], self.shape)
        self.came += _tallied(self.place[came] + before[came], self.shape)

    def counts(self) -> ArmCounts:
        user, ratings, stars = self.arms.ratings
        arm = self.arms.is_treated[user] * BUCKETS + self.bucket[user]
        treated = int(self.arms.is_treated[self.members].sum())
        return ArmCounts(
            at_risk=self.at_risk[..., :STATES],
            came=self.came[..., :STATES],
            ratings=np.bincount(arm, ratings, 2 * BUCKETS).reshape(2, BUCKETS).astype(float),
            stars=np.bincount(arm, stars, 2 * BUCKETS).reshape(2, BUCKETS).astype(float),
            users=(len(self.members) - treated, treated),
            is_by_class=self.arms.is_by_class,
            treated_now=self.treated_now[:STATES],
        )


def _tallied(places: Ints, shape: tuple[int, ...]) -> Floats:
    return np.bincount(places, minlength=int(np.prod(shape))).reshape(shape).astype(float)
