"""`truth.churn`: the chance that a user stays away for 28 days, from the hazards that the world is made of.

A user who does not come changes by rule alone: habit fades, idle days grow, experience stays. So the chance
of staying away is a product along that one path, beside those of leaving on each day of it and of
returning from there; nothing is drawn. Whether an absent user has left already is hidden from all others:
`probability` conditions on the absence so far, `probability_knowing_who_left` on the user's true state too.

Taken as of the snapshot day are the plan before it, and how far spillovers of an experiment reach; a plan
that may change later counts by its chance.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.special import expit

from analytics_platform.lakehouse import Lake
from analytics_platform.simulation.dynamics import RETURNING_HABIT, Dynamics
from analytics_platform.simulation.state import ALIVE, NEVER, PAID, TRIAL, State
from analytics_platform.simulation.world import World

HORIZON_DAYS = 28
EVERY_DAYS = 6
FIRST_MONDAY = date(2024, 1, 1).toordinal()
COHORTS = 12
MOST_USERS = 20_000

CHURN_SCHEMA = pa.schema(
    [
        ("snapshot_date", pa.date32()),
        ("user_id", pa.int64()),
        ("probability", pa.float64()),
        ("probability_knowing_who_left", pa.float64()),
    ]
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Watched(Dynamics):
    """Dynamics that remember each user's last active day, and habits at its end, before anybody left."""

    def begin(self) -> State:
        """The state before day 0, nobody seen yet."""
        size = self.people.size
        self.last_day = np.full(size, NEVER, dtype=np.int64)
        self.habit, self.quiz_habit = np.zeros(size), np.zeros(size)
        return self.start()

    def _leave(self, state: State, alive: Ints, newcomers: Ints, day: int) -> None:
        came = alive[state.idle_days[alive] == 0]
        self.last_day[came] = day
        self.habit[came] = state.habit[came]
        self.quiz_habit[came] = state.quiz_habit[came]
        super()._leave(state, alive, newcomers, day)


@dataclass(frozen=True)
class Absence:
    """Users from a day on which they were last known to be active or alive; arrays of shape (users,).

    Attributes:
        users: numbers of the users.
        since: that day.
        idle: idle days at its end.
        habit: habit at its end, of one who stayed.
        quiz_habit: likewise.
        alive: chance of being still there at its end.
    """

    users: Ints
    since: Ints
    idle: Floats
    habit: Floats
    quiz_habit: Floats
    alive: Floats


def write_churn_truth(lake: Lake, world: World) -> dict[str, int]:
    """Write `truth.churn`; returns rows by table."""
    table = pa.concat_tables([CHURN_SCHEMA.empty_table(), *churn_truth(world)])
    return {"truth.churn": lake.replace("truth.churn", [table], CHURN_SCHEMA, {"world": world.digest})}


def churn_truth(world: World) -> Iterator[pa.Table]:
    """Rows of `truth.churn`, a table a snapshot day: users active in the 28 days that end with it.

    Snapshots are every sixth day counted from 2024-01-01 whose next 28 days the world has.
    """
    dynamics = Watched(world)
    state = dynamics.begin()
    while state.day < world.days - HORIZON_DAYS:
        dynamics.live(state)
        today = state.day - 1
        if (world.date(today).toordinal() - FIRST_MONDAY) % EVERY_DAYS == 0:
            users = eligible(dynamics, today)
            yield _rows(world, today, users, Oracle(dynamics, state, users))


