"""A Bayesian reading of a lift: two normal means, a normal prior of the lift, integrated over a grid.

The prior is stated beside the answer. By default lifts are drawn from N(0, .3²): two in three change a metric
by less than 30 %, which pulls in what small samples exaggerate and leaves large ones alone. The likelihood is
that of both means with nothing known of the control's, so that an uncertain control mean makes the lift
lopsided here as it does in Fieller's interval; a normal law of the lift itself would miss that.
"""

from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import cumulative_trapezoid, trapezoid

from analytics_platform.errors import AnalyticsError
from analytics_platform.stats.arms import ArmMeans

Floats = NDArray[np.float64]

NODES = 2001
REACH = 9.0
"""Half-width of the grid in standard deviations of the lift, as the delta method and the prior guess them."""


@dataclass(frozen=True)
class Prior:
    """What is believed of a lift before the data: a normal distribution.

    Attributes:
        mean: as a share of the control mean.
        standard_deviation: as a share of the control mean; infinite for a flat prior.
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
    """What is believed of a lift after the data, each of shape (...), as a share of the control mean.

    Attributes:
        mean: expected lift.
        standard_deviation: of the lift.
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
    arms: ArmMeans, prior: Prior = Prior(), *, alpha: float = 0.05, higher_is_better: bool = True
) -> Posterior:
    """Combine two means with a prior of their lift; NaN where the control mean or a variance is not positive.

    With a flat prior of the control mean, the likelihood of a lift r is the normal density of
    treatment − (1 + r)·control at 0.

    Args:
        arms: the two means, shape (...).
        prior: of treatment / control − 1.
        alpha: one minus the probability of the credible interval.
        higher_is_better: whether a positive lift is a gain.

    Source: Gelman et al. (2013), Bayesian data analysis, section 3.7, on grids; Hinkley (1969), On the ratio
    of two correlated normal random variables.
    """
    lift = _grid(arms, prior)
    density = _density(arms, prior, lift)
    inside = cumulative_trapezoid(density, lift, axis=-1, initial=0.0)
    low, zero, high = (
        _crossing(inside, lift, alpha / 2.0),
        _share_below(inside, lift),
        _crossing(inside, lift, 1.0 - alpha / 2.0),
    )
    mean = trapezoid(lift * density, lift, axis=-1)
    spread = np.sqrt(trapezoid((lift - mean[..., None]) ** 2 * density, lift, axis=-1))
    rise, fall = (trapezoid(np.maximum(sign * lift, 0.0) * density, lift, axis=-1) for sign in (1.0, -1.0))
    harm, forgone = (fall, rise) if higher_is_better else (rise, fall)
    chance = 1.0 - zero if higher_is_better else zero
    return Posterior(mean, spread, low, high, chance, harm, forgone, np.minimum(harm, forgone))


def _grid(arms: ArmMeans, prior: Prior) -> Floats:
    """Lifts around where the data and the prior together put the effect, shape (..., nodes)."""
    usable = (arms.control > 0.0) & (arms.control_variance > 0.0) & (arms.treatment_variance > 0.0)
    control = np.where(usable, arms.control, np.nan)
    ratio = arms.treatment / control
    variance = arms.treatment_variance - 2.0 * ratio * arms.covariance + ratio**2 * arms.control_variance
    precision, belief = control**2 / variance, prior.standard_deviation**-2
    middle = (precision * (ratio - 1.0) + belief * prior.mean) / (precision + belief)
    reach = REACH / np.sqrt(precision + belief)
    return middle[..., None] + reach[..., None] * np.linspace(-1.0, 1.0, NODES)


def _density(arms: ArmMeans, prior: Prior, lift: Floats) -> Floats:
    """Posterior density on the grid, which integrates to 1."""
    control, treatment, shared = (
        part[..., None] for part in (arms.control, arms.treatment, np.asarray(arms.covariance))
    )
    scale = 1.0 + lift
    variance = (
        arms.treatment_variance[..., None]
        - 2.0 * scale * shared
        + scale**2 * arms.control_variance[..., None]
    )
    logs = -0.5 * (np.log(variance) + (treatment - scale * control) ** 2 / variance)
    logs -= 0.5 * ((lift - prior.mean) / prior.standard_deviation) ** 2
    weights = np.exp(logs - logs.max(axis=-1, keepdims=True))
    return weights / trapezoid(weights, lift, axis=-1)[..., None]


def _crossing(inside: Floats, lift: Floats, share: float) -> Floats:
    """The lift below which a share of the belief lies, between two nodes by a straight line."""
    after = np.clip((inside < share).sum(axis=-1), 1, NODES - 1)[..., None]
    (x0, x1), (y0, y1) = (
        tuple(np.take_along_axis(values, after + step, -1)[..., 0] for step in (-1, 0))
        for values in (lift, inside)
    )
    return x0 + (x1 - x0) * (share - y0) / (y1 - y0)


def _share_below(inside: Floats, lift: Floats) -> Floats:
    """The share of the belief below no lift at all; NaN where there is no belief."""
    place = np.clip((lift < 0.0).sum(axis=-1), 1, NODES - 1)[..., None]
    (x0, x1), (y0, y1) = (
        tuple(np.take_along_axis(values, place + step, -1)[..., 0] for step in (-1, 0))
        for values in (lift, inside)
    )
    within = y0 + (y1 - y0) * np.clip(-x0 / (x1 - x0), 0.0, 1.0)
    return np.clip(within, 0.0, 1.0)
