"""Planted effects: who is treated, since when, and what that changes in which mechanism."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analytics_platform.simulation import draws
from analytics_platform.simulation.parameters import Experiment, Mechanism
from analytics_platform.simulation.population import Population
from analytics_platform.simulation.state import State
from analytics_platform.simulation.world import World

Floats = NDArray[np.float64]
Users = NDArray[np.int64]

FORCED_LOGIT = 12.0


@dataclass(frozen=True)
class Shift:
    """A change of a mechanism for everybody, from a day on.

    Attributes:
        mechanism: what changes.
        change: by how much, in the mechanism's unit.
        first_day: first day of the world with the change.
        last_day: last such day; None: it stays.
        ramp_days: days until the change is full.
    """

    mechanism: Mechanism
    change: float
    first_day: int
    last_day: int | None = None
    ramp_days: int = 0

    def on(self, day: int) -> float:
        """The change in force on a day."""
        if day < self.first_day or (self.last_day is not None and day > self.last_day):
            return 0.0
        return self.change * min(1.0, (day - self.first_day + 1) / (self.ramp_days + 1))


@dataclass(frozen=True)
class Counterfactual:
    """A world with something changed.

    Attributes:
        arms: experiments in which everybody gets treatment (True) or control (False).
        quizzes: whether quizzes are forced (True) or withheld (False) in users' first days.
        launched: whether the staggered launch happens at all.
        launches: day from which an experiment's treatment is for everybody, past its planned end too.
        shifts: changes of mechanisms for everybody.
    """

    arms: Mapping[str, bool] = field(default_factory=dict[str, bool])
    quizzes: bool | None = None
    launched: bool = True
    launches: Mapping[str, int] = field(default_factory=dict[str, int])
    shifts: tuple[Shift, ...] = ()


class Planted:
    """The effects of all experiments and the launch on the people of a world."""

    def __init__(self, world: World, people: Population, changed: Counterfactual | None = None) -> None:
        """Assign every person to an arm of every experiment, from the seed or as the counterfactual says."""
        self.world = world
        self.people = people
        self.changed = changed or Counterfactual()
        self.experiments = world.parameters.experiments
        self.treated = [self._assign(experiment) for experiment in self.experiments]

    def running(self, day: int) -> list[int]:
        """Positions of the experiments that enrol and act on a day."""
        return [
            position
            for position, experiment in enumerate(self.experiments)
            if experiment.first_day <= day <= experiment.last_day or self._is_launched(position, day)
        ]

    def enrol(self, state: State, users: Users, day: int) -> list[tuple[int, Users]]:
        """Expose active users to the running experiments; returns who was new to which."""
        enrolled: list[tuple[int, Users]] = []
        for position in self.running(day):
            exposed = state.exposed_day[position]
            new = users[exposed[users] < 0]
            if self.experiments[position].unit == "classroom":
                new = new[self.people.classroom[new] >= 0]
            exposed[new] = day
            enrolled.append((position, new))
        return enrolled

    def effect(self, mechanism: Mechanism, state: State, users: Users, day: int) -> Floats | float:
        """Sum of all effects on a mechanism for the users, shape (users,), or 0.0 where there is none."""
        shifts = (shift.on(day) for shift in self.changed.shifts if shift.mechanism == mechanism)
        total: Floats | float = sum(shifts, 0.0)
        for position in self.running(day):
            by_role = self.experiments[position].effects.get(mechanism)
            if by_role:
                strength = np.array([by_role.get("student", 0.0), by_role.get("teacher", 0.0)])
                dose = self._dose(position, state, users, day)
                total = total + strength[self.people.role[users]] * dose
        if mechanism == "activity_logit":
            total = total + self._launch_effect(users, day)
        if mechanism == "quiz_logit" and self.changed.quizzes is not None:
            total = total + self._forced_quizzes(users, day)
        return total

    def served_model(self, state: State, users: Users, day: int, in_force: int) -> Users:
        """Position of the model version that each user is served."""
        names = [version.name for version in self.world.parameters.interactions.models]
        served = np.full(len(users), in_force)
        for position in self.running(day):
            model = self.experiments[position].model
            if model is not None:
                served[self._dose(position, state, users, day) > 0] = names.index(model)
        return served

    def has_launched(self, users: Users, day: int) -> NDArray[np.bool_]:
        """Whether the launched feature is there for each user."""
        return day >= self._launch_day[self.people.country[users]]

    def _is_launched(self, position: int, day: int) -> bool:
        return day >= self.changed.launches.get(self.experiments[position].id, day + 1)

    def _treated_on(self, position: int, day: int) -> NDArray[np.bool_]:
        """Whether each person is treated, shape (users,)."""
        return self.treated[position] | self._is_launched(position, day)

    def _assign(self, experiment: Experiment) -> NDArray[np.bool_]:
        if experiment.id in self.changed.arms:
            return np.full(self.people.size, self.changed.arms[experiment.id])
        unit = np.arange(self.people.size)
        if experiment.unit == "classroom":
            unit = self.people.classroom
        lot = draws.uniforms(draws.key(self.world.seed, f"assign {experiment.id}"), unit)
        return lot < experiment.treated_share

    def _dose(self, position: int, state: State, users: Users, day: int) -> Floats:
        """1 for a treated user, the spillover for an untreated one among treated classmates; wears off."""
        experiment, exposed = self.experiments[position], state.exposed_day[position]
        reached = exposed[users] >= 0
        treated = self._treated_on(position, day)
        dose = (reached & treated[users]).astype(np.float64)
        if experiment.novelty_days is not None:
            dose *= 0.5 ** ((day - exposed[users]) / experiment.novelty_days)
        if experiment.spillover:
            shared = self._treated_share(treated, exposed)[self.people.classroom[users]]
            dose = np.where(dose > 0, dose, experiment.spillover * shared)
        return dose

    def _treated_share(self, treated: NDArray[np.bool_], exposed: NDArray[np.int16]) -> Floats:
        """Share of each classroom that is treated and reached; a last 0 stands for no classroom."""
        members = np.flatnonzero((exposed >= 0) & treated & (self.people.classroom >= 0))
        sizes = self.people.class_sizes
        counts = np.bincount(self.people.classroom[members], minlength=len(sizes))
        return np.append(counts / np.maximum(sizes, 1), 0.0)

    @cached_property
    def _launch_day(self) -> Users:
        launch, never = self.world.parameters.launch, 2**30
        if not self.changed.launched:
            return np.full(len(self.world.parameters.countries), never)
        return np.array(
            [launch.launch_day.get(country, never) for country in self.world.parameters.countries]
        )

    def _launch_effect(self, users: Users, day: int) -> Floats:
        launch = self.world.parameters.launch
        people = self.people
        since = np.maximum(self._launch_day[people.country[users]], people.signup_day[users])
        return launch.activity_logit * np.clip((day - since) / launch.ramp_days, 0.0, 1.0)

    def _forced_quizzes(self, users: Users, day: int) -> Floats:
        adoption, signup_day = self.world.parameters.quiz_adoption, self.people.signup_day[users]
        asked = (signup_day >= adoption.first_signup_day) & (signup_day <= adoption.last_signup_day)
        young = day - signup_day < adoption.age_days
        return np.where(asked & young, FORCED_LOGIT if self.changed.quizzes else -FORCED_LOGIT, 0.0)
