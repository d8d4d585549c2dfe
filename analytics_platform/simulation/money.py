"""Paywall, trial, subscription: who meets the price, and what they decide."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analytics_platform.simulation import draws
from analytics_platform.simulation.planted import Planted
from analytics_platform.simulation.population import Population
from analytics_platform.simulation.sessions import Uses
from analytics_platform.simulation.state import FREE, PAID, TRIAL, State
from analytics_platform.simulation.tables import TICKS
from analytics_platform.simulation.world import World

Ints = NDArray[np.int64]


class Moves(NamedTuple):
    """Account events of one day: the same event for each of the users at their ticks.

    Attributes:
        event_name: as in the event contract.
        users: numbers of the users.
        ticks: since the day's start, in 1/64 s.
        in_session: whether the event belongs to the user's last session of the day.
    """

    event_name: str
    users: Ints
    ticks: Ints
    in_session: bool


class Till:
    """Moves people between plans."""

    def __init__(self, world: World, people: Population, planted: Planted) -> None:
        """Bind a world."""
        self.world = world
        self.people = people
        self.planted = planted
        self.rules = world.parameters.money

    def settle(self, state: State, signed_up: int, day: int) -> list[Moves]:
        """Trials that end and subscriptions that fall due, whether or not the user comes today."""
        plan, age = state.plan[:signed_up], day - state.plan_day[:signed_up]
        ending = np.flatnonzero((plan == TRIAL) & (age == self.rules.trial_days))
        due = np.flatnonzero((plan == PAID) & (age % self.rules.renewal_days == 0) & (age > 0))
        converts = self._chance(self._convert_logit(state, ending, day), "convert", ending, day)
        cancels = self._chance(self._cancel_logit(state, due), "cancel", due, day)
        state.plan[ending] = np.where(converts, PAID, FREE)
        state.plan_day[ending[converts]] = day
        state.plan[due[cancels]] = FREE
        decided = (("subscribed", ending[converts]), ("cancelled", due[cancels]), ("renewed", due[~cancels]))
        return [
            Moves(name, users, self._billing_ticks(users, day), in_session=False) for name, users in decided
        ]

    def tempt(self, state: State, uses: Uses, day: int) -> list[Moves]:
        """Paywalls met by active free users, and the trials that some of them start."""
        free = state.plan[uses.users] == FREE
        users = uses.users[free]
        last_tick = uses.tick[np.cumsum(uses.user_uses) - 1][free]
        usage = np.log2(np.maximum(state.week_uses[users], 0.1) / self.rules.paywall_uses)
        logit = self.rules.paywall_logit * usage + self.planted.effect("paywall_logit", state, users, day)
        met = self._chance(logit, "paywall", users, day)
        users, ticks = users[met], last_tick[met] + TICKS // 2
        wish = self.rules.trial_logit + self.rules.trial_by_experience * state.experience[users]
        wish = wish - self.people.price[users] + self.planted.effect("trial_logit", state, users, day)
        starts = self._chance(wish, "trial", users, day)
        state.plan[users[starts]] = TRIAL
        state.plan_day[users[starts]] = day
        return [
            Moves("paywall_viewed", users, ticks, in_session=True),
            Moves("trial_started", users[starts], ticks[starts] + TICKS // 2, in_session=True),
        ]

    def _convert_logit(self, state: State, users: Ints, day: int) -> NDArray[np.float64]:
        rules = self.rules
        gains = (
            rules.convert_by_habit * state.habit[users]
            + rules.convert_by_experience * state.experience[users]
        )
        gains = gains + self.planted.effect("convert_logit", state, users, day)
        return rules.convert_logit + gains - 0.5 * self.people.price[users]

    def _cancel_logit(self, state: State, users: Ints) -> NDArray[np.float64]:
        return self.rules.cancel_logit + self.rules.cancel_by_habit * state.habit[users]

    def _chance(self, logit: NDArray[np.float64], stream: str, users: Ints, day: int) -> NDArray[np.bool_]:
        uniform = draws.uniforms(draws.key(self.world.seed, stream, day), users)
        return uniform < 1.0 / (1.0 + np.exp(-logit))

    def _billing_ticks(self, users: Ints, day: int) -> Ints:
        uniform = draws.uniforms(draws.key(self.world.seed, "billing time", day), users)
        return (uniform * 86_000 * TICKS).astype(np.int64)
