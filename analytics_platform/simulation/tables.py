"""Look-up tables that turn 16 bits of a draw into an hour, a pause, a duration or a next feature."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analytics_platform.simulation import draws
from analytics_platform.simulation.parameters import Feature, Role
from analytics_platform.simulation.world import World

TICKS = 64
FEATURES: tuple[Feature, ...] = ("summarize", "quiz", "explain", "flashcards", "chat")
ROLES: tuple[Role, ...] = ("student", "teacher")
QUIZ = FEATURES.index("quiz")
START = len(FEATURES)
CHAIN_CELLS = 1024
QUIZ_LEVELS = np.array([-12.0, *np.arange(-2.0, 2.75, 0.25), 12.0])

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class SessionTables:
    """The tables of one world, each built on first use."""

    def __init__(self, world: World) -> None:
        """Bind a world."""
        self.rules = world.parameters.sessions
        self.launched = world.parameters.launch.feature

    def chain_row(self, role: Ints, launched: NDArray[np.bool_], liking: Floats) -> Ints:
        """Row of `chain` for users of a role, with or without the launched feature, by liking of quizzes."""
        level = np.searchsorted((QUIZ_LEVELS[1:] + QUIZ_LEVELS[:-1]) / 2, liking)
        return (role * 2 + launched) * len(QUIZ_LEVELS) + level

    @cached_property
    def hours(self) -> Ints:
        """Start tick by (role, 16-bit draw)."""
        tables = []
        for role in ROLES:
            weights = np.array([self.rules.hours[role].get(hour, 0.0) for hour in range(24)])
            cumulative = np.concatenate([[0.0], np.cumsum(weights) / weights.sum()])
            hours = np.interp((np.arange(65536) + 0.5) / 65536, cumulative, np.arange(25))
            tables.append(np.rint(hours * 3600 * TICKS).astype(np.int64))
        return np.stack(tables)

    @cached_property
    def pauses(self) -> Ints:
        """Pause in ticks by 16-bit draw: exponential, at most two minutes."""
        uniform = (np.arange(65536) + 0.5) / 65536
        return np.rint(np.minimum(-np.log(uniform) * self.rules.pause_seconds, 120.0) * TICKS).astype(
            np.int64
        )

    @cached_property
    def seconds(self) -> Floats:
        """Engagement in seconds by (feature, 16-bit draw)."""
        spread = np.exp(self.rules.seconds_sd * draws.normal_table())
        return np.array([[self.rules.seconds[name]] for name in FEATURES]) * spread

    @cached_property
    def chain(self) -> NDArray[np.int8]:
        """Next feature, shape (rows as `chain_row` numbers them, previous feature or START, cells)."""
        tables = [
            self._step(role, launched, level, previous)
            for role in ROLES
            for launched in (False, True)
            for level in QUIZ_LEVELS
            for previous in (*FEATURES, None)
        ]
        rows = 4 * len(QUIZ_LEVELS)
        return np.array(tables, dtype=np.int8).reshape(rows, START + 1, CHAIN_CELLS)

    def _step(self, role: Role, launched: bool, level: float, previous: Feature | None) -> Ints:  # noqa: FBT001
        weights = self.rules.first_feature[role] if previous is None else self.rules.next_feature[previous]
        chance = np.array([weights.get(name, 0.0) for name in FEATURES])
        if not launched:
            chance[FEATURES.index(self.launched)] = 0.0
        chance[QUIZ] *= np.exp(level)
        cumulative = np.cumsum(chance) / chance.sum()
        return np.searchsorted(cumulative, (np.arange(CHAIN_CELLS) + 0.5) / CHAIN_CELLS)
