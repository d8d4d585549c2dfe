"""The rule that every model must beat: the share that left by days since the last visit.

The longer away, the likelier gone, mostly; in a log of deadlines it is the other way round.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression

from analytics_platform.churn.design import Floats

LEAST = 1e-3


@dataclass(frozen=True)
class RecencyRule:
    """The share that left by days since the last visit, made to rise or to fall, as it does on the
    whole (isotonic regression).

    Attributes:
        days: days since the last visit, ascending, shape (k,).
        share: share that left, shape (k,).
    """

    days: Floats
    share: Floats

    kind = "recency_rule"

    @classmethod
    def fit(cls, x: Floats, y: NDArray[np.bool_]) -> "RecencyRule":
        """Fit on a matrix whose first column is recency, shape (n, columns), and labels, shape (n,)."""
        days = np.unique(x[:, 0])
        rule = IsotonicRegression(increasing="auto", out_of_bounds="clip")  # pyright: ignore[reportArgumentType]
        fitted = rule.fit(x[:, 0], y.astype(float))
        # A slope within each level keeps the order of the days, which the rule ranks by.
        slope = 1e-9 if fitted.increasing_ else -1e-9
        share = np.clip(fitted.predict(days), LEAST, 1 - LEAST) + slope * days
        return cls(days, share)

    def logit(self, x: Floats) -> Floats:
        """Log odds of leaving, shape (n,)."""
        share = np.interp(x[:, 0], self.days, self.share)
        way = 1.0 if self.share[-1] >= self.share[0] else -1.0
        beyond = np.maximum(x[:, 0] - self.days[-1], 0.0) * 1e-9 * way
        return np.log(share / (1 - share)) + beyond

    def contributions(self, x: Floats) -> tuple[Floats, float]:
        """All of it is recency's, against the mean of the days fitted; shape (n, columns)."""
        base = float(np.mean(np.log(self.share / (1 - self.share))))
        columns = np.zeros(x.shape)
        columns[:, 0] = self.logit(x) - base
        return columns, base

    def parts(self) -> dict[str, Any]:
        """As JSON."""
        return {"days": self.days.tolist(), "share": self.share.tolist()}

    @classmethod
    def of_parts(cls, parts: dict[str, Any]) -> "RecencyRule":
        """From JSON; raises ValueError or KeyError where it is not what `parts` gives."""
        days, share = np.array(parts["days"], float), np.array(parts["share"], float)
        if days.shape != share.shape or not len(days) or not ((share > 0) & (share < 1)).all():
            raise ValueError("shares do not fit the days")
        return cls(days, share)
