"""Retention curves in whole periods: families of survival curves, fitted to counts and carried on.

A curve is S(0) = 1, S(1), S(2), …: the share of units not yet lost after so many periods. Counts are as in
`survival`: units by period of loss, and units by the last period in which they are known not to be lost.

Sources: Fader and Hardie (2007), How to project customer retention, for the shifted beta-geometric;
Fader, Hardie, Liu, Davin and Steenburgh (2018), "How to project customer retention" revisited: the role of
duration dependence, for the beta-discrete-Weibull, whose special cases the other families are.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

from analytics_platform.errors import AnalyticsError
from analytics_platform.stats.survival import at_risk, kaplan_meier

Floats = NDArray[np.float64]

WIDE = (1e-4, 1e4)
"""Bounds of rates, alpha and beta: beyond, a family has become one of its special cases."""

DURATION = (0.05, 10.0)
"""Bounds of c, the power of time: below 1 the risk of a unit falls with time, above it grows."""


@dataclass(frozen=True)
class Family:
    """Curves of one form.

    Attributes:
        parameters: their names and bounds, all positive.
        log_survival: log S from parameters and times, shape (times,).
        start: where a fit begins.
    """

    parameters: Mapping[str, tuple[float, float]]
    log_survival: Callable[[Floats, Floats], Floats]
    start: tuple[float, ...]


def _geometric(parameters: Floats, times: Floats) -> Floats:
    return -parameters[0] * times


def _discrete_weibull(parameters: Floats, times: Floats) -> Floats:
    return -parameters[0] * times ** parameters[1]


def _shifted_beta_geometric(parameters: Floats, times: Floats) -> Floats:
    alpha, beta = parameters
    return special.betaln(alpha, beta + times) - special.betaln(alpha, beta)


def _beta_discrete_weibull(parameters: Floats, times: Floats) -> Floats:
    return _shifted_beta_geometric(parameters[:2], times ** parameters[2])


_MIXED = {"alpha": WIDE, "beta": WIDE}

FAMILIES: Mapping[str, Family] = {
    "beta_discrete_weibull": Family({**_MIXED, "c": DURATION}, _beta_discrete_weibull, (1.0, 2.0, 1.0)),
    "shifted_beta_geometric": Family(_MIXED, _shifted_beta_geometric, (1.0, 2.0)),
    "discrete_weibull": Family({"rate": WIDE, "c": DURATION}, _discrete_weibull, (0.3, 1.0)),
    "geometric": Family({"rate": WIDE}, _geometric, (0.3,)),
}


class Fitted(NamedTuple):
    """A family with the parameters that make counts most likely.

    Attributes:
        family: its name.
        parameters: in the order of `Family.parameters`.
        log_likelihood: of the counts.
    """

    family: str
    parameters: Floats
    log_likelihood: float

    def survival(self, times: ArrayLike) -> Floats:
        """S at times, shape (times,)."""
        return np.exp(FAMILIES[self.family].log_survival(self.parameters, np.asarray(times, np.float64)))


def fit(family: str, events: ArrayLike, censored: ArrayLike, start: Floats | None = None) -> Fitted:
    """The most likely curve of a family.

    Args:
        family: one of `FAMILIES`.
        events: units by period of loss, shape (periods,), from period 0 on, where nobody is lost.
        censored: units by the last period in which they are known not to be lost, same shape.
        start: parameters to begin at.

    Raises:
        AnalyticsError: nobody was lost, so that the most likely curve never falls.
    """
    lost, kept = np.asarray(events, np.float64), np.asarray(censored, np.float64)
    if len(lost) < 2 or not lost[1:].any():
        raise AnalyticsError("A retention curve needs units that were lost after a period or later.")
    form = FAMILIES[family]
    times = np.arange(len(lost), dtype=np.float64)

    def loss(logs: Floats) -> float:
        curve = form.log_survival(np.exp(logs), times)
        # log(S(t-1) - S(t)) without the difference of two numbers that are almost equal.
        dying = curve[:-1] + np.log(np.maximum(-np.expm1(np.diff(curve)), 1e-300))
        return -float(lost[1:] @ dying + kept @ curve) / scale

    scale = float(lost.sum() + kept.sum())
    bounds = np.log(list(form.parameters.values()))
    begin = np.log(form.start if start is None else start)
    found = optimize.minimize(loss, begin, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-11})
    return Fitted(family, np.exp(found.x), -float(found.fun) * scale)


def truncated(events: ArrayLike, censored: ArrayLike, last: int) -> tuple[Floats, Floats]:
    """Counts as they were known if nobody had been watched beyond a period."""
    lost, kept = np.array(events, np.float64), np.array(censored, np.float64)
    beyond = lost[last + 1 :].sum() + kept[last + 1 :].sum()
    lost, kept = lost[: last + 1], kept[: last + 1]
    kept[last] += beyond
    return lost, kept


def anchored(fitted: Fitted, level: float, anchor: int, times: ArrayLike) -> Floats:
    """A curve carried on from the last observed point: its level × S(t) / S(anchor)."""
    return level * fitted.survival(times) / fitted.survival([anchor])


def bootstrapped(
    fitted: Fitted,
    events: ArrayLike,
    censored: ArrayLike,
    times: ArrayLike,
    replications: int,
    random: np.random.Generator,
) -> Floats:
    """Curves carried on from resampled units, shape (replications, times).

    Units are drawn anew, the curve is fitted and anchored again each time, at the last period of the counts.
    It tells how far chance moves a projection of this form, and not how wrong the form is.
    """
    lost, kept = np.asarray(events, np.float64), np.asarray(censored, np.float64)
    units, cells = int(lost.sum() + kept.sum()), np.concatenate([lost, kept])
    anchor, curves = len(lost) - 1, np.empty((replications, len(np.asarray(times))))
    for row, drawn in enumerate(random.multinomial(units, cells / cells.sum(), size=replications)):
        gone, held = drawn[: len(lost)], drawn[len(lost) :]
        if not gone[1:].any() or not held[anchor]:
            curves[row] = np.nan
            continue
        again = fit(fitted.family, gone, held, fitted.parameters)
        curves[row] = anchored(again, kaplan_meier(gone, held).survival[anchor], anchor, times)
    return curves


def last_period(events: ArrayLike, censored: ArrayLike, minimum: float) -> int:
    """The last period that so many units were watched through; 0 where there is none."""
    risk = at_risk(events, censored)
    return int(np.flatnonzero(risk >= minimum).max(initial=0))
