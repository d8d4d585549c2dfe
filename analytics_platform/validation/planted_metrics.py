"""Metrics of every kind with a planted effect, in two covariates that are known before the experiment.

The effect varies with the first covariate, so that the arms' regression slopes differ: a method that takes
them for one slope, or for known numbers, shows.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from analytics_platform.validation.populations import Arm, arm, crossed, normal_points

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PlantedMetric:
    """A metric in both arms.

    Attributes:
        control: the control arm.
        treatment: the treatment arm.
        units: units of both arms together in a small and a large sample.
        growth: times as many units as unequal arms take, where skewness no longer cancels.
        is_ratio: whether variable 1 is the denominator of a ratio.
    """

    control: Arm
    treatment: Arm
    units: dict[str, int]
    growth: int = 1
    is_ratio: bool = False

    @property
    def means(self) -> tuple[float, float]:
        """True mean (or ratio of totals) in control and treatment."""
        means = (self.control.mean, self.treatment.mean)
        one, other = (mean[0] / mean[1] if self.is_ratio else mean[0] for mean in means)
        return float(one), float(other)

    @property
    def variances(self) -> tuple[float, float]:
        """Variance of one unit's outcome, or of its linearised ratio, in control and treatment."""
        return _variance(self.control, is_ratio=self.is_ratio), _variance(
            self.treatment, is_ratio=self.is_ratio
        )

    def adjusted_error(self, control_units: int, treatment_units: int) -> float:
        """Standard error of the effect once each arm is regressed on its covariates, from the populations.

        That slopes are estimated costs what it costs where covariates are normal: p / (n − p − 2).
        """
        arms = (self.control, control_units), (self.treatment, treatment_units)
        squared, slopes = 0.0, []
        for one, units in arms:
            covariance = np.cov(_linear(one, is_ratio=self.is_ratio).T, aweights=one.chances, ddof=0)
            slope = np.linalg.solve(covariance[1:, 1:], covariance[1:, 0])
            known = len(slope)
            left = covariance[0, 0] - slope @ covariance[1:, 0]
            squared += left / units * (1.0 + known / (units - known - 2.0))
            slopes.append((slope, covariance[1:, 1:]))
        apart, spread = slopes[1][0] - slopes[0][0], slopes[0][1]
        return float(np.sqrt(squared + apart @ spread @ apart / (control_units + treatment_units)))

    @property
    def effect(self) -> float:
        """True difference of the means."""
        return self.means[1] - self.means[0]

    @property
    def lift(self) -> float:
        """True difference as a share of the control mean."""
        return self.means[1] / self.means[0] - 1.0


def mean() -> PlantedMetric:
    """A symmetric outcome such as minutes per session."""
    x1, x2, noise = crossed(normal_points(7), normal_points(5), normal_points(15))
    same = np.ones_like(x1)
    control = arm([10.0 + x1 + 0.6 * x2 + 1.5 * noise, x1, x2], same, x1)
    treatment = control.with_outcome(10.4 + 3.0 * x1 + 0.6 * x2 + 1.8 * noise)
    return PlantedMetric(control, treatment, {"small": 400, "large": 40_000})


def binary() -> PlantedMetric:
    """Whether a user did something, such as converted."""
    x1, x2, done = crossed(normal_points(7), normal_points(5), [0.0, 1.0])
    chances = [0.42 + 0.12 * x1 + 0.06 * x2, 0.46 + 0.18 * x1 + 0.06 * x2]
    arms = [arm([done, x1, x2], np.where(done == 1.0, share, 1.0 - share), x1) for share in chances]
    return PlantedMetric(arms[0], arms[1], {"small": 2_000, "large": 200_000}, growth=2)


def count() -> PlantedMetric:
    """How often a user did something: a Poisson law whose rate differs between users."""
    x1, x2, times = crossed(normal_points(7), normal_points(3), np.arange(31.0))
    rates = [3.0 * np.exp(0.5 * x1 + 0.2 * x2), 3.15 * np.exp(0.6 * x1 + 0.2 * x2)]
    arms = [arm([times, x1, x2], _poisson(times, rate), x1) for rate in rates]
    return PlantedMetric(arms[0], arms[1], {"small": 4_000, "large": 400_000}, growth=5)


def heavy_tail() -> PlantedMetric:
    """An amount with many zeros and a lognormal tail (skewness about 6), such as revenue."""
    x1, score = crossed(normal_points(5), np.linspace(-4.0, 4.2, 83))
    amounts = np.exp(0.5 * x1 + 0.85 * score)
    chances = np.exp(-(score**2) / 2.0)
    paid = chances / chances.sum() * 5.0 * 0.7
    nothing = normal_points(5)
    variables = [np.r_[amounts, 0.0 * nothing], np.r_[x1, nothing], np.r_[x1, nothing] ** 2]
    control = arm(variables, np.r_[paid, 0.3 + 0.0 * nothing], variables[1])
    treatment = control.with_outcome(control.values[:, 0] * (1.05 + 0.05 * control.values[:, 1]))
    return PlantedMetric(control, treatment, {"small": 20_000, "large": 2_000_000}, growth=20)


def ratio() -> PlantedMetric:
    """Uses per session: busy users have more sessions and more uses in each."""
    level, sessions, noise, uses = crossed(
        [-1.0, 0.0, 1.0], np.arange(1.0, 7.0), [-0.8, 0.8], np.arange(21.0)
    )
    busy = 0.35 + 0.12 * level
    visits = special.binom(5, sessions - 1) * busy ** (sessions - 1) * (1 - busy) ** (6 - sessions)
    rates = [sessions * (0.9 + 0.25 * level), sessions * (0.95 + 0.3 * level)]
    known = level + noise
    arms = [
        arm([uses, sessions, known, level * noise], visits * _poisson(uses, rate), known) for rate in rates
    ]
    return PlantedMetric(arms[0], arms[1], {"small": 4_000, "large": 400_000}, growth=2, is_ratio=True)


def _poisson(times: Floats, rate: Floats) -> Floats:
    """Chances proportional to a Poisson law; what lies beyond the last count is left out."""
    return np.exp(special.xlogy(times, rate) - rate - special.gammaln(times + 1.0))


def _linear(one: Arm, *, is_ratio: bool) -> Floats:
    """Values of [outcome, covariates…] by kind of unit, the outcome linearised where it is a ratio."""
    if not is_ratio:
        return one.values
    top, below = one.mean[:2]
    line = (one.values[:, 0] - top / below * one.values[:, 1]) / below
    return np.column_stack([line, one.values[:, 2:]])


def _variance(one: Arm, *, is_ratio: bool) -> float:
    if not is_ratio:
        return one.variance
    top, below = one.mean[:2]
    return float(one.chances @ (one.values[:, 0] - top / below * one.values[:, 1]) ** 2 / below**2)


def rare() -> PlantedMetric:
    """Whether a user did what one in a hundred does, such as subscribed."""
    x1, x2, done = crossed(normal_points(7), normal_points(5), [0.0, 1.0])
    chances = [0.01 + 0.003 * x1 + 0.001 * x2, 0.012 + 0.004 * x1 + 0.001 * x2]
    arms = [arm([done, x1, x2], np.where(done == 1.0, share, 1.0 - share), x1) for share in chances]
    return PlantedMetric(arms[0], arms[1], {"small": 20_000, "large": 2_000_000}, growth=40)


METRICS = {
    "mean": mean(),
    "binary": binary(),
    "rare_binary": rare(),
    "count": count(),
    "heavy_tail": heavy_tail(),
    "ratio": ratio(),
}
