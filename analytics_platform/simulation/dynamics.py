"""One day of the world: who comes, what they do, what they make of it, who leaves.

Nothing here is drawn as an outcome: retention, churn, conversion and the effects of experiments are
what these steps add up to.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analytics_platform.simulation import draws
from analytics_platform.simulation.calendar import Calendar
from analytics_platform.simulation.interactions import Answers, Assistant
from analytics_platform.simulation.money import Moves, Till
from analytics_platform.simulation.planted import Counterfactual, Planted
from analytics_platform.simulation.population import Population, populate
from analytics_platform.simulation.sessions import SessionMaker, Uses
from analytics_platform.simulation.state import ALIVE, GONE, PAID, State
from analytics_platform.simulation.tables import QUIZ
from analytics_platform.simulation.world import World

RETURNING_HABIT = 0.15

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Day:
    """What happened on one day, before the log garbles it.

    Attributes:
        day: day of the world.
        newcomers: users who signed up, ascending.
        plan: plan of every user, once trials and renewals due today are settled.
        uses: what active users did.
        answers: what they got.
        latency_log: change of latency felt by each active user, log.
        moves: account events.
        enrolled: (position of the experiment, users first exposed today).
    """

    day: int
    newcomers: Ints
    plan: NDArray[np.int8]
    uses: Uses
    answers: Answers
    latency_log: Floats
    moves: list[Moves]
    enrolled: list[tuple[int, Ints]]


class Dynamics:
    """Steps the people of a world from day to day."""

    def __init__(
        self, world: World, changed: Counterfactual | None = None, people: Population | None = None
    ) -> None:
        """Populate a world.

        Args:
            world: its parameters and seed.
            changed: what differs from the world as it is; None: nothing.
            people: its people where they are known already.
        """
        self.world = world
        self.calendar = Calendar(world)
        self.people = people or populate(world, self.calendar)
        self.planted = Planted(world, self.people, changed)
        self.sessions = SessionMaker(world, self.people, self.planted)
        self.assistant = Assistant(world, self.people, self.planted)
        self.till = Till(world, self.people, self.planted)

    def twin(self, changed: Counterfactual) -> "Dynamics":
        """The same people under the same draws, with something changed."""
        return Dynamics(self.world, changed, self.people)

    def start(self) -> State:
        return State.before_day_zero(self.people.size, len(self.planted.experiments))

    def live(self, state: State) -> Day:
        """Live the state's day: changes the state to the next day's and tells what happened."""
        day = state.day
        signed_up = self.people.signed_up_by(day)
        newcomers = np.arange(self.people.signed_up_by(day - 1), signed_up)
        moves = self.till.settle(state, signed_up, day)
        plan = state.plan.copy()
        alive = self._alive(state, newcomers, signed_up, day)
        active = alive[self._comes(state, alive, newcomers, day)]
        enrolled = self.planted.enrol(state, active, day)
        uses = self.sessions.uses(state, active, day)
        answers = self.assistant.answer(state, uses, day)
        latency_log = self.planted.effect("latency_log", state, active, day) + np.zeros(len(active))
        self._learn(state, alive, newcomers, uses, answers, latency_log)
        moves += self.till.tempt(state, uses, day)
        self._leave(state, alive, newcomers, day)
        state.day = day + 1
        return Day(day, newcomers, plan, uses, answers, latency_log, moves, enrolled)

    def _alive(self, state: State, newcomers: Ints, signed_up: int, day: int) -> Ints:
        people = newcomers[~self.people.is_bot[newcomers]]
        state.status[people] = ALIVE
        status = state.status[:signed_up]
        back = np.flatnonzero((status == GONE) & (state.return_day[:signed_up] == day))
        status[back] = ALIVE
        state.habit[back] = RETURNING_HABIT
        state.idle_days[back] = 0
        return np.flatnonzero(status == ALIVE)

    def _comes(self, state: State, alive: Ints, newcomers: Ints, day: int) -> NDArray[np.bool_]:
        rules, people = self.world.parameters.activity, self.people
        role, country = people.role[alive], people.country[alive]
        logit = rules.base_logit + people.intent[alive] + people.class_logit[alive]
        logit += self.calendar.activity_logit[role, country, day]
        age = day - people.signup_day[alive]
        logit += rules.fresh_logit * 0.5 ** (age / rules.fresh_days)
        logit += rules.habit_gain * state.habit[alive]
        logit += rules.experience_gain * state.experience[alive]
        logit += rules.quiz_gain * state.quiz_habit[alive]
        logit += rules.paid_logit * (state.plan[alive] == PAID)
        logit += self._assigned(day)[people.classroom[alive]] * rules.assignment_logit
        logit += self.planted.effect("activity_logit", state, alive, day)
        uniform = draws.uniforms(draws.key(self.world.seed, "active", day), alive)
        comes = uniform < 1.0 / (1.0 + np.exp(-logit))
        if len(newcomers):
            comes |= alive >= newcomers[0]
        return comes

    def _assigned(self, day: int) -> NDArray[np.bool_]:
        """Whether each class has an assignment today; a last False stands for no class."""
        classes = len(self._class_country)
        lot = draws.uniforms(draws.key(self.world.seed, "assignment", day), np.arange(classes))
        school_day = self.calendar.is_school_day[self._class_country, day]
        given = (lot < self.world.parameters.activity.assignment_share) & school_day
        return np.append(given, False)

    @cached_property
    def _class_country(self) -> Ints:
        country = np.zeros(len(self.people.class_sizes), dtype=np.int64)
        members = np.flatnonzero(self.people.classroom >= 0)
        country[self.people.classroom[members]] = self.people.country[members]
        return country

    def _learn(
        self, state: State, alive: Ints, newcomers: Ints, uses: Uses, answers: Answers, latency_log: Floats
    ) -> None:
        """Update habit, expectation, experience and usage by what today was like."""
        rules, users = self.world.parameters.activity, uses.users
        state.habit[alive] *= rules.habit_memory
        state.habit[users] += 1.0 - rules.habit_memory
        state.quiz_habit[alive] *= rules.quiz_memory
        quizzed = np.bincount(uses.owner[uses.feature == QUIZ], minlength=len(users)) > 0
        state.quiz_habit[users[quizzed]] += 1.0 - rules.quiz_memory
        first_day = np.isin(users, newcomers, assume_unique=True)
        state.quiz_habit[users[quizzed & first_day]] = rules.quiz_imprint
        state.week_uses[alive] *= 6.0 / 7.0
        state.week_uses[users] += uses.user_uses
        state.idle_days[alive] += 1
        state.idle_days[users] = 0
        quality = np.bincount(uses.owner, weights=answers.quality, minlength=len(users)) / uses.user_uses
        patience = self.world.parameters.interactions.latency_patience
        surprise = quality - state.expectation[users] - patience * latency_log
        keeps = rules.experience_memory
        state.experience[users] = keeps * state.experience[users] + (1.0 - keeps) * surprise
        keeps = self.world.parameters.interactions.expectation_memory
        state.expectation[users] = keeps * state.expectation[users] + (1.0 - keeps) * quality

    def _leave(self, state: State, alive: Ints, newcomers: Ints, day: int) -> None:
        rules, people = self.world.parameters.activity, self.people
        logit = np.full(len(alive), rules.leave_logit)
        if len(newcomers):
            logit[alive >= newcomers[0]] = rules.bounce_logit
        logit += rules.leave_by_habit * state.habit[alive]
        logit += rules.leave_by_experience * state.experience[alive]
        logit += rules.leave_by_intent * people.intent[alive]
        logit += rules.leave_by_quiz * state.quiz_habit[alive]
        logit += rules.leave_by_idle * np.log1p(state.idle_days[alive])
        logit += rules.classroom_leave_logit * (people.classroom[alive] >= 0)
        logit += self.planted.effect("leave_logit", state, alive, day)
        uniform = draws.uniforms(draws.key(self.world.seed, "leave", day), alive)
        gone = alive[uniform < 1.0 / (1.0 + np.exp(-logit))]
        state.status[gone] = GONE
        lot = draws.uniforms(draws.key(self.world.seed, "return", day), gone)
        wait = np.log(lot) / np.log1p(-rules.return_hazard)
        state.return_day[gone] = np.minimum(day + 1 + wait, 32_000).astype(np.int16)
        state.habit[gone] = 0.0
        state.quiz_habit[gone] = 0.0
        state.week_uses[gone] = 0.0
