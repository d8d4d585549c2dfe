"""Confidence sequences: intervals that hold at every sample size at once, with no planned maximum.

A mixture of Gaussian likelihood ratios bounds |Z| at all n together by one curve; its single knob chooses the
sample size at which the curve lies lowest. Any arms with a standard error may use it: the critical value of
the sample at hand takes the place of the fixed one, for the absolute as for the relative effect.

Source: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2024), Time-uniform central limit theory and
    asymptotic
confidence sequences; Robbins (1970), Statistical methods related to the law of the iterated logarithm.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import lambertw, ndtr, ndtri

from analytics_platform.stats.arms import ArmMeans, Interval, absolute, relative

Floats = NDArray[np.float64]


def critical_values(units: ArrayLike, tuned_for: float, alpha: float = 0.05) -> Floats:
    """Bound on |Z| at each number of units, shape (...).

    Args:
        units: units in both arms together.
        tuned_for: the number of units at which the interval is to be narrowest.
        alpha: chance that the curve is ever crossed.
    """
    mixture = np.asarray(units, float) * _mixing(tuned_for, alpha)
    return np.sqrt((1 + 1 / mixture) * (np.log1p(mixture) - 2 * np.log(alpha)))


def p_values(fixed: ArrayLike, units: ArrayLike, tuned_for: float, alpha: float = 0.05) -> Floats:
    """Always-valid p-values: the smallest level at which the curve is crossed, shape (...).

    Args:
        fixed: two-sided p-values of the fixed-sample test.
        units: units in both arms together.
        tuned_for: as in `critical_values`.
        alpha: the level for which the curve is tuned.
    """
    mixture = np.asarray(units, float) * _mixing(tuned_for, alpha)
    z = ndtri(np.asarray(fixed, float) / 2)
    return np.minimum(np.sqrt(1 + mixture) * np.exp(-(z**2) * mixture / (1 + mixture) / 2), 1.0)


def interval(arms: ArmMeans, tuned_for: float, alpha: float = 0.05, *, is_relative: bool = False) -> Interval:
    """The sequence's interval at the sample at hand, with the always-valid p-value.

    The bound is turned into a nominal level, so that few degrees of freedom still widen the interval.

    Args:
        arms: means at one look or many, shape (...).
        tuned_for: as in `critical_values`.
        alpha: chance that any of the intervals, at any time, misses.
        is_relative: of the relative effect (Fieller) and not the absolute one.
    """
    units = arms.control_units + arms.treatment_units
    nominal = 2 * ndtr(-critical_values(units, tuned_for, alpha))
    fixed = (relative if is_relative else absolute)(arms, nominal)
    return replace(fixed, p_value=p_values(fixed.p_value, units, tuned_for, alpha))


def _mixing(tuned_for: float, alpha: float) -> float:
    """Variance of the mixture for which the interval is narrowest at `tuned_for` units (Lambert's W)."""
    return (-lambertw(-(alpha**2) / np.e, -1).real - 1) / tuned_for
