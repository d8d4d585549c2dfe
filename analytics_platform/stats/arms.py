"""Two arms and the effect between them: where every design of an experiment ends.

Means, ratios, adjusted and clustered estimates all become `ArmMeans`; from it the absolute effect follows
by Student's t, the relative one by Fieller's theorem. Both share one p-value: a lift is zero exactly where
a difference is.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]

FEWEST_UNITS = 2

ROUNDING = 1e-12
"""A standard error below this share of the mean is what rounding leaves of none."""


@dataclass(frozen=True)
class ArmMeans:
    """Estimated means of two arms and their sampling errors, each of shape (...).

    Attributes:
        control: mean of the control arm.
        treatment: mean of the treatment arm.
        control_variance: squared standard error of the control mean.
        treatment_variance: squared standard error of the treatment mean.
        covariance: sampling covariance of the two means; 0 without adjustment.
        degrees_of_freedom: of the standard error of their difference.
        control_units: units that the control mean rests on.
        treatment_units: units that the treatment mean rests on.
    """

    control: Floats
    treatment: Floats
    control_variance: Floats
    treatment_variance: Floats
    covariance: Floats
    degrees_of_freedom: Floats
    control_units: Floats
    treatment_units: Floats

    @property
    def difference_variance(self) -> Floats:
        """Squared standard error of treatment − control."""
        return self.control_variance + self.treatment_variance - 2.0 * self.covariance


@dataclass(frozen=True)
class Interval:
    """An effect with its uncertainty, each of shape (...); NaN where it cannot be estimated.

    Attributes:
        estimate: the effect.
        low: lower confidence limit.
        high: upper confidence limit.
        standard_error: of the effect; of a relative one by the delta method, for display alone.
        p_value: two-sided, of no effect.
    """

    estimate: Floats
    low: Floats
    high: Floats
    standard_error: Floats
    p_value: Floats


def absolute(arms: ArmMeans, alpha: float | Floats = 0.05) -> Interval:
    """Treatment − control with Student's t interval, in the unit of the means.

    Args:
        arms: the two means.
        alpha: one minus the confidence level; an array gives each pair its own.
    """
    effect = arms.treatment - arms.control
    error = _root(arms.difference_variance)
    reach = critical_value(arms, alpha) * error
    return Interval(effect, effect - reach, effect + reach, error, p_value(arms))


def relative(arms: ArmMeans, alpha: float | Floats = 0.05) -> Interval:
    """Treatment / control − 1 with Fieller's interval.

    The interval holds every ratio r for which treatment − r·control is compatible with 0. It is bounded
    only where the control mean itself is significantly different from 0; elsewhere it is NaN. So it is
    where the control mean is not positive: a lift over nothing, or over a loss, has no meaning. And so it is
    where all units of an arm are alike: nobody among a thousand is no proof that nobody ever will.

    Args:
        arms: the two means.
        alpha: one minus the confidence level; an array gives each pair its own.

    Source: Fieller (1954), Some problems in interval estimation.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = arms.treatment / arms.control
        squared = critical_value(arms, alpha) ** 2
        leading = arms.control**2 - squared * arms.control_variance
        middle = arms.control * arms.treatment - squared * arms.covariance
        last = arms.treatment**2 - squared * arms.treatment_variance
        root = np.sqrt(np.maximum(middle**2 - leading * last, 0.0))
        variance = arms.treatment_variance - 2.0 * ratio * arms.covariance + ratio**2 * arms.control_variance
        error = _root(variance) / arms.control
        varies = (arms.control_variance > 0.0) & (arms.treatment_variance > 0.0)
        bounded = (leading > 0.0) & (arms.control > 0.0) & varies
        ends = [np.where(bounded, (middle + sign * root) / leading - 1.0, np.nan) for sign in (-1.0, 1.0)]
    estimate = np.where(arms.control > 0.0, ratio - 1.0, np.nan)
    return Interval(estimate, ends[0], ends[1], error, p_value(arms))


def statistic(arms: ArmMeans) -> Floats:
    """Student's t of no difference, shape (...); NaN where the standard error is zero."""
    error = _root(arms.difference_variance)
    return np.where(error > 0.0, (arms.treatment - arms.control) / np.where(error > 0.0, error, 1.0), np.nan)


def p_value(arms: ArmMeans) -> Floats:
    """Two-sided p-value of no difference, shape (...)."""
    return 2.0 * special.stdtr(arms.degrees_of_freedom, -np.abs(statistic(arms)))


def critical_value(arms: ArmMeans, alpha: float | Floats) -> Floats:
    """Two-sided critical value of Student's t, shape (...)."""
    return special.stdtrit(arms.degrees_of_freedom, 1.0 - alpha / 2.0)


def why_not(arms: ArmMeans, *, is_relative: bool = False, alpha: float = 0.05) -> str | None:
    """Why an effect cannot be estimated, in words that follow "because"; None where it can.

    Args:
        arms: one pair of means, each attribute a scalar.
        is_relative: whether the effect is asked as a share of the control mean.
        alpha: one minus the confidence level.
    """
    for name, units in (("control", arms.control_units), ("treatment", arms.treatment_units)):
        if not units >= FEWEST_UNITS:
            return f"the {name} arm has {_count(units)}"
    if not (np.isfinite(arms.control) and np.isfinite(arms.treatment)):
        return "an arm has no observation to divide by"
    if not arms.difference_variance > (ROUNDING * max(abs(arms.control), abs(arms.treatment))) ** 2:
        return "no unit differs from another in either arm (zero variance)"
    if not arms.degrees_of_freedom > 0.0:
        return "there are too few units for a standard error"
    return _why_no_lift(arms, alpha) if is_relative else None


def _why_no_lift(arms: ArmMeans, alpha: float) -> str | None:
    if not arms.control > 0.0:
        return f"the control mean is {float(arms.control):.3g}, and a lift needs a positive one"
    for name, variance in (("control", arms.control_variance), ("treatment", arms.treatment_variance)):
        if not variance > 0.0:
            return f"every unit of the {name} arm has the same value, which leaves its error unknown"
    if np.isnan(relative(arms, alpha).low):
        return "the control mean cannot be told from zero, which leaves its lift without bounds"
    return None


def _count(units: Floats) -> str:
    whole = int(units) if np.isfinite(units) else 0
    return {0: "no unit", 1: "one unit only"}.get(whole, f"{whole} units")


def _root(variance: Floats) -> Floats:
    return np.sqrt(np.maximum(variance, 0.0))
