"""Logistic regression on the same matrix: standardised, regularised, recency bent by hinges."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from analytics_platform.churn.design import Floats

KNOTS = (0, 1, 2, 3, 5, 7, 10, 14, 20)
STRENGTH = 0.01
WIDE = 1.5


@dataclass(frozen=True)
class Logistic:
    """A fitted logistic regression.

    Attributes:
        fill: what stands for NaN in each column, shape (columns,).
        has_missing: columns with a flag for NaN, shape (columns,).
        is_wide: columns whose signed logarithm is added, shape (columns,).
        mean: mean of each term, shape (terms,).
        scale: its standard deviation.
        weight: its coefficient, on the standardised scale.
        base: intercept: the log odds of a mean user.
    """

    fill: Floats
    has_missing: NDArray[np.bool_]
    is_wide: NDArray[np.bool_]
    mean: Floats
    scale: Floats
    weight: Floats
    base: float

    kind = "logistic"

    @classmethod
    def fit(cls, x: Floats, y: NDArray[np.bool_]) -> "Logistic":
        """Fit on a matrix whose first column is recency, shape (n, columns), and labels, shape (n,)."""
        has_missing: NDArray[np.bool_] = np.asarray(np.isnan(x).any(axis=0))
        fill = np.array([_median(column) for column in x.T])
        filled = np.where(np.isnan(x), fill, x)
        is_wide: NDArray[np.bool_] = np.asarray(np.abs(filled).max(axis=0) > WIDE)
        none = np.zeros(0)
        raw = cls(fill, has_missing, is_wide, none, none, none, 0.0)
        terms = raw._terms(x)
        mean, scale = terms.mean(axis=0), terms.std(axis=0)
        scale[scale < 1e-12] = 1.0
        fitted = LogisticRegression(C=STRENGTH, max_iter=2000).fit((terms - mean) / scale, y)
        base = float(fitted.intercept_[0])
        return cls(fill, has_missing, is_wide, mean, scale, fitted.coef_[0].astype(np.float64), base)

    def logit(self, x: Floats) -> Floats:
        """Log odds of leaving, shape (n,)."""
        return self._weighted(x).sum(axis=1) + self.base

    def contributions(self, x: Floats) -> tuple[Floats, float]:
        """What each column adds against a mean user, shape (n, columns): SHAP values of a linear model."""
        columns = np.zeros(x.shape)
        np.add.at(columns.T, self._columns(), self._weighted(x).T)
        return columns, self.base

    def parts(self) -> dict[str, Any]:
        """As JSON."""
        return {name: np.asarray(value).tolist() for name, value in vars(self).items()}

    @classmethod
    def of_parts(cls, parts: dict[str, Any]) -> "Logistic":
        """From JSON; raises ValueError or KeyError where it is not what `parts` gives."""
        arrays = {name: np.array(parts[name], float) for name in ("fill", "mean", "scale", "weight")}
        flags = {name: np.array(parts[name], bool) for name in ("has_missing", "is_wide")}
        found = cls(**arrays, **flags, base=float(parts["base"]))
        if len(found._columns()) != len(found.weight) or len(found.mean) != len(found.weight):
            raise ValueError("terms and coefficients differ in number")
        return found

    def _weighted(self, x: Floats) -> Floats:
        return (self._terms(x) - self.mean) / self.scale * self.weight

    def _terms(self, x: Floats) -> Floats:
        absent = np.isnan(x)
        filled = np.where(absent, self.fill, x)
        recency = filled[:, :1]
        wide = filled[:, self.is_wide]
        knots = np.array(KNOTS)
        return np.column_stack(
            [
                filled,
                absent[:, self.has_missing].astype(float),
                np.sign(wide) * np.log1p(np.abs(wide)),
                np.maximum(recency - knots, 0.0),
                (recency == knots).astype(float),
            ]
        )

    def _columns(self) -> NDArray[np.int64]:
        """Column that each term comes from, shape (terms,)."""
        everything = np.arange(len(self.fill))
        recency = np.zeros(2 * len(KNOTS), dtype=np.int64)
        return np.concatenate([everything, everything[self.has_missing], everything[self.is_wide], recency])


def _median(column: Floats) -> float:
    known = column[~np.isnan(column)]
    return float(np.median(known)) if len(known) else 0.0
