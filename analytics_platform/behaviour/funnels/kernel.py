"""How far each user got in a funnel, in one backward pass over events, a stretch of days at a time.

`users.sql` is the definition; this computes the same rows for hundreds of millions of events, and a
test holds the two equal. Walking back in time, the first step-k event after a point and all that follows it
are known when a step before it is met, so that every attempt is complete when its first event is reached,
and what is kept of the days already seen is one chain of steps for each user and step.

An instant is kept as one number: microseconds since 2000, and below them the rank among the events of the
same user and microsecond, so that numbers are in the order of (event_time, event_id).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analytics_platform.behaviour.funnels.funnel import Funnel, Match
from analytics_platform.errors import AnalyticsError

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

RANK_BITS = 12
ORIGIN = 946_684_800_000_000
"""2000-01-01 in microseconds of the epoch."""
NEVER = np.iinfo(np.int64).max
MICROSECONDS = 1_000_000


@dataclass(frozen=True)
class Stretch:
    """Events of consecutive days, sorted by user, instant and event id.

    Attributes:
        user: place of each event's user in the register of users, ascending, (n,).
        instant: moment of each event as one number, (n,).
        day: reporting day, days since 1970, (n,).
        matches: a bit for each distinct description of events that fits, (n,).
    """

    user: Ints
    instant: Ints
    day: Ints
    matches: Ints

    def __len__(self) -> int:
        return len(self.user)

    @cached_property
    def next_day(self) -> Ints:
        """Position of the first event after the user's day of each event, (n,)."""
        ends = np.flatnonzero((np.diff(self.user) != 0) | (np.diff(self.day) != 0)) + 1
        ends = np.append(ends, len(self))
        return np.repeat(ends, np.diff(ends, prepend=0))


def stretch(user: Ints, time: Ints, event_id: Ints, day: Ints, matches: Ints) -> Stretch:
    """A stretch of events in whatever order; sorted here unless they are.

    Args:
        user: place of each event's user in the register, (n,).
        time: microseconds of the epoch, (n,).
        event_id: settles ties, (n,).
        day: reporting day, (n,).
        matches: bits, (n,).

    Raises:
        AnalyticsError: a user has more events at one instant than can be told apart.
    """
    columns = (user, time, event_id, day, matches)
    if not _is_sorted(user, time, event_id):
        order = np.lexsort((event_id, time, user))
        columns = tuple(column[order] for column in columns)
    user, time, event_id, day, matches = columns
    place = np.arange(len(user))
    is_first = np.append(True, (np.diff(user) != 0) | (np.diff(time) != 0))[: len(user)]
    rank = place - np.maximum.accumulate(np.where(is_first, place, 0))
    if len(rank) and rank.max() >= 1 << RANK_BITS:
        raise AnalyticsError(
            f"A user has {rank.max() + 1:,} events at one instant, more than the {1 << RANK_BITS:,} whose "
            "order a funnel keeps: give their log finer times, or leave that user out."
        )
    return Stretch(user, ((time - ORIGIN) << RANK_BITS) | rank, day, matches)


def microseconds(instant: Ints) -> Ints:
    """Microseconds of the epoch of instants, (n,)."""
    return (instant >> RANK_BITS) + ORIGIN


def _is_sorted(user: Ints, time: Ints, event_id: Ints) -> bool:
    users, times, ids = np.diff(user), np.diff(time), np.diff(event_id)
    return bool(np.all((users > 0) | ((users == 0) & ((times > 0) | ((times == 0) & (ids > 0))))))


class _Upcoming:
    """For each user the first of certain events after a point, with a row of instants known of it.

    Within a stretch by position; beyond its end from what the later days left.
    """

    def __init__(self, users: int, width: int) -> None:
        self._later = np.full((users, width), NEVER)

    def enter(self, events: Stretch, at: Ints, known: Ints) -> None:
        """The events of a stretch: their positions, (m,), and what is known of each, (m, width)."""
        self._user, self._at, self._known = events.user, at, known

    def after(self, user: Ints, position: Ints) -> Ints:
        """What is known of each user's first event at a position or later, (n, width)."""
        found = self._later[user]
        if len(self._at):
            place = np.searchsorted(self._at, position)
            inside = np.minimum(place, len(self._at) - 1)
            is_here = (place < len(self._at)) & (self._user[self._at[inside]] == user)
            found[is_here] = self._known[inside[is_here]]
        return found

    def leave(self) -> None:
        """Go back in time: the first event of each user is now the first of later days."""
        user = self._user[self._at]
        first = _firsts(user)
        self._later[user[first]] = self._known[first]


