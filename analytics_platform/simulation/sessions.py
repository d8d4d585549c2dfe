"""Inside an active day: how many sessions, when, which features in which order, for how long."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analytics_platform.simulation import draws
from analytics_platform.simulation.planted import Planted
from analytics_platform.simulation.population import Population
from analytics_platform.simulation.state import State
from analytics_platform.simulation.world import World

TICKS = 64
DAY_TICKS = 86_400 * TICKS
SESSIONS_MOST = 5
SESSION_GAP_TICKS = 31 * 60 * TICKS
SECONDS_MOST = 1_500.0
FEATURES = ("summarize", "quiz", "explain", "flashcards", "chat")
QUIZ = FEATURES.index("quiz")
START = len(FEATURES)
CHAIN_CELLS = 1024
QUIZ_LEVELS = np.array([-12.0, *np.arange(-2.0, 2.75, 0.25), 12.0])

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


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
    """

    users: Ints
    user_uses: Ints
    user_sessions: Ints
    session: Ints
    owner: Ints
    feature: NDArray[np.int8]
    tick: Ints
    engagement: Ints

    @property
    def counters(self) -> Ints:
        """A number for each use that depends only on the user and the use's rank within the user's day."""
        starts = np.cumsum(self.user_uses) - self.user_uses
        rank = np.arange(len(self.owner)) - starts[self.owner]
        return (self.users[self.owner] << 12) + rank


