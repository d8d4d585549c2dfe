"""Group-sequential tests: look as often as you like at growing data, and spend one alpha over all looks.

At a look that holds the share t of the planned information, Z√t behaves like Brownian motion. A spending
function says how much of alpha may be used up by t, and `first_crossing` what boundary that leaves.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from math import expm1
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import PchipInterpolator
from scipy.optimize import root_scalar
from scipy.special import ndtr, ndtri

from analytics_platform.errors import AnalyticsError
from analytics_platform.stats import first_crossing
from analytics_platform.stats.arms import ArmMeans, Interval, absolute, relative

Floats = NDArray[np.float64]

Spending = Literal["obrien_fleming", "pocock"] | float
"""O'Brien–Fleming type, Pocock type, or the exponent of the power family: alpha times t to that power."""


def spent(fraction: ArrayLike, alpha: float = 0.05, spending: Spending = "obrien_fleming") -> Floats:
    """Two-sided alpha that may be used up when `fraction` of the information is in.

    Source: Lan & DeMets 1983 (O'Brien–Fleming and Pocock types), Kim & DeMets 1987 (power family).

    Args:
        fraction: share of the planned information, any shape; more than 1 counts as 1.
        alpha: the level over all looks.
        spending: the function's name, or the exponent of the power family.

    Raises:
        AnalyticsError: the spending function is unknown or its exponent is not positive.
    """
    t = np.clip(np.asarray(fraction, float), 1e-300, 1)
    match spending:
        case "obrien_fleming":
            return 4 * ndtr(ndtri(alpha / 4) / np.sqrt(t))
        case "pocock":
            return alpha * np.log1p(expm1(1) * t)
        case float() | int() if spending > 0:
            return alpha * t**spending
        case _:
            message = (
                f"spending {spending!r} is neither obrien_fleming, pocock nor a positive exponent; name one."
            )
            raise AnalyticsError(message)


def boundaries(
    information: Sequence[float] | Floats,
    alpha: float = 0.05,
    spending: Spending = "obrien_fleming",
    *,
    final: bool = False,
) -> Floats:
    """Critical values of |Z| at each look; infinite where (almost) no alpha may be spent.

    The first look at or past 1 spends all that is left (over-running keeps its true, larger information);
    looks after it have nothing to spend. A look without new units repeats the boundary before it.

    Source: Armitage, McPherson & Rowe 1969; Jennison & Turnbull 2000, chapter 19.

    Args:
        information: shares of the planned information (units over planned units), not decreasing, shape
            (looks,).
        alpha: the level over all looks.
        spending: see `spent`.
        final: the last look ends the experiment early and spends all that is left (under-running).

    Raises:
        AnalyticsError: the information is empty, not positive or decreasing, or the spending function is
            unknown.
    """
    return _boundaries(_looks(information), float(alpha), spending, final=final)


def p_values(
    fixed: ArrayLike,
    information: Sequence[float] | Floats,
    spending: Spending = "obrien_fleming",
    *,
    final: bool = False,
) -> Floats:
    """At each look, the smallest overall alpha whose boundary this look crosses; never less than 1e-10.

    Agrees with the boundary by construction (p ≤ alpha exactly when |Z| reaches it) and may be read at any
    look.

    Source: Jennison & Turnbull 2000, section 9.4 (the p-value of repeated confidence intervals).

    Args:
        fixed: two-sided p-values of the fixed-sample test, shape (..., looks), or (...) of the last look
            alone where the length of the last axis is not that of `information`.
        information: as in `boundaries`.
        spending: see `spent`.
        final: see `boundaries`.
    """
    z = -ndtri(np.asarray(fixed, float) / 2)
    curves = _p_value_curves(_looks(information), spending, final=final)
    if z.ndim == 0 or z.shape[-1] != len(curves):
        return curves[-1](z)
    return np.stack([curve(z[..., look]) for look, curve in enumerate(curves)], axis=-1)