class _Adjacent(_Upcoming):
    """The same of the very next event: what is known where it is one of these, else nothing."""

    def after(self, user: Ints, position: Ints) -> Ints:
        found = self._later[user]
        inside = np.minimum(position, len(self._user) - 1)
        has_next = (position < len(self._user)) & (self._user[inside] == user)
        found[has_next] = self._of_rows()[inside[has_next]]
        return found

    def leave(self) -> None:
        first = _firsts(self._user)
        self._later[self._user[first]] = self._of_rows()[first]

    def _of_rows(self) -> Ints:
        """What is known of every event of the stretch."""
        known = np.full((len(self._user), self._known.shape[1]), NEVER)
        known[self._at] = self._known
        return known


def _firsts(user: Ints) -> Ints:
    """Positions at which another user begins."""
    return np.flatnonzero(np.append(True, user[1:] != user[:-1])[: len(user)])


class Walk:
    """One funnel walked back in time: `add` stretches from the last to the first, then read what it found.

    Attributes:
        reached: last step of the counted attempt, 0 without one, (users,).
        steps: instant of each step of it, `NEVER` where it was not reached, (users, steps).
        is_open: whether some attempt may yet go on, for the end of its window was not observed, (users,).
        tried: when the first attempt began, even if disqualified, `NEVER` without one, (users,).
    """

    def __init__(
        self, funnel: Funnel, bits: dict[Match, int], users: int, until: int, first_day: int
    ) -> None:
        """Begin after the last day.

        Args:
            funnel: the definition.
            bits: bit of `Stretch.matches` for each description of events.
            users: people in the register.
            until: when observation ends, microseconds of the epoch.
            first_day: reporting day from which attempts count, days since 1970.
        """
        steps, self._funnel, self._first_day = len(funnel.steps), funnel, first_day
        self._bits = [1 << bits[step.described] for step in funnel.steps]
        self._bars = [1 << bits[exclusion.described] for exclusion in funnel.exclusions]
        self._window = round(funnel.window_seconds * MICROSECONDS)
        self._until = until - ORIGIN
        self._is_strict, self._is_any = funnel.order == "strict", funnel.order == "any"
        kind = _Adjacent if self._is_strict else _Upcoming
        self._upcoming = [kind(users, 1 if self._is_any else len(self._columns(k))) for k in range(steps)]
        self._barred = [_Upcoming(users, 1) for _ in funnel.exclusions]
        self._whatever = _Upcoming(users if self._is_strict else 0, 1)
        self.reached = np.zeros(users, np.int64)
        self.steps = np.full((users, steps), NEVER)
        self.is_open, self.tried = np.zeros(users, bool), np.full(users, NEVER)

    def _columns(self, step: int) -> list[tuple[str, int]]:
        """What is known of an event of a step: of itself first, then of the steps that follow it."""
        own = [("step", step), *([("followed", step)] if self._is_strict else [])]
        bars = [("bar", n) for n, bar in enumerate(self._funnel.exclusions) if bar.from_step == step + 1]
        return own + bars + (self._columns(step + 1) if step + 1 < len(self._bits) else [])

    def add(self, events: Stretch) -> None:
        """Take in the stretch that lies before all taken in so far."""
        if not len(events):
            return
        for bar, barred in zip(self._bars, self._barred, strict=True):
            at = np.flatnonzero(events.matches & bar)
            barred.enter(events, at, events.instant[at, None])
        if self._is_strict:
            self._whatever.enter(events, np.arange(len(events)), events.instant[:, None])
        at, known = self._in_any_order(events) if self._is_any else self._in_order(events)
        for upcoming in (*self._upcoming, *self._barred, *([self._whatever] if self._is_strict else [])):
            upcoming.leave()
        counts = events.day[at] >= self._first_day
        self._count(events.user[at[counts]], known[counts])

    def _in_order(self, events: Stretch) -> tuple[Ints, Ints]:
        """Positions of first steps and what is known of each: `_columns(0)`."""
        at, known = np.zeros(0, np.int64), np.zeros((0, 0), np.int64)
        for step in reversed(range(len(self._bits))):
            at = np.flatnonzero(events.matches & self._bits[step])
            user, parts = events.user[at], [events.instant[at, None]]
            if self._is_strict:
                parts.append(self._whatever.after(user, at + 1))
            for bar, barred in zip(self._funnel.exclusions, self._barred, strict=True):
                if bar.from_step == step + 1:
                    parts.append(barred.after(user, at + 1))
            if step + 1 < len(self._bits):
                parts.append(self._following(events, at, step + 1))
            known = np.hstack(parts)
            self._upcoming[step].enter(events, at, known)
        return at, known

    def _following(self, events: Stretch, at: Ints, step: int) -> Ints:
        """What is known of the events of a step that come after positions."""
        user, upcoming = events.user[at], self._upcoming[step]
        if not self._funnel.steps[step].on_later_day:
            return upcoming.after(user, at + 1)
        found = upcoming.after(user, events.next_day[at])
        if self._is_strict:
            found[events.next_day[at] != at + 1] = NEVER
        return found

    def _in_any_order(self, events: Stretch) -> tuple[Ints, Ints]:
        """Positions of events of any step and what is known of each: the steps in order, then the bars."""
        for bit, upcoming in zip(self._bits, self._upcoming, strict=True):
            at = np.flatnonzero(events.matches & bit)
            upcoming.enter(events, at, events.instant[at, None])
        at = np.flatnonzero(events.matches & sum(self._bits))
        user = events.user[at]
        steps = np.hstack([upcoming.after(user, at + 1) for upcoming in self._upcoming])
        is_own = (events.matches[at, None] & np.array(self._bits)) > 0
        steps = np.sort(np.where(is_own, events.instant[at, None], steps), axis=1)
        return at, np.hstack([steps, *(barred.after(user, at + 1) for barred in self._barred)])

    def _count(self, user: Ints, known: Ints) -> None:
        """Keep of each user the attempt that goes furthest, the earliest of equals."""
        steps, bars, followed = self._parted(known)
        begun, places = steps[:, :1] >> RANK_BITS, np.arange(len(user))
        is_within = (steps >> RANK_BITS) - begun <= self._window
        reached = is_within.sum(1)
        is_valid = np.ones(len(user), bool)
        for bar, instant in zip(self._funnel.exclusions, bars.T, strict=True):
            last = (bar.to_step or steps.shape[1]) - 1
            ends = np.where(is_within[:, last], steps[:, last], NEVER)
            is_valid &= ((instant >> RANK_BITS) - begun[:, 0] > self._window) | (instant >= ends)
        may_go_on = (begun[:, 0] + self._window >= self._until) & (reached < steps.shape[1])
        if followed is not None:
            may_go_on &= followed[places, reached - 1] == NEVER
        first = _firsts(user)
        self.tried[user[first]] = steps[first, 0]
        self.is_open[user[is_valid & may_go_on]] = True
        user, reached, steps = user[is_valid], reached[is_valid], np.where(is_within, steps, NEVER)[is_valid]
        first = _firsts(user)
        furthest = np.maximum.reduceat(reached, first) if len(user) else reached
        is_furthest = np.flatnonzero(reached == np.repeat(furthest, np.diff(np.append(first, len(user)))))
        best = is_furthest[_firsts(user[is_furthest])]
        best = best[reached[best] >= self.reached[user[best]]]
        self.reached[user[best]], self.steps[user[best]] = reached[best], steps[best]

    def _parted(self, known: Ints) -> tuple[Ints, Ints, Ints | None]:
        """Steps, bars in order of the exclusions, and what followed each step."""
        if self._is_any:
            return known[:, : len(self._bits)], known[:, len(self._bits) :], None
        place = {column: number for number, column in enumerate(self._columns(0))}
        steps = known[:, [place["step", k] for k in range(len(self._bits))]]
        bars = known[:, [place["bar", n] for n in range(len(self._bars))]]
        if not self._is_strict:
            return steps, bars, None
        return steps, bars, known[:, [place["followed", k] for k in range(len(self._bits))]]
