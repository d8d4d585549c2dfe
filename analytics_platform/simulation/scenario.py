"""Scenarios played for real: the same people from a day on, under a change, draw for draw.

More sign-ups are a second population of the same world, thinned to the number that is added: it lives beside
the first, whose users' draws stay as they were. Fewer are users whose days are left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analytics_platform.simulation import draws, registers
from analytics_platform.simulation.calendar import Calendar
from analytics_platform.simulation.dynamics import Day, Dynamics
from analytics_platform.simulation.planted import Counterfactual
from analytics_platform.simulation.population import Population, populate
from analytics_platform.simulation.state import PAID, State
from analytics_platform.simulation.world import World

SECOND_POPULATION = 0x5CE9A210

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Played:
    """A change of the world.

    Attributes:
        acquisition: relative change of sign-ups, -1 to 1.
        first_day: first day of the world on which sign-ups change.
        changed: whatever else differs, with days of its own.
    """

    acquisition: float = 0.0
    first_day: int = 0
    changed: Counterfactual = field(default_factory=Counterfactual)


@dataclass(frozen=True)
class Diary:
    """What the world's people did, as far as growth is concerned.

    Attributes:
        users: number of the person of each active day, shape (active days,).
        days: day of the world of each.
        ratings: ratings given on each.
        stars: stars given on each.
        paid: subscribers at the end of each day, shape (days,).
        conversions: (person, day) of each subscription begun, shape (2, n).
        cancellations: (person, day) of each subscription ended, shape (2, n).
        exposures: rows of `raw.exposures` as they were logged; user_id is the person's number + 1.
        first_day: day of the world that `paid[0]` tells of.
        classroom: classroom of each person, -1 for none, shape (people,).
    """

    users: Ints
    days: Ints
    ratings: Ints
    stars: Ints
    paid: Ints
    conversions: Ints
    cancellations: Ints
    exposures: pa.Table
    first_day: int
    classroom: Ints

    def beside(self, others: "Diary") -> "Diary":
        """The same days of these and of other people, whose numbers follow."""
        classroom = np.where(others.classroom < 0, -1, others.classroom + self.classroom.max(initial=-1) + 1)
        return Diary(
            users=np.concatenate([self.users, others.users + len(self.classroom)]),
            days=np.concatenate([self.days, others.days]),
            ratings=np.concatenate([self.ratings, others.ratings]),
            stars=np.concatenate([self.stars, others.stars]),
            paid=self.paid + others.paid,
            conversions=_beside(self.conversions, others.conversions, len(self.classroom)),
            cancellations=_beside(self.cancellations, others.cancellations, len(self.classroom)),
            exposures=self.exposures,
            first_day=self.first_day,
            classroom=np.concatenate([self.classroom, classroom]),
        )


def live(dynamics: Dynamics, state: State, last_day: int, absent: NDArray[np.bool_] | None = None) -> Diary:
    """Live a state's days to the last one, and tell what people did; the state moves on.

    Args:
        dynamics: the world.
        state: the eve of the first day told.
        last_day: last day lived.
        absent: people who are not told of, shape (people,); bots never are.
    """
    first_day, told = state.day, ~dynamics.people.is_bot
    if absent is not None:
        told &= ~absent
    days = list(_days(dynamics, state, last_day, told))

    def joined(name: str) -> Ints:
        return np.concatenate([getattr(day, name) for day in days], axis=-1)

    return Diary(
        users=joined("users"),
        days=joined("days"),
        ratings=joined("ratings"),
        stars=joined("stars"),
        paid=np.array([day.paid for day in days]),
        conversions=joined("conversions"),
        cancellations=joined("cancellations"),
        exposures=pa.concat_tables([day.exposures for day in days]),
        first_day=first_day,
        classroom=dynamics.people.classroom,
    )


def play(dynamics: Dynamics, state: State, scenario: Played, last_day: int) -> Diary:
    """What happens from a state's day on when a scenario comes true; the state stays as it is.

    Args:
        dynamics: the world as it is.
        state: the eve of the first day told.
        scenario: what changes; sign-ups may not change before that day.
        last_day: last day told.

    Raises:
        ValueError: sign-ups would change by more than they can, or before the first day told.
    """
    if not -1.0 <= scenario.acquisition <= 1.0:
        raise ValueError(f"acquisition {scenario.acquisition} lies outside -1 to 1")
    if scenario.acquisition and scenario.first_day < state.day:
        raise ValueError(f"sign-ups may change from day {state.day} on, not from {scenario.first_day}")
    fewer = _chosen(dynamics.world, dynamics.people, -scenario.acquisition, scenario.first_day)
    told = live(dynamics.twin(scenario.changed), state.copy(), last_day, fewer)
    if scenario.acquisition <= 0:
        return told
    world = replace(dynamics.world, seed=dynamics.world.seed ^ SECOND_POPULATION)
    everybody = populate(world, Calendar(world))
    span = (scenario.first_day, last_day)
    alike = _signups(dynamics.people, *span) / max(_signups(everybody, *span), 1)
    chosen = _chosen(world, everybody, scenario.acquisition * alike, scenario.first_day)
    others = Dynamics(world, scenario.changed, _only(everybody, chosen))
    start = others.start()
    start.day = state.day
    return told.beside(live(others, start, last_day))


def _chosen(world: World, people: Population, share: float, first_day: int) -> NDArray[np.bool_]:
    """A share of those who sign up from a day on, each by an own lot; shape (people,)."""
    lot = draws.uniforms(draws.key(world.seed, "scenario sign-ups"), np.arange(people.size))
    return (lot < share) & (people.signup_day >= first_day) & ~people.is_bot


def _signups(people: Population, first_day: int, last_day: int) -> int:
    return int(((people.signup_day >= first_day) & (people.signup_day <= last_day) & ~people.is_bot).sum())


def _only(people: Population, chosen: NDArray[np.bool_]) -> Population:
    return Population(**{part.name: getattr(people, part.name)[chosen] for part in fields(people)})


class _Told(NamedTuple):
    """A day's part of a diary."""

    users: Ints
    days: Ints
    ratings: Ints
    stars: Ints
    paid: int
    conversions: Ints
    cancellations: Ints
    exposures: pa.Table


