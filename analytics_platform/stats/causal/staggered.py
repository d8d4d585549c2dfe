"""Staggered adoption by difference in differences: two-way fixed effects and two estimators that mend it.

Two-way fixed effects take units treated earlier as controls for those treated later; where effects grow,
those comparisons count against the effect. Gardner's two stages and the saturated event study compare with
the not yet treated alone.

Source: Goodman-Bacon (2021), *J. Econometrics* 225; de Chaisemartin and D'Haultfœuille (2020), *AER* 110;
Gardner (2022), arXiv 2207.05943; Sun and Abraham (2021), *J. Econometrics* 225; Borusyak, Jaravel and Spiess
(2024), *Review of Economic Studies* 91, for testing pre-trends on untreated rows.
"""

import logging
import warnings
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np
import pandas as pd  # noqa: TID251
from numpy.typing import NDArray
from scipy import stats

from analytics_platform.stats.causal.influence import Floats


@contextmanager
def _undone() -> Generator[None]:
    """Importing pyfixest warns, and makes every library of the process log to the terminal: not here."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
    root.handlers[:] = handlers
    root.setLevel(level)


with _undone():
    from pyfixest.did.estimation import did2s, event_study
    from pyfixest.estimation import feols

NEVER = 0
DEMEANINGS = 500
TOLERANCE = 1e-9
P = ParamSpec("P")
R = TypeVar("R")


def _quiet(function: Callable[P, R]) -> Callable[P, R]:
    """The function without the warnings of pyfixest, which calls pandas in ways deprecated there."""

    @wraps(function)
    def quiet(*arguments: P.args, **named: P.kwargs) -> R:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return function(*arguments, **named)

    return quiet


@dataclass(frozen=True)
class Panel:
    """A panel, one row a unit and period; every unit has an untreated row.

    Attributes:
        unit: shape (rows,).
        period: 1 for the first, shape (rows,).
        first_treated: period of the unit's treatment, 0 for never, shape (rows,).
        outcome: shape (rows,).
        covariates: columns by name, each of shape (rows,).
    """

    unit: NDArray
    period: NDArray
    first_treated: NDArray
    outcome: Floats
    covariates: dict[str, Floats]

    @property
    def treated(self) -> NDArray[np.bool_]:
        """Whether a row is treated, shape (rows,)."""
        return (self.first_treated != NEVER) & (self.period >= self.first_treated)

    @property
    def frame(self) -> pd.DataFrame:
        """The rows for formulas; `lead` is periods to treatment from -6, 0 where far or never."""
        ahead = np.where(self.first_treated == NEVER, 0, self.period - self.first_treated)
        columns = {
            "unit": self.unit.astype(np.int64),
            "period": self.period.astype(np.int64),
            "first_treated": self.first_treated.astype(np.int64),
            "outcome": self.outcome,
            "treated": self.treated.astype(np.int64),
            "lead": np.where((ahead < 0) & (ahead >= -6), ahead, 0),
        }
        return pd.DataFrame({**columns, **self.covariates})


@dataclass(frozen=True)
class PanelEffect:
    """An average effect on treated rows.

    Attributes:
        estimate: in units of the outcome.
        standard_error: clustered by unit.
        low: lower end of the 95 % interval.
        high: upper end.
        p_value: two-sided, of no effect.
    """

    estimate: float
    standard_error: float
    low: float
    high: float
    p_value: float


@dataclass(frozen=True)
class EventPoint:
    """The effect so many periods from treatment.

    Attributes:
        position: periods since treatment; negative before.
        estimate: in units of the outcome.
        low: lower end of the 95 % interval.
        high: upper end.
    """

    position: int
    estimate: float
    low: float
    high: float


@_quiet
def two_way(panel: Panel) -> PanelEffect:
    """Two-way fixed effects: what not to believe where effects differ by time since treatment."""
    names = "".join(f" + {name}" for name in panel.covariates)
    fit: Any = feols(f"outcome ~ treated{names} | unit + period", panel.frame, vcov={"CRV1": "unit"})
    return _named(fit, "treated")


@_quiet
def two_stage(panel: Panel) -> PanelEffect:
    """Gardner's two stages: fixed effects from untreated rows, then the treated rows' mean residual."""
    names = " + ".join(panel.covariates) or "0"
    fit: Any = did2s(
        panel.frame,
        yname="outcome",
        first_stage=f"~ {names} | unit + period",
        second_stage="~ treated",
        treatment="treated",
        cluster="unit",
    )
    return _named(fit, "treated")


@_quiet
def saturated(panel: Panel) -> tuple[PanelEffect, list[EventPoint]]:
    """Saturated event study (Sun and Abraham): the mean over treated rows, and effects by time.

    Covariates are left out; each cohort's effects are weighted by its share of the treated rows.
    """
    frame = panel.frame
    fit: Any = event_study(
        frame, "outcome", "unit", "period", "first_treated", cluster="unit", estimator="saturated"
    )
    ever = panel.first_treated != NEVER
    pairs = np.stack([panel.period - panel.first_treated, panel.first_treated])[:, ever]
    cells, counts = np.unique(pairs, axis=1, return_counts=True)
    cell_of = {str(name): place for place, name in enumerate(fit._coefnames)}  # noqa: SLF001
    place = np.array([cell_of.get(_cell_name(*cell), -1) for cell in cells.T.tolist()])
    estimated = place >= 0
    ahead, counts, place = cells[0][estimated], counts[estimated], place[estimated]

    def mean(chosen: NDArray[np.bool_]) -> PanelEffect:
        weights = np.zeros(len(cell_of))
        weights[place[chosen]] = counts[chosen] / counts[chosen].sum()
        variance = float(weights @ fit._vcov @ weights)  # noqa: SLF001
        return _effect(float(weights @ fit._beta_hat), float(np.sqrt(variance)))  # noqa: SLF001

    points = [(int(position), mean(ahead == position)) for position in np.unique(ahead)]
    return mean(ahead >= 0), [
        EventPoint(position, point.estimate, point.low, point.high) for position, point in points
    ]


@_quiet
def pre_trend_test(panel: Panel) -> float:
    """p-value that the six periods before treatment look like those long before, on untreated rows alone.

    A large one does not prove parallel trends; a small one says that they fail already.
    """
    names = "".join(f" + {name}" for name in panel.covariates)
    frame = panel.frame
    untreated: Any = frame[frame["treated"] == 0]
    fit: Any = feols(f"outcome ~ i(lead, ref=0){names} | unit + period", untreated, vcov={"CRV1": "unit"})
    leads = [place for place, name in enumerate(fit._coefnames) if str(name).startswith("lead")]  # noqa: SLF001
    told = fit._beta_hat[leads]  # noqa: SLF001
    statistic = told @ np.linalg.pinv(fit._vcov[np.ix_(leads, leads)]) @ told / len(leads)  # noqa: SLF001
    return float(stats.f.sf(statistic, len(leads), len(np.unique(panel.unit)) - 1))


def forbidden_share(panel: Panel) -> float:
    """Share of treated rows that two-way fixed effects count with a negative weight, between 0 and 1.

    Source: de Chaisemartin and D'Haultfœuille (2020), *AER* 110, theorem 1.
    """
    groups = [np.unique(values, return_inverse=True)[1] for values in (panel.unit, panel.period)]
    sizes = [np.bincount(group) for group in groups]
    weight = panel.treated.astype(float)
    for _ in range(DEMEANINGS):
        for group, size in zip(groups, sizes, strict=True):
            weight = weight - (np.bincount(group, weights=weight) / size)[group]
    return float(np.mean(weight[panel.treated] < -TOLERANCE))


def _cell_name(ahead: int, cohort: int) -> str:
    return f"rel_time::{float(ahead)}:first_treated_period::{cohort}"


def _named(fit: Any, name: str) -> PanelEffect:
    row = fit.tidy().loc[name]
    return PanelEffect(
        float(row["Estimate"]),
        float(row["Std. Error"]),
        float(row["2.5%"]),
        float(row["97.5%"]),
        float(row["Pr(>|t|)"]),
    )


def _effect(estimate: float, error: float) -> PanelEffect:
    z = float(stats.norm.ppf(0.975))
    p_value = float(2 * stats.norm.sf(abs(estimate) / error)) if error > 0 else float(estimate == 0)
    return PanelEffect(estimate, error, estimate - z * error, estimate + z * error, p_value)
