"""What is known of days to come: holidays, breaks, exam weeks and releases, as columns of a regression.

Belongs here: how a calendar is turned into numbers. Does not: reading one (`calendar_file.py`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["holiday", "break", "exam", "release"]

Period = tuple[date, date] | tuple[str, str]
"""First and last day, both included: dates, or `MM-DD` for every year (a period may pass New Year)."""

AROUND = (-1, 0, 1)
"""A holiday acts on its day, the eve and the day after, each in its own way."""


@dataclass(frozen=True)
class Event:
    """Something on the calendar.

    Attributes:
        name: as pages show it; holidays of one name share their effect.
        kind: holiday (its days and their neighbours), break or exam (blocks of days), release (from its first
            day on).
        periods: when.
        country: ISO 3166 code of those concerned; None: everybody.
    """

    name: str
    kind: Kind
    periods: tuple[Period, ...]
    country: str | None = None

    def on(self, days: Sequence[date]) -> NDArray[np.bool_]:
        """On which of the days it is; shape (days,)."""
        numbers = np.array([day.toordinal() for day in days])
        # Days of a year by month and day, whatever the year: 1231 follows 1230.
        yearly = np.array([100 * day.month + day.day for day in days])
        found = np.zeros(len(days), bool)
        for first, last in self.periods:
            if isinstance(first, date) and isinstance(last, date):
                found |= (first.toordinal() <= numbers) & (numbers <= last.toordinal())
            else:
                opens, closes = (int(str(end).replace("-", "")) for end in (first, last))
                inside = (yearly >= opens, yearly <= closes)
                found |= inside[0] & inside[1] if opens <= closes else inside[0] | inside[1]
        return found


@dataclass(frozen=True)
class Calendar:
    """Events, and how much each country counts.

    Attributes:
        events: all of them.
        weights: share of the users by country; a country that is missing does not count.
        window: days that a metric looks back on, such as 7 of weekly active users; blocks are averaged over
            them.
    """

    events: tuple[Event, ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict[str, float])
    window: int = 1

    def weighted(self, users: Mapping[str, float]) -> "Calendar":
        """The calendar of a product with so many users by country."""
        total = sum(users.values())
        return replace(self, weights={country: n / total for country, n in users.items()} if total else {})

    def evenly(self) -> "Calendar":
        """The calendar with its countries weighed equally, unless it brings weights: users are not known."""
        countries = {event.country for event in self.events if event.country is not None}
        return self if self.weights else self.weighted(dict.fromkeys(sorted(countries), 1.0))

    def over(self, window: int) -> "Calendar":
        """The calendar of a metric that looks back on so many days."""
        return replace(self, window=window)

    def joined(self, events: Iterable[Event]) -> "Calendar":
        """The calendar with more events."""
        return replace(self, events=(*self.events, *events))

    def blocks(self, days: Sequence[date]) -> NDArray[np.float64]:
        """Shares of the users on a break, in exams, and past each release; shape (days, 2 + releases)."""
        before = [days[0] - timedelta(days=lag) for lag in range(self.window - 1, 0, -1)]
        known = [*before, *days]
        releases = [self._since(event, known) for event in self.events if event.kind == "release"]
        columns = np.column_stack([self.share("break", known), self.share("exam", known), *releases])
        return np.lib.stride_tricks.sliding_window_view(columns, self.window, axis=0).mean(axis=-1)

    def holidays(self, days: Sequence[date]) -> NDArray[np.float64]:
        """Shares of the users on the day after, on the day and on the eve of each name of a holiday.

        Shape (days, 3 × names).
        """
        named: dict[str, list[Event]] = {}
        for event in self.events:
            if event.kind == "holiday":
                named.setdefault(event.name, []).append(event)
        shifted = [[day - timedelta(days=lag) for day in days] for lag in AROUND]
        columns = [self._shares(same, moved) for same in named.values() for moved in shifted]
        return np.column_stack(columns) if columns else np.empty((len(days), 0))

    def share(self, kind: Kind, days: Sequence[date]) -> NDArray[np.float64]:
        """Share of the users whom an event of a kind concerns on each day."""
        return self._shares([event for event in self.events if event.kind == kind], days)

    def occurrences(self, days: Sequence[date]) -> list[tuple[Event, float, date, date]]:
        """Each event that concerns anybody: its share, and its first and last day in a row of the days."""
        found: list[tuple[Event, float, date, date]] = []
        for event in self.events:
            weight = self._weight(event.country)
            if not weight:
                continue
            on = np.concatenate([[False], event.on(days), [False]])
            starts = np.flatnonzero(~on[:-1] & on[1:]).tolist()
            ends = np.flatnonzero(on[:-1] & ~on[1:]).tolist()
            found += [(event, weight, days[a], days[b - 1]) for a, b in zip(starts, ends, strict=True)]
        return sorted(found, key=lambda each: (each[2], each[0].name))

    def _shares(self, events: Sequence[Event], days: Sequence[date]) -> NDArray[np.float64]:
        """Nobody counts twice, whose country has two events on one day."""
        found = np.zeros(len(days))
        for country in dict.fromkeys(event.country for event in events):
            weight = self._weight(country)
            if weight:
                concerned = [event.on(days) for event in events if event.country == country]
                found += weight * np.any(concerned, axis=0)
        return np.minimum(found, 1.0)

    def _since(self, event: Event, days: Sequence[date]) -> NDArray[np.float64]:
        starts = [first for first, _ in event.periods if isinstance(first, date)]
        began = min(starts, default=date.max)
        return self._weight(event.country) * np.array([day >= began for day in days], float)

    def _weight(self, country: str | None) -> float:
        return 1.0 if country is None else self.weights.get(country, 0.0)


NO_CALENDAR = Calendar()
