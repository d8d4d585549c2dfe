"""Survival with right-censoring: the Kaplan–Meier curve, its interval, and the log-rank test.

Times are whole numbers from 1 on. A unit with time t and an event had it at t; a unit without was last seen
free of it at t. Units that share a time are counted, not listed, so that the cost is that of the times.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

Floats = NDArray[np.float64]

ALPHA = 0.05


class Survival(NamedTuple):
    """A survival curve at the times 0, 1, …, each of shape (times,).

    Attributes:
        at_risk: units not yet lost, by event or censoring, before the time; all of them at time 0.
        events: units that had the event at the time.
        survival: share of units free of the event after the time.
        low: lower limit of its interval.
        high: upper limit of its interval.
    """

    at_risk: Floats
    events: Floats
    survival: Floats
    low: Floats
    high: Floats


class LogRank(NamedTuple):
    """A test of whether groups have one survival curve.

    Attributes:
        statistic: chi-square; NaN where there is nothing to compare.
        degrees_of_freedom: groups that can be told apart less one.
        p_value: of equal curves; NaN where there is nothing to compare.
    """

    statistic: float
    degrees_of_freedom: int
    p_value: float


def at_risk(events: ArrayLike, censored: ArrayLike) -> Floats:
    """Units at risk at each time.

    Args:
        events: units by time of event, shape (…, times), from time 0 on.
        censored: units by the last time seen free of it, same shape; one at time t is at risk at t.
    """
    gone = np.asarray(events, dtype=np.float64) + np.asarray(censored, dtype=np.float64)
    return np.flip(np.cumsum(np.flip(gone, -1), -1), -1)


def kaplan_meier(events: ArrayLike, censored: ArrayLike, alpha: float = ALPHA) -> Survival:
    """The survival curve of one group with its pointwise interval.

    Args:
        events: units by time of event, shape (times,), from time 0 on, where nobody has it.
        censored: units by the last time seen free of it, same shape.
        alpha: one minus the level of the interval.

    Returns:
        NaN from the first time on at which nobody is at risk. The interval is Greenwood's on the scale of
        log(−log S), which keeps it within 0 and 1. Where that scale has no value: before the first event the
        exact binomial limit of no event among those at risk; when all are gone the limit of the time before.

    Sources: Kaplan and Meier (1958); Kalbfleisch and Prentice (2002), section 1.4, for the scale.
    """
    lost, risk = np.asarray(events, dtype=np.float64), at_risk(events, censored)
    known = risk > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        curve = np.where(known, np.cumprod(1.0 - lost / np.where(known, risk, 1.0)), np.nan)
        greenwood = np.cumsum(np.where(known, lost / (risk * (risk - lost)), 0.0))
        spread = stats.norm.isf(alpha / 2.0) * np.sqrt(greenwood) / np.log(curve)
        low, high = curve ** np.exp(-spread), curve ** np.exp(spread)
        untouched = np.where(np.arange(len(risk)) == 0, 1.0, (alpha / 2.0) ** (1.0 / risk))
    is_whole, is_gone = curve == 1.0, curve == 0.0
    low = np.where(is_whole, untouched, np.where(is_gone, 0.0, low))
    high = np.where(is_whole, 1.0, high)
    if is_gone.any():
        high = np.where(is_gone, high[np.argmax(is_gone) - 1], high)
    return Survival(risk, lost, curve, low, high)


def log_rank(events: ArrayLike, censored: ArrayLike) -> LogRank:
    """Whether groups have one survival curve, against their hazards being proportional.

    Args:
        events: units by group and time of event, shape (groups, times).
        censored: units by group and the last time seen free of it, same shape.

    Source: Mantel (1966); Kalbfleisch and Prentice (2002), section 1.5, with the hypergeometric variance.
    """
    lost, risk = np.asarray(events, dtype=np.float64), at_risk(events, censored)
    all_lost, all_risk = lost.sum(axis=0), risk.sum(axis=0)
    times = (all_lost > 0) & (all_risk > 1)
    lost, risk, all_lost, all_risk = lost[:, times], risk[:, times], all_lost[times], all_risk[times]
    share = risk / all_risk
    weight = all_lost * (all_risk - all_lost) / (all_risk - 1.0)
    covariance = np.diag((share * weight).sum(axis=1)) - (share * weight) @ share.T
    # Groups sum to the whole, so that one of them says nothing that the others have not said.
    told = np.flatnonzero(np.diag(covariance) > 0)[1:]
    if not told.size:
        return LogRank(np.nan, 0, np.nan)
    difference = (lost - share * all_lost).sum(axis=1)[told]
    statistic = float(difference @ np.linalg.solve(covariance[np.ix_(told, told)], difference))
    return LogRank(statistic, told.size, float(stats.chi2.sf(statistic, told.size)))
