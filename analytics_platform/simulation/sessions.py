"""Inside an active day: how many sessions, when, which features in which order, for how long."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics_platform.simulation import draws
from analytics_platform.simulation.planted import Planted
from analytics_platform.simulation.population import Population
from analytics_platform.simulation.state import State
from analytics_platform.simulation.tables import CHAIN_CELLS, START, TICKS, SessionTables
from analytics_platform.simulation.world import World

DAY_TICKS = 86_400 * TICKS
SESSIONS_MOST = 5
SESSION_GAP_TICKS = 31 * 60 * TICKS
SECONDS_MOST = 1_500.0

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bits = NDArray[np.uint16]


@dataclass(frozen=True)
class Uses:
    """The feature uses of one day, user by user in the order of time; a tick is 1/64 s.

    Attributes:
        users: numbers of the active users, ascending.
        user_uses: uses of each active user, shape (active,).
        user_sessions: sessions of each active user, shape (active,).
        session: number of the session within the day, shape (uses,).
        owner: position in `users`, shape (uses,).
        feature: position among FEATURES, shape (uses,).
        tick: start of the use since the day's start.
        engagement: engagement in ticks.
        counters: a number for each use that depends only on the user and its rank in the user's day.
    """

    users: Ints
    user_uses: Ints
    user_sessions: Ints
    session: Ints
    owner: Ints
    feature: NDArray[np.int8]
    tick: Ints
    engagement: Ints
    counters: Ints


@dataclass(frozen=True)
class Sessions:
    """The sessions of one day before they are filled, user by user.

    Attributes:
        counts: sessions of each active user, shape (active,).
        owner: position among the active users, shape (sessions,).
        ordinal: rank within the user's day, shape (sessions,).
        depth: uses in each session.
        bits: four 16-bit draws of each session, shape (sessions, 4).
    """

    counts: Ints
    owner: Ints
    ordinal: Ints
    depth: Ints
    bits: Bits

    @property
    def first_use(self) -> Ints:
        """Position of each session's first use."""
        return np.cumsum(self.depth) - self.depth


class SessionMaker:
    """Draws the sessions of active users; tables of weights are built once."""

    def __init__(self, world: World, people: Population, planted: Planted) -> None:
        """Bind a world."""
        self.world = world
        self.people = people
        self.planted = planted
        self.rules = world.parameters.sessions
        self.tables = SessionTables(world)

    def uses(self, state: State, users: Ints, day: int) -> Uses:
        """All uses of the given active users on a day."""
        sessions = self._sessions(state, users, day)
        session = np.repeat(np.arange(len(sessions.owner)), sessions.depth)
        owner = sessions.owner[session]
        user_uses = np.bincount(owner, minlength=len(users))
        rank = np.arange(len(session)) - (np.cumsum(user_uses) - user_uses)[owner]
        counters = (users[owner] << 12) + rank
        bits = draws.quarters(draws.words(draws.key(self.world.seed, "use", day), counters))
        feature = self._features(state, users, sessions, bits[:, 0], day)
        engagement = self._engagement(state, users, owner, feature, bits[:, 1], day)
        spent = engagement + self.tables.pauses[bits[:, 2]]
        elapsed = np.cumsum(spent) - spent
        start = self._starts(users, sessions, spent) - elapsed[sessions.first_use]
        return Uses(
            users=users,
            user_uses=user_uses,
            user_sessions=sessions.counts,
            session=session,
            owner=owner,
            feature=feature,
            tick=np.minimum(elapsed + start[session], DAY_TICKS - 2 * TICKS),
            engagement=engagement,
            counters=counters,
        )

    def _sessions(self, state: State, users: Ints, day: int) -> Sessions:
        counts = self._session_counts(state, users, day)
        owner = np.repeat(np.arange(len(users)), counts)
        ordinal = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
        counters = (users[owner] << 4) + ordinal
        bits = draws.quarters(draws.words(draws.key(self.world.seed, "session", day), counters))
        by_role = np.array([self.rules.depth_log["student"], self.rules.depth_log["teacher"]])
        typical = by_role[self.people.role[users]] + self.people.depth[users]
        typical = typical + self.planted.effect("depth_log", state, users, day)
        depth = np.exp(typical[owner] + self.rules.depth_sd * draws.normal_table()[bits[:, 0]])
        depth = np.clip(np.rint(depth), 1, self.rules.depth_most).astype(np.int64)
        return Sessions(counts, owner, ordinal, depth, bits)

    def _session_counts(self, state: State, users: Ints, day: int) -> Ints:
        again = np.array([self.rules.again_logit["student"], self.rules.again_logit["teacher"]])
        logit = again[self.people.role[users]] + self.planted.effect("session_logit", state, users, day)
        uniform = draws.uniforms(draws.key(self.world.seed, "sessions", day), users)
        chance = 1.0 / (1.0 + np.exp(-logit))
        return 1 + np.minimum(np.log(uniform) / np.log(chance), SESSIONS_MOST - 1).astype(np.int64)

    def _features(
        self, state: State, users: Ints, sessions: Sessions, bits: Bits, day: int
    ) -> NDArray[np.int8]:
        """Walk the Markov chain of all sessions together, one step of all at a time."""
        liking = self.people.quiz_liking[users] + self.planted.effect("quiz_logit", state, users, day)
        launched = self.planted.has_launched(users, day)
        row = self.tables.chain_row(self.people.role[users], launched, liking)[sessions.owner]
        cells = (bits >> 6).astype(np.int64)
        feature = np.empty(len(bits), np.int8)
        order = np.argsort(-sessions.depth, kind="stable")
        deepest = sessions.depth.max(initial=0)
        alive_at = np.searchsorted(-sessions.depth[order], -np.arange(1, deepest + 1), side="right")
        position, rows, previous = sessions.first_use[order], row[order], np.full(len(order), START)
        chain = self.tables.chain.ravel()
        for step, alive in enumerate(alive_at):
            place = position[:alive] + step
            chosen = chain[((rows[:alive] * (START + 1) + previous[:alive]) * CHAIN_CELLS) + cells[place]]
            feature[place] = chosen
            previous[:alive] = chosen
        return feature

    def _engagement(
        self, state: State, users: Ints, owner: Ints, feature: NDArray[np.int8], bits: Bits, day: int
    ) -> Ints:
        pace = self.people.pace[users] + self.rules.teacher_seconds_log * self.people.role[users]
        pace = np.exp(pace + self.planted.effect("seconds_log", state, users, day))
        seconds = self.tables.seconds[feature, bits] * pace[owner]
        return np.rint(np.minimum(seconds, SECONDS_MOST) * TICKS).astype(np.int64)

    def _starts(self, users: Ints, sessions: Sessions, spent: Ints) -> Ints:
        """Start tick of each session: in order, half an hour apart, none past midnight."""
        owner, ordinal = sessions.owner, sessions.ordinal
        if not len(owner):
            return owner
        drawn = self.tables.hours[self.people.role[users][owner], sessions.bits[:, 1]]
        start = np.sort((owner << 24) + drawn) & 0xFFFFFF
        lasts = np.add.reduceat(spent, sessions.first_use)
        for rank in range(1, int(ordinal.max()) + 1):
            later = np.flatnonzero(ordinal == rank)
            start[later] = np.maximum(start[later], start[later - 1] + lasts[later - 1] + SESSION_GAP_TICKS)
        is_last = np.append(owner[1:] != owner[:-1], True)
        overrun = np.maximum(start[is_last] + lasts[is_last] + TICKS - DAY_TICKS, 0)
        return np.maximum(start - overrun[owner], 0)