def eligible(dynamics: Watched, today: int) -> Ints:
    """Numbers of users active within the 28 days that end with a day, scripts left out; of many a part."""
    recent = dynamics.last_day >= max(today - HORIZON_DAYS + 1, 0)
    users = np.flatnonzero(recent & ~dynamics.people.is_bot)
    return users[:: max(1, -(-len(users) // MOST_USERS))]


def _rows(world: World, today: int, users: Ints, oracle: "Oracle") -> pa.Table:
    columns = [
        pa.array([world.date(today)] * len(users), pa.date32()),
        users + 1,
        oracle.given_absence(),
        oracle.given_state(),
    ]
    return pa.table(columns, schema=CHURN_SCHEMA)


class Oracle:
    """Chances of staying away for 28 days after the eve of a state's day."""

    def __init__(self, dynamics: Watched, state: State, users: Ints) -> None:
        """Bind the users asked about, who were all active once."""
        self.dynamics, self.state, self.users = dynamics, state, users
        self.today = state.day - 1
        self.rules = dynamics.world.parameters.activity

    def given_absence(self) -> Floats:
        """For one who knows traits, habits and hazards, but not whether an absent user has left; (users,)."""
        watched, users = self.dynamics, self.users
        since = watched.last_day[users]
        seen = Absence(
            users, since, np.zeros(len(users)), watched.habit[users], watched.quiz_habit[users],
            np.ones(len(users)),
        )  # fmt: skip
        so_far, in_all = self._silence(seen, first_day=int(since.min(initial=self.today)))
        return in_all / so_far

    def given_state(self) -> Floats:
        """For one who knows also who has left already, but no lot that is still to be drawn; (users,)."""
        state, users = self.state, self.users
        known = Absence(
            users, np.full(len(users), self.today), state.idle_days[users].astype(np.float64),
            state.habit[users], state.quiz_habit[users], (state.status[users] == ALIVE).astype(float),
        )  # fmt: skip
        return self._silence(known, first_day=self.today, has_left=True)[1]

    def _silence(self, absence: Absence, first_day: int, *, has_left: bool = False) -> tuple[Floats, Floats]:
        """Chance of no visit after `since`, until the snapshot day and until 28 days after it.

        Args:
            absence: where each user starts from.
            first_day: the earliest `since`.
            has_left: whether leaving on the day `since` is already part of `alive`.
        """
        shape = len(self.users)
        stayed, gone = np.zeros(shape), np.zeros(shape)
        back = np.zeros((COHORTS, shape))  # of those who returned and did not come, by days since the return
        so_far = np.ones(shape)
        for day in range(first_day, self.today + HORIZON_DAYS + 1):
            begins, absent = absence.since == day, absence.since < day
            base, leave = self._base_logits(day)
            path = np.maximum(day - absence.since, 1).astype(float)
            if absent.any():
                back[-1] += back[-2]
                back[1:-1] = back[:-2].copy()
                back[0] = gone * self.rules.return_hazard
                gone = gone - back[0]
                habit = absence.habit * self.rules.habit_memory ** (path - 1.0)
                quiz = absence.quiz_habit * self.rules.quiz_memory ** (path - 1.0)
                stayed, left = self._day(stayed, base, leave, habit, quiz, absence.idle + path, day)
                ages = np.arange(COHORTS, dtype=np.float64)[:, None]
                habits = RETURNING_HABIT * self.rules.habit_memory**ages
                back, left_again = self._day(back, base, leave, habits, 0.0, ages + 1.0, day)
                gone = gone + left + left_again.sum(axis=0)
            leaves = 0.0 if has_left else self._leaves(leave, absence.habit, absence.quiz_habit, absence.idle)
            stayed = np.where(begins, absence.alive * (1.0 - leaves), np.where(absent, stayed, 0.0))
            gone = np.where(begins, 1.0 - stayed, np.where(absent, gone, 0.0))
            back = np.where(absent, back, 0.0)
            if day == self.today:
                so_far = stayed + gone + back.sum(axis=0)
        return so_far, stayed + gone + back.sum(axis=0)

    def _day(
        self, mass: Floats, base: Floats, leave: Floats, habit: Floats, quiz: Floats | float, idle: Floats,
        day: int,
    ) -> tuple[Floats, Floats]:  # fmt: skip
        """Mass that neither comes nor leaves on a day, and mass that leaves without coming."""
        rules, people = self.rules, self.dynamics.people
        logit = base + rules.habit_gain * habit + rules.quiz_gain * quiz
        classroom = people.classroom[self.users]
        country = people.country[self.users]
        may_be_asked = (classroom >= 0) & self.dynamics.calendar.is_school_day[country, day]
        asked = rules.assignment_share * may_be_asked
        away = mass * (1.0 - (1.0 - asked) * _chance(logit) - asked * _chance(logit + rules.assignment_logit))
        left = away * self._leaves(leave, habit * rules.habit_memory, quiz * rules.quiz_memory, idle)
        return away - left, left

    def _leaves(self, leave: Floats, habit: Floats, quiz: Floats | float, idle: Floats) -> Floats:
        rules = self.rules
        logit = leave + rules.leave_by_habit * habit + rules.leave_by_quiz * quiz
        return _chance(logit + rules.leave_by_idle * np.log1p(idle))

    def _base_logits(self, day: int) -> tuple[Floats, Floats]:
        """What habit and idleness are added to: logits of coming and of leaving on a day, (users,)."""
        rules, dynamics, users = self.rules, self.dynamics, self.users
        people, state = dynamics.people, self.state
        comes = rules.base_logit + people.intent[users] + people.class_logit[users]
        comes += dynamics.calendar.activity_logit[people.role[users], people.country[users], day]
        comes += rules.fresh_logit * 0.5 ** ((day - people.signup_day[users]) / rules.fresh_days)
        comes += rules.experience_gain * state.experience[users]
        comes += rules.paid_logit * self._paid(day)
        comes += dynamics.planted.effect("activity_logit", state, users, day)
        leaves = np.where(people.signup_day[users] == day, rules.bounce_logit, rules.leave_logit)
        leaves += rules.leave_by_experience * state.experience[users]
        leaves += rules.leave_by_intent * people.intent[users]
        leaves += rules.classroom_leave_logit * (people.classroom[users] >= 0)
        leaves += dynamics.planted.effect("leave_logit", state, users, day)
        return comes, leaves

    def _paid(self, day: int) -> Floats:
        """Chance that each user subscribes on a day: as of the snapshot day before it, by rule after it."""
        state, money = self.state, self.dynamics.world.parameters.money
        plan, begun = state.plan[self.users], state.plan_day[self.users].astype(np.int64)
        price = self.dynamics.people.price[self.users]
        faded = self.dynamics.habit[self.users] * self.rules.habit_memory ** np.maximum(
            day - self.dynamics.last_day[self.users], 0
        )
        converts = _chance(
            money.convert_logit
            + money.convert_by_habit * faded
            + money.convert_by_experience * state.experience[self.users]
            - 0.5 * price
        )
        ended = (plan == TRIAL) & (begun + money.trial_days <= day)
        due = (day - begun) // money.renewal_days > (self.today - begun) // money.renewal_days
        cancels = _chance(money.cancel_logit + money.cancel_by_habit * faded) * due
        return np.where(plan == PAID, (begun <= day) * (1.0 - cancels), ended * converts)


def _chance(logit: Floats) -> Floats:
    return expit(logit)
