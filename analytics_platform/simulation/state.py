"""What a day hands to the next: the changing part of every person, and checkpoints of it."""

import os
import tempfile
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

UNBORN, ALIVE, GONE = 0, 1, 2
FREE, TRIAL, PAID = 0, 1, 2
NEVER = -1

Floats = NDArray[np.float64]
Shorts = NDArray[np.int16]
Bytes = NDArray[np.int8]


@dataclass
class State:
    """Arrays of shape (users,), but for `exposed_day` of shape (experiments, users).

    Attributes:
        day: the next day to live.
        status: not signed up yet, alive, or gone (for good unless the user returns).
        return_day: day on which a user who is gone comes back.
        idle_days: days since the last active one.
        habit: leaky average of activity, 0 to 1.
        experience: leaky average of quality above expectation, in units of quality.
        expectation: quality expected.
        quiz_habit: leaky average of days with a quiz, 0 to 1.
        week_uses: uses in about the last week.
        plan: free, trial, paid.
        plan_day: day on which trial or subscription began.
        exposed_day: first day on which each experiment reached the user, or -1.
    """

    day: int
    status: Bytes
    return_day: Shorts
    idle_days: Shorts
    habit: Floats
    experience: Floats
    expectation: Floats
    quiz_habit: Floats
    week_uses: Floats
    plan: Bytes
    plan_day: Shorts
    exposed_day: Shorts

    @classmethod
    def before_day_zero(cls, users: int, experiments: int) -> "State":
        def zeros() -> Floats:
            return np.zeros(users)

        return cls(
            day=0,
            status=np.full(users, UNBORN, np.int8),
            return_day=np.full(users, NEVER, np.int16),
            idle_days=np.zeros(users, np.int16),
            habit=zeros(),
            experience=zeros(),
            expectation=zeros(),
            quiz_habit=zeros(),
            week_uses=zeros(),
            plan=np.full(users, FREE, np.int8),
            plan_day=np.full(users, NEVER, np.int16),
            exposed_day=np.full((experiments, users), NEVER, np.int16),
        )

    def copy(self) -> "State":
        return State(self.day, **{name: values.copy() for name, values in self.arrays().items()})

    def arrays(self) -> dict[str, NDArray]:
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "day"}


@dataclass(frozen=True)
class Checkpoints:
    """States kept on disk so that one day can be built without living all days before it.

    A checkpoint is a shortcut, never a source: it holds exactly what living the days gives, and is
    kept under the world's digest.
    """

    folder: Path
    every_days: int = 15

    def save(self, state: State) -> None:
        """Keep a state whose day is due, unless it is kept already."""
        path = self._path(state.day)
        if state.day % self.every_days or path.exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.folder, suffix=".part", delete=False) as file:
            np.savez(file, allow_pickle=False, **state.arrays())
        os.replace(file.name, path)  # noqa: PTH105

    def newest(self, day: int) -> State | None:
        """The latest kept state whose next day is not after the given one."""
        for candidate in range(day - day % self.every_days, 0, -self.every_days):
            path = self._path(candidate)
            if path.exists():
                with np.load(path) as arrays:
                    return State(candidate, **{name: arrays[name] for name in arrays.files})
        return None

    def _path(self, day: int) -> Path:
        return self.folder / f"{day:05d}.npz"
