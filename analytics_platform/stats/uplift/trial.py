"""A randomised trial as learners of uplift see it, and its division into folds."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Trial:
    """Units of a randomised experiment of two arms.

    Attributes:
        features: what was known of each unit before exposure, (n, p).
        is_treated: arm of each unit, (n,).
        outcome: outcome of each unit, more is better, (n,).
        probability: planned probability of treatment, the same for every unit.

    Raises:
        ValueError: lengths differ, or the probability is not strictly between 0 and 1.
    """

    features: Floats
    is_treated: Flags
    outcome: Floats
    probability: float

    def __post_init__(self) -> None:
        if not len(self.features) == len(self.is_treated) == len(self.outcome):
            raise ValueError("features, arms and outcomes must be of the same units")
        if not 0 < self.probability < 1:
            raise ValueError(f"a probability of treatment of {self.probability} leaves an arm empty")

    def __len__(self) -> int:
        return len(self.outcome)

    def where(self, chosen: Flags) -> "Trial":
        """The units marked in `chosen`, (n,)."""
        return Trial(self.features[chosen], self.is_treated[chosen], self.outcome[chosen], self.probability)

    def folds(self, count: int, seed: int) -> Ints:
        """A fold of each unit, 0 to count − 1, (n,): random, equal in size and alike in both arms."""
        random = np.random.default_rng(seed)
        fold = np.empty(len(self), dtype=np.int64)
        shuffled = random.permutation(len(self))
        by_arm = shuffled[np.argsort(self.is_treated[shuffled], kind="stable")]
        fold[by_arm] = np.arange(len(self)) % count
        return fold

    def splits(self, count: int, seed: int) -> Iterator[tuple["Trial", Flags]]:
        """For each fold, the trial without it and the mark of its units, (n,)."""
        fold = self.folds(count, seed)
        return ((self.where(fold != held_out), fold == held_out) for held_out in range(count))