def _days(dynamics: Dynamics, state: State, last_day: int, told: NDArray[np.bool_]) -> Iterator[_Told]:
    while state.day <= last_day:
        day = dynamics.live(state)
        users = day.uses.users[told[day.uses.users]]
        ratings, stars = _rated(day, told)
        yield _Told(
            users=users,
            days=np.full(len(users), day.day),
            ratings=ratings,
            stars=stars,
            paid=int(((state.plan == PAID) & told).sum()),
            conversions=_moved(day, "subscribed", told),
            cancellations=_moved(day, "cancelled", told),
            exposures=registers.exposures(dynamics, day),
        )


def _rated(day: Day, told: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Ratings and stars of each active person told of."""
    uses, rating = day.uses, day.answers.rating
    people, kept = len(uses.users), told[uses.users]
    ratings = np.bincount(uses.owner, rating > 0, people).astype(np.int64)
    stars = np.bincount(uses.owner, rating, people).astype(np.int64)
    return ratings[kept], stars[kept]


def _moved(day: Day, event_name: str, told: NDArray[np.bool_]) -> Ints:
    """(person, day) of an account event."""
    users = [move.users[told[move.users]] for move in day.moves if move.event_name == event_name]
    moved = np.concatenate([*users, np.zeros(0, np.int64)])
    return np.stack([moved, np.full(len(moved), day.day)])


def _beside(pairs: Ints, others: Ints, people: int) -> Ints:
    """(person, day) of two peoples, the second numbered after the first."""
    return np.concatenate([pairs, others + np.array([[people], [0]])], axis=1)
