"""Margins: is the treatment not worse than the control by more than is tolerable, or as good as the same?

A relative margin is tested without a division: "not more than m below" is μ_t − (1 − m)·μ_c > 0, a linear
combination of two means. Its degrees of freedom are those of the plain difference, as in Fieller's interval,
so that the test and the relative interval say the same: a one-sided alpha agrees with the end of a 1 −
2·alpha interval.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from analytics_platform.errors import AnalyticsError
from analytics_platform.stats.arms import ArmMeans

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class NonInferiority:
    """One-sided tests against a margin, each of shape (...).

    Attributes:
        margin: tolerated loss: a share of the control mean, or in the unit of the metric.
        p_value: of a loss of the margin or more; NaN where it cannot be tested.
        is_non_inferior: whether a loss of the margin is excluded at alpha.
    """

    margin: float
    p_value: Floats
    is_non_inferior: NDArray[np.bool_]


@dataclass(frozen=True)
class Equivalence:
    """Two one-sided tests, each of shape (...).

    Attributes:
        margin: largest difference that counts as none: a share of the control mean, or in the unit of the
            metric.
        p_value: the larger of the two, of a difference of the margin or more; NaN where it cannot be tested.
        is_equivalent: whether differences of the margin are excluded on both sides at alpha.
    """

    margin: float
    p_value: Floats
    is_equivalent: NDArray[np.bool_]


def non_inferiority(
    arms: ArmMeans,
    margin: float,
    *,
    is_relative: bool = True,
    higher_is_better: bool = True,
    alpha: float = 0.05,
) -> NonInferiority:
    """Test that the treatment is worse by less than a margin.

    Args:
        arms: the two means.
        margin: tolerated loss, not negative; 0 is a one-sided test of superiority.
        is_relative: the margin is a share of the control mean, which must then be positive.
        higher_is_better: whether a fall of the metric is the loss; otherwise a rise is.
        alpha: chance, one-sided, of passing a treatment whose loss is the margin.

    Raises:
        AnalyticsError: the margin is negative, or not a number.

    Source: Wellek (2010), Testing statistical hypotheses of equivalence and noninferiority; for the relative
    margin, Sasabuchi (1988), A multivariate one-sided test with composite hypotheses.
    """
    p_value = _beyond(arms, _checked(margin), is_relative=is_relative, is_fall=higher_is_better)
    return NonInferiority(margin, p_value, p_value <= alpha)


def equivalence(
    arms: ArmMeans, margin: float, *, is_relative: bool = True, alpha: float = 0.05
) -> Equivalence:
    """Test that the two means differ by less than a margin.

    Args:
        arms: the two means.
        margin: largest difference that counts as none, not negative.
        is_relative: the margin is a share of the control mean, which must then be positive.
        alpha: chance of calling equivalent what differs by the margin.

    Raises:
        AnalyticsError: the margin is negative, or not a number.

    Source: Schuirmann (1987), A comparison of the two one-sided tests procedure and the power approach.
    """
    sides = [
        _beyond(arms, _checked(margin), is_relative=is_relative, is_fall=is_fall) for is_fall in (True, False)
    ]
    p_value = np.maximum(*sides)
    return Equivalence(margin, p_value, p_value <= alpha)


def _beyond(arms: ArmMeans, margin: float, *, is_relative: bool, is_fall: bool) -> Floats:
    """P-value of a loss of the margin or more: of treatment − scale·control + shift, positive within it."""
    sign = 1.0 if is_fall else -1.0
    scale, shift = (1.0 - sign * margin, 0.0) if is_relative else (1.0, sign * margin)
    within = sign * (arms.treatment - scale * arms.control + shift)
    variance = arms.treatment_variance + scale**2 * arms.control_variance - 2.0 * scale * arms.covariance
    testable = (variance > 0.0) & ((arms.control > 0.0) | (not is_relative))
    error = np.sqrt(np.where(testable, variance, np.nan))
    return stdtr(arms.degrees_of_freedom, -within / error)


def _checked(margin: float) -> float:
    if not margin >= 0:
        message = f"margin {margin} is not a tolerated loss; give a number that is 0 or more."
        raise AnalyticsError(message)
    return margin