def repeated_interval(
    arms: ArmMeans,
    information: Sequence[float] | Floats,
    alpha: float = 0.05,
    spending: Spending = "obrien_fleming",
    *,
    of_ratio: bool = False,
    final: bool = False,
) -> Interval:
    """Intervals that hold at all looks together, with the p-values of `p_values`.

    The boundary is turned into a nominal level, so that few degrees of freedom still widen the interval.

    Source: Jennison & Turnbull 1989 (repeated confidence intervals), 2000, section 4.4 (significance levels).

    Args:
        arms: means at each look, shape (..., looks), or of the last look alone.
        information: as in `boundaries`, all looks so far.
        alpha: the level over all looks.
        spending: see `spent`.
        of_ratio: of the relative effect (Fieller) and not the absolute one.
        final: see `boundaries`.
    """
    critical = boundaries(information, alpha, spending, final=final)
    shape = np.shape(arms.control)
    nominal = 2 * ndtr(-critical if shape and shape[-1] == len(critical) else -critical[-1])
    interval = (relative if of_ratio else absolute)(arms, nominal)
    return replace(interval, p_value=p_values(interval.p_value, information, spending, final=final))


def power(
    information: Sequence[float] | Floats,
    drift: float,
    alpha: float = 0.05,
    spending: Spending = "obrien_fleming",
) -> float:
    """Chance that a design crosses at any look; a fixed sample with the same drift has Φ(drift − z) (+ the
    far side).

    Args:
        information: as in `boundaries`.
        drift: expected Z when all the planned information is in.
        alpha: the level over all looks.
        spending: see `spent`.
    """
    critical = boundaries(information, alpha, spending)
    return float(first_crossing.probabilities(_looks(information), critical, drift).sum())


def inflation(
    information: Sequence[float] | Floats,
    alpha: float = 0.05,
    spending: Spending = "obrien_fleming",
    target_power: float = 0.8,
) -> float:
    """How many times the fixed sample a design needs at most, for the same power.

    Args:
        information: as in `boundaries`.
        alpha: the level over all looks.
        spending: see `spent`.
        target_power: between alpha and 1.
    """
    fixed = -ndtri(alpha / 2) + ndtri(target_power)
    drift = root_scalar(
        lambda drift: power(information, drift, alpha, spending) - target_power,
        bracket=(fixed / 2, fixed * 2),
    ).root
    return (drift / fixed) ** 2


_LEVELS = np.concatenate(
    [np.geomspace(1e-10, 0.01, 9), [0.02, 0.035, 0.05, 0.07, 0.1], np.linspace(0.2, 1, 9)]
)
"""Levels between which p-values are interpolated, closest around .05."""


def _looks(information: Sequence[float] | Floats) -> tuple[float, ...]:
    looks = tuple(float(share) for share in information)
    if not looks or not looks[0] > 0 or any(later < sooner for sooner, later in pairwise(looks)):
        message = (
            f"information {looks} must be positive and never fall; give the share of planned units so far."
        )
        raise AnalyticsError(message)
    return looks


@lru_cache(maxsize=4096)
def _boundaries(looks: tuple[float, ...], alpha: float, spending: Spending, *, final: bool) -> Floats:
    planned = spent(looks, alpha, spending)
    planned[np.asarray(looks) >= 1 - first_crossing.SAME_LOOK] = alpha
    if final:
        planned[-1] = alpha
    bounds = first_crossing.boundaries(looks, planned)
    bounds.setflags(write=False)
    return bounds


@lru_cache(maxsize=256)
def _p_value_curves(
    looks: tuple[float, ...], spending: Spending, *, final: bool
) -> tuple[Callable[[Floats], Floats], ...]:
    """For each look the overall alpha by its boundary."""
    bounds = np.stack([_boundaries(looks, float(alpha), spending, final=final) for alpha in _LEVELS])
    return tuple(_curve(bounds[:, look]) for look in range(len(looks)))


def _curve(bounds: Floats) -> Callable[[Floats], Floats]:
    """Log alpha is almost linear in the square of the boundary: interpolate there."""
    squares, levels = np.unique(bounds**2, return_index=True)
    within = np.isfinite(squares)
    if within.sum() < 2:
        return np.ones_like
    squares, logs = squares[within], np.log(_LEVELS[levels[within]])
    smooth = PchipInterpolator(squares, logs)
    return lambda z: np.exp(smooth(np.clip(z**2, squares[0], squares[-1])))
