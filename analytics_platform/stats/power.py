"""Planning: the power of a design, the effect that it can detect and the units that it needs.

Sources: Cohen (1988), Statistical power analysis for the behavioral sciences; Donner and Klar (2000), Design
and analysis of cluster randomization trials; Eldridge, Ashby and Kerry (2006), Sample size for cluster
randomized trials: effect of coefficient of variation of cluster size.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

Floats = NDArray[np.float64]

MOST_UNITS = 1e12


@dataclass(frozen=True)
class Design:
    """Two arms to compare by a two-sided t test of their means.

    A ratio enters with the variance of its linearised values, an adjusted mean with that of its residuals.

    Attributes:
        variance: of the outcome of one unit in the control arm, in squared units of the outcome.
        treatment_variance: the same in the treatment arm; None: as in the control arm.
        treatment_share: share of the units in the treatment arm.
        alpha: two-sided significance level.
        cluster_size: mean units in a cluster; 1 where units are randomised.
        cluster_size_variation: coefficient of variation of the clusters' sizes.
        intraclass_correlation: share of the variance that lies between clusters.
    """

    variance: float
    treatment_variance: float | None = None
    treatment_share: float = 0.5
    alpha: float = 0.05
    cluster_size: float = 1.0
    cluster_size_variation: float = 0.0
    intraclass_correlation: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a design that no experiment can have.

        Raises:
            ValueError: a variance is not positive, or a share, a level or a size is out of range.
        """
        for name, variance in (("variance", self.variance), ("treatment_variance", self.treatment_variance)):
            if variance is not None and not variance > 0.0:
                raise ValueError(f"{name} is {variance}; it must be positive")
        for name in ("treatment_share", "alpha"):
            if not 0.0 < getattr(self, name) < 1.0:
                raise ValueError(f"{name} is {getattr(self, name)}; it must lie between 0 and 1")
        if not self.cluster_size >= 1.0:
            raise ValueError(f"cluster_size is {self.cluster_size}; it must be at least 1")

    @property
    def design_effect(self) -> float:
        """How many times the variance of a mean exceeds that of independent units."""
        size = self.cluster_size * (1.0 + self.cluster_size_variation**2)
        return 1.0 + max(size - 1.0, 0.0) * self.intraclass_correlation

    def standard_error(self, units: ArrayLike) -> Floats:
        """Standard error of the difference of the arms' means, given all units of both arms together."""
        share = self.treatment_share
        treated = self.variance if self.treatment_variance is None else self.treatment_variance
        per_unit = self.variance / (1.0 - share) + treated / share
        return np.sqrt(self.design_effect * per_unit / np.asarray(units, dtype=np.float64))

    def power(self, effect: ArrayLike, units: ArrayLike) -> Floats:
        """Chance to find an effect.

        Args:
            effect: true difference of the means, in units of the outcome.
            units: of both arms together.
        """
        freedom = np.maximum(np.asarray(units, dtype=np.float64) / self.cluster_size - 2.0, 1.0)
        shift = np.abs(np.asarray(effect, dtype=np.float64)) / self.standard_error(units)
        critical = special.stdtrit(freedom, 1.0 - self.alpha / 2.0)
        return _beyond(freedom, shift, critical) + _beyond(freedom, -shift, critical)

    def minimum_detectable_effect(self, units: float, power: float = 0.8) -> float:
        """Least difference of the means found with a power, in units of the outcome.

        Args:
            units: of both arms together.
            power: chance to find it, above alpha.

        Raises:
            ValueError: the power is not above alpha and below 1.
        """
        self._check(power)
        error = float(self.standard_error(units))
        most = error * (special.ndtri(power) + special.ndtri(1.0 - self.alpha / 2.0))
        while self.power(most, units) < power:
            most *= 2.0
        return _root(lambda effect: float(self.power(effect, units)) - power, 0.0, most)

    def required_units(self, effect: float, power: float = 0.8) -> int:
        """Fewest units of both arms together that find an effect with a power; whole clusters.

        Args:
            effect: true difference of the means, in units of the outcome.
            power: chance to find it, above alpha.

        Raises:
            ValueError: the effect is zero, or so small that no sample finds it, or the power out of range.
        """
        self._check(power)
        fewest = 3.0 * self.cluster_size
        if effect == 0.0 or float(self.power(effect, MOST_UNITS)) < power:
            raise ValueError(f"no sample finds an effect of {effect}")
        if float(self.power(effect, fewest)) >= power:
            return int(np.ceil(fewest))
        log_units = _root(
            lambda size: float(self.power(effect, np.exp(size))) - power, np.log(fewest), np.log(MOST_UNITS)
        )
        clusters = np.ceil(np.round(np.exp(log_units) / self.cluster_size, 9))
        return int(np.ceil(clusters * self.cluster_size))

    def _check(self, power: float) -> None:
        if not self.alpha < power < 1.0:
            raise ValueError(f"power is {power}; it must lie between alpha ({self.alpha}) and 1")


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    root = optimize.brentq(function, low, high)
    assert isinstance(root, float)
    return root


def _beyond(freedom: Floats, shift: Floats, critical: Floats) -> Floats:
    """Chance that a noncentral t exceeds a value; by the normal law where the series gives out."""
    with np.errstate(all="ignore"):
        exact = 1.0 - special.nctdtr(freedom, shift, critical)
    return np.where(np.isfinite(exact), exact, special.ndtr(shift - critical))
