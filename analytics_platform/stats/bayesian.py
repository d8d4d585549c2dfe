"""A Bayesian reading of an effect: normal likelihood, normal prior, everything in closed form.

The prior is stated beside the answer. By default lifts are drawn from N(0, .3²): two in three change a metric
by less than 30 %, which pulls in what small samples exaggerate and leaves large ones alone.
"""

from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from analytics_platform.errors import AnalyticsError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Prior:
    """What is believed of an effect before the data: a normal distribution.

    Attributes:
        mean: in the unit of the effect.
        standard_deviation: in the unit of the effect; infinite for a flat prior.
    """

    mean: float = 0.0
    standard_deviation: float = 0.3

    def __post_init__(self) -> None:
        if not self.standard_deviation > 0:
            message = f"the prior's standard deviation is {self.standard_deviation}; give a positive number."
            raise AnalyticsError(message)


FLAT = Prior(0.0, inf)


@dataclass(frozen=True)
class Posterior:
    """What is believed of an effect after the data, each of shape (...), in the unit of the effect.

    Attributes:
        mean: expected effect.
        standard_deviation: of the effect.
        low: lower end of the central credible interval.
        high: upper end.
        chance_to_win: probability that the treatment is the better arm.
        loss_of_shipping: expected harm if the treatment is shipped (zero where it is better).
        loss_of_holding: expected gain forgone if the control is kept.
        risk: expected loss of the better of the two choices.
    """

    mean: Floats
    standard_deviation: Floats
    low: Floats
    high: Floats
    chance_to_win: Floats
    loss_of_shipping: Floats
    loss_of_holding: Floats
    risk: Floats


def posterior(
    estimate: ArrayLike,
    standard_error: ArrayLike,
    prior: Prior = Prior(),
    *,
    alpha: float = 0.05,
    higher_is_better: bool = True,
) -> Posterior:
    """Combine an estimated effect with a prior; NaN where the standard error is not positive.

    Args:
        estimate: the effect, absolute or relative, shape (...).
        standard_error: of the effect, shape (...).
        prior: in the same unit as the effect.
        alpha: one minus the probability of the credible interval.
        higher_is_better: whether a positive effect is a gain.

    Source: Gelman et al. (2013), Bayesian data analysis, section 2.5.
    """
    effect, error = np.asarray(estimate, float), np.asarray(standard_error, float)
    precision = 1.0 / np.where(error > 0, error, np.nan) ** 2
    belief = prior.standard_deviation**-2
    mean = (precision * effect + belief * prior.mean) / (precision + belief)
    spread = np.sqrt(1.0 / (precision + belief))
    reach = ndtri(1 - alpha / 2) * spread
    gain = mean if higher_is_better else -mean
    harm, forgone = _mean_above_zero(-gain, spread), _mean_above_zero(gain, spread)
    chance = ndtr(gain / spread)
    return Posterior(
        mean, spread, mean - reach, mean + reach, chance, harm, forgone, np.minimum(harm, forgone)
    )


def _mean_above_zero(mean: Floats, spread: Floats) -> Floats:
    """Expected value of max(x, 0) for a normal x."""
    z = mean / spread
    return np.maximum(spread * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) + mean * ndtr(z), 0.0)