class SessionMaker:
    """Draws the sessions of active users; tables of weights are built once."""

    def __init__(self, world: World, people: Population, planted: Planted) -> None:
        """Bind a world."""
        self.world = world
        self.people = people
        self.planted = planted
        self.rules = world.parameters.sessions

    def uses(self, state: State, users: Ints, day: int) -> Uses:
        """All uses of the given active users on a day."""
        seed, people = self.world.seed, self.people
        counts = self._session_counts(state, users, day)
        owner = np.repeat(np.arange(len(users)), counts)
        ordinal = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
        bits = draws.quarters(draws.words(draws.key(seed, "session", day), (users[owner] << 4) + ordinal))
        depth = self._depths(state, users, owner, bits[:, 0], day)
        session = np.repeat(np.arange(len(owner)), depth)
        use_owner = owner[session]
        first = np.cumsum(depth) - depth
        rank = np.arange(len(session)) - first[session]
        user_uses = np.bincount(use_owner, weights=None, minlength=len(users))
        rank_in_day = np.arange(len(session)) - (np.cumsum(user_uses) - user_uses)[use_owner]
        use_bits = draws.quarters(
            draws.words(draws.key(seed, "use", day), (users[use_owner] << 12) + rank_in_day)
        )
        feature = self._features(state, users, owner, depth, first, use_bits[:, 0], day)
        engagement = self._engagement(state, users, use_owner, feature, use_bits[:, 1], day)
        pause = self._pause_table[use_bits[:, 2]]
        start = self._starts(people.role[users][owner], owner, ordinal, bits[:, 1], first, depth, engagement + pause)
        elapsed = np.cumsum(engagement + pause) - (engagement + pause)
        tick = start[session] + elapsed - elapsed[first][session]
        return Uses(
            users=users,
            user_uses=user_uses,
            user_sessions=counts,
            session=session,
            owner=use_owner,
            feature=feature,
            tick=np.minimum(tick, DAY_TICKS - 2 * TICKS),
            engagement=engagement,
        )

    def _session_counts(self, state: State, users: Ints, day: int) -> Ints:
        again = np.array([self.rules.again_logit["student"], self.rules.again_logit["teacher"]])
        logit = again[self.people.role[users]] + self.planted.effect("session_logit", state, users, day)
        uniform = draws.uniforms(draws.key(self.world.seed, "sessions", day), users)
        chance = 1.0 / (1.0 + np.exp(-logit))
        return 1 + np.minimum(np.log(uniform) / np.log(chance), SESSIONS_MOST - 1).astype(np.int64)

    def _depths(self, state: State, users: Ints, owner: Ints, bits: NDArray[np.uint16], day: int) -> Ints:
        by_role = np.array([self.rules.depth_log["student"], self.rules.depth_log["teacher"]])
        typical = by_role[self.people.role[users]] + self.people.depth[users]
        typical = typical + self.planted.effect("depth_log", state, users, day)
        depth = np.exp(typical[owner] + self.rules.depth_sd * draws.normal_table()[bits])
        return np.clip(np.rint(depth), 1, self.rules.depth_most).astype(np.int64)

    def _features(
        self,
        state: State,
        users: Ints,
        owner: Ints,
        depth: Ints,
        first: Ints,
        bits: NDArray[np.uint16],
        day: int,
    ) -> NDArray[np.int8]:
        """Walk the Markov chain of all sessions together, one step of all at a time."""
        liking = self.people.quiz_liking[users] + self.planted.effect("quiz_logit", state, users, day)
        level = np.searchsorted((QUIZ_LEVELS[1:] + QUIZ_LEVELS[:-1]) / 2, liking)
        launched = self.planted.has_launched(users, day).astype(np.int64)
        row = ((self.people.role[users] * 2 + launched) * len(QUIZ_LEVELS) + level)[owner]
        cells = (bits >> 6).astype(np.int64)
        feature = np.empty(len(bits), np.int8)
        order = np.argsort(-depth, kind="stable")
        alive_at = np.searchsorted(-depth[order], -np.arange(1, depth.max(initial=0) + 1), side="right")
        position, rows, previous = first[order], row[order], np.full(len(order), START)
        chain = self._chain.ravel()
        for step, alive in enumerate(alive_at):
            place = position[:alive] + step
            chosen = chain[((rows[:alive] * (START + 1) + previous[:alive]) * CHAIN_CELLS) + cells[place]]
            feature[place] = chosen
            previous[:alive] = chosen
        return feature

    def _engagement(
        self,
        state: State,
        users: Ints,
        owner: Ints,
        feature: NDArray[np.int8],
        bits: NDArray[np.uint16],
        day: int,
    ) -> Ints:
        pace = self.people.pace[users] + self.rules.teacher_seconds_log * self.people.role[users]
        pace = np.exp(pace + self.planted.effect("seconds_log", state, users, day))
        seconds = self._seconds_table[feature, bits] * pace[owner]
        return np.rint(np.minimum(seconds, SECONDS_MOST) * TICKS).astype(np.int64)

    def _starts(
        self,
        role: Ints,
        owner: Ints,
        ordinal: Ints,
        bits: NDArray[np.uint16],
        first: Ints,
        depth: Ints,
        spent: Ints,
    ) -> Ints:
        """Start tick of each session: in order, half an hour apart, none past midnight."""
        start = np.sort((owner << 24) + self._hour_table[role, bits]) & 0xFFFFFF
        lasts = np.add.reduceat(spent, first) if len(first) else spent
        for rank in range(1, int(ordinal.max(initial=0)) + 1):
            later = np.flatnonzero(ordinal == rank)
            start[later] = np.maximum(start[later], start[later - 1] + lasts[later - 1] + SESSION_GAP_TICKS)
        is_last = np.append(owner[1:] != owner[:-1], True) if len(owner) else owner.astype(bool)
        overrun = np.maximum(start[is_last] + lasts[is_last] + TICKS - DAY_TICKS, 0)
        return np.maximum(start - overrun[owner], 0)

    @cached_property
    def _hour_table(self) -> Ints:
        """Start tick by (role, 16-bit draw)."""
        tables = []
        for role in ("student", "teacher"):
            weights = np.array([self.rules.hours[role].get(hour, 0.0) for hour in range(24)])
            cumulative = np.concatenate([[0.0], np.cumsum(weights) / weights.sum()])
            hours = np.interp((np.arange(65536) + 0.5) / 65536, cumulative, np.arange(25))
            tables.append(np.rint(hours * 3600 * TICKS).astype(np.int64))
        return np.stack(tables)

    @cached_property
    def _pause_table(self) -> Ints:
        """Pause in ticks by 16-bit draw: exponential, at most two minutes."""
        uniform = (np.arange(65536) + 0.5) / 65536
        return np.rint(np.minimum(-np.log(uniform) * self.rules.pause_seconds, 120.0) * TICKS).astype(np.int64)

    @cached_property
    def _seconds_table(self) -> Floats:
        """Engagement in seconds by (feature, 16-bit draw)."""
        spread = np.exp(self.rules.seconds_sd * draws.normal_table())
        return np.array([[self.rules.seconds[name]] for name in FEATURES]) * spread

    @cached_property
    def _chain(self) -> NDArray[np.int8]:
        """Next feature, shape (role × launched × quiz level, previous feature or start, cells)."""
        tables = [
            self._step_table(role, launched, level, previous)
            for role in ("student", "teacher")
            for launched in (False, True)
            for level in QUIZ_LEVELS
            for previous in (*FEATURES, None)
        ]
        rows = 4 * len(QUIZ_LEVELS)
        return np.array(tables, dtype=np.int8).reshape(rows, START + 1, CHAIN_CELLS)

    def _step_table(self, role: str, launched: bool, level: float, previous: str | None) -> NDArray[np.intp]:  # noqa: FBT001
        first = self.rules.first_feature["student" if role == "student" else "teacher"]
        weights = first if previous is None else self.rules.next_feature[previous]  # pyright: ignore[reportArgumentType]
        chance = np.array([weights.get(name, 0.0) for name in FEATURES], dtype=float)  # pyright: ignore[reportArgumentType]
        if not launched:
            chance[FEATURES.index(self.world.parameters.launch.feature)] = 0.0
        chance[QUIZ] *= np.exp(level)
        cumulative = np.cumsum(chance) / chance.sum()
        return np.searchsorted(cumulative, (np.arange(CHAIN_CELLS) + 0.5) / CHAIN_CELLS)
