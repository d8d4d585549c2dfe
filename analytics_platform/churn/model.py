"""A churn model: the chance that a user stays away for 28 days, from the features of a day."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol, Self

import polars as pl

from analytics_platform.churn.blend import Blend
from analytics_platform.churn.boosted import Boosted
from analytics_platform.churn.calibration import UNCALIBRATED, Calibration
from analytics_platform.churn.design import Design, Floats
from analytics_platform.churn.linear import Logistic
from analytics_platform.churn.recency import RecencyRule


class Scorer(Protocol):
    """What turns a matrix into log odds of leaving, and says what each column adds."""

    @property
    def kind(self) -> str:
        """Its name in the tables."""
        ...

    def logit(self, x: Floats) -> Floats:
        """Log odds, shape (n,)."""
        ...

    def contributions(self, x: Floats) -> tuple[Floats, float]:
        """What each column adds, shape (n, columns), and the log odds that they add to."""
        ...

    def parts(self) -> dict[str, Any]:
        """As JSON."""
        ...

    @classmethod
    def of_parts(cls, parts: dict[str, Any]) -> Self:
        """From JSON."""
        ...


KINDS: dict[str, type[Scorer]] = {scorer.kind: scorer for scorer in (RecencyRule, Logistic, Boosted, Blend)}
"""Candidates, the simplest first."""


@dataclass(frozen=True)
class ChurnModel:
    """A fitted and calibrated model.

    Attributes:
        cut_off_date: last day of which it knows anything: it may score that day and later ones.
        design: which columns it reads.
        scorer: what was fitted.
        calibration: of its log odds.
    """

    cut_off_date: date
    design: Design
    scorer: Scorer
    calibration: Calibration = UNCALIBRATED

    @property
    def kind(self) -> str:
        return self.scorer.kind

    def logit(self, rows: pl.DataFrame) -> Floats:
        """Log odds of leaving before calibration, of rows of `churn.features`; shape (n,)."""
        return self.scorer.logit(self.design.matrix(rows))

    def probability(self, rows: pl.DataFrame) -> Floats:
        """Calibrated chance of leaving; shape (n,)."""
        return self.calibration.probability(self.logit(rows))

    def contributions(self, rows: pl.DataFrame) -> tuple[Floats, float]:
        """What each feature adds to the log odds before calibration, shape (n, features), and to what."""
        columns, base = self.scorer.contributions(self.design.matrix(rows))
        return self.design.by_feature(columns), base

    def calibrated(self, calibration: Calibration) -> "ChurnModel":
        return replace(self, calibration=calibration)


def fit(rows: pl.DataFrame, cut_off_date: date) -> dict[str, ChurnModel]:
    """Every candidate by kind, the simplest first, fitted on rows whose `has_left` is known."""
    design, has_left = Design.of(rows), rows["has_left"].to_numpy().astype(bool)
    x = design.matrix(rows)
    line, trees = Logistic.fit(x, has_left), Boosted.fit(x, has_left)
    scorers: list[Scorer] = [RecencyRule.fit(x, has_left), line, trees, Blend(trees, line)]
    return {scorer.kind: ChurnModel(cut_off_date, design, scorer) for scorer in scorers}
