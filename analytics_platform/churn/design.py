"""From rows of `churn.features` to a matrix: numbers as they are, categories one column a level.

Categories are never coded as integers: exact tree explanations would be silently wrong on them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics_platform.churn.features import FEATURES

CATEGORIES = ("plan", "role", "country", "platform", "channel")
NAMES = ("user_id", "classroom_id", "event_date")
NUMBERS = tuple(name for name in FEATURES.columns if name not in (*CATEGORIES, *NAMES))
RECENCY = "recency_days"
RARE = 30

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Design:
    """Columns of the matrix.

    Attributes:
        numbers: numeric features, `recency_days` first.
        levels: levels of each category that have a column; a rarer or later level has none.
    """

    numbers: tuple[str, ...]
    levels: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, rows: pl.DataFrame) -> "Design":
        """Columns that vary among rows; a level needs 30 rows, a category two levels."""
        numbers = [name for name in NUMBERS if name != RECENCY and rows[name].n_unique() > 1]
        levels: dict[str, tuple[str, ...]] = {}
        for name in CATEGORIES:
            counts = rows[name].drop_nulls().value_counts().filter(pl.col("count") >= RARE)
            if counts.height > 1:
                levels[name] = tuple(counts.sort("count", name, descending=[True, False])[name])
        return cls((RECENCY, *numbers), levels)

    @property
    def features(self) -> tuple[str, ...]:
        """Features that the matrix holds, numbers first."""
        return (*self.numbers, *self.levels)

    @property
    def owner(self) -> NDArray[np.int64]:
        """Position in `features` of the feature that each column belongs to, shape (columns,)."""
        sizes = [1] * len(self.numbers) + [len(levels) for levels in self.levels.values()]
        return np.repeat(np.arange(len(sizes)), sizes)

    def matrix(self, rows: pl.DataFrame) -> Floats:
        """Shape (rows, columns), NaN where unknown."""
        numbers = rows.select(pl.col(self.numbers).cast(pl.Float64)).to_numpy()
        flags = [
            (rows[name] == level).fill_null(value=False).to_numpy().astype(float)
            for name, levels in self.levels.items()
            for level in levels
        ]
        return np.column_stack([numbers, *flags])

    def by_feature(self, contributions: Floats) -> Floats:
        """Contributions of columns, shape (rows, columns), summed to features, shape (rows, features)."""
        starts = np.flatnonzero(np.diff(self.owner, prepend=-1))
        return np.add.reduceat(contributions, starts, axis=1)

    def parts(self) -> dict[str, Any]:
        """As JSON."""
        return {"numbers": list(self.numbers), "levels": {k: list(v) for k, v in self.levels.items()}}

    @classmethod
    def of_parts(cls, parts: dict[str, Any]) -> "Design":
        """From JSON."""
        levels = {str(name): tuple(map(str, own)) for name, own in parts["levels"].items()}
        return cls(tuple(map(str, parts["numbers"])), levels)
