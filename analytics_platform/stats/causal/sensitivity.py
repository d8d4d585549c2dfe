"""How strong something unmeasured would have to be to explain an effect away."""

import numpy as np
from scipy import stats


def e_value(control_mean: float, effect: float, low: float, high: float) -> tuple[float, float]:
    """E-values of the estimate and of the interval's end nearer to no effect, as risk ratios of at least 1.

    Args:
        control_mean: chance of the outcome without treatment, above 0.
        effect: difference of chances.
        low: lower end of its interval.
        high: upper end of its interval.

    Returns:
        The least risk ratio with both treatment and outcome that a hidden cause needs; 1 for an interval
        that already holds no effect.

    Raises:
        ValueError: the chance without treatment is not above 0.

    Source: VanderWeele and Ding (2017), *Annals of Internal Medicine* 167.
    """
    if control_mean <= 0:
        raise ValueError("a risk ratio needs a chance above 0 without treatment")
    nearer = 0.0 if low <= 0 <= high else min((low, high), key=abs)
    return _e_value(control_mean, effect), _e_value(control_mean, nearer)


def _e_value(control_mean: float, effect: float) -> float:
    ratio = max((control_mean + effect) / control_mean, np.finfo(float).tiny)
    ratio = max(ratio, 1 / ratio)
    return float(ratio + np.sqrt(ratio * (ratio - 1)))


def robustness_value(
    estimate: float, standard_error: float, degrees_of_freedom: float, alpha: float | None = None
) -> float:
    """Share of residual variance of both treatment and outcome that a hidden cause needs, between 0 and 1.

    The same number bounds the bias of double machine learning, whose residuals are those of learnt models.

    Args:
        estimate: effect.
        standard_error: of it, above 0.
        degrees_of_freedom: of its residuals, above 1.
        alpha: None: to bring the estimate to 0; else to bring 0 into the interval of this level.

    Source: Cinelli and Hazlett (2020), *JRSS B* 82, equations 18 and 19; Chernozhukov et al. (2022),
        NBER 30302, for the learnt case.
    """
    strength = abs(estimate / standard_error) / np.sqrt(degrees_of_freedom)
    if alpha is not None:
        critical = stats.t.ppf(1 - alpha / 2, degrees_of_freedom - 1) / np.sqrt(degrees_of_freedom - 1)
        strength = max(strength - critical, 0.0)
    squared = strength**2
    return float((np.sqrt(squared**2 + 4 * squared) - squared) / 2)
