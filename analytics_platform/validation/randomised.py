"""Certificates of the readouts of a simple A/B test: plain, adjusted, stratified and winsorised.

Belongs here: every metric kind × method × allocation × sample size, once without and once with an effect.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from analytics_platform.stats.adjustment import adjusted
from analytics_platform.stats.arms import ArmMeans
from analytics_platform.stats.means import arm_means
from analytics_platform.stats.post_stratification import post_stratified
from analytics_platform.stats.power import Design
from analytics_platform.stats.ratios import linearised
from analytics_platform.validation.bands import about
from analytics_platform.validation.cells import (
    Cell,
    Floats,
    Outcomes,
    Target,
    coverage,
    null_outcomes,
    planted_outcomes,
    power,
    size,
    uniform,
)
from analytics_platform.validation.planted_metrics import METRICS, PlantedMetric
from analytics_platform.validation.populations import Arm

DESIGNS = {"50/50": 0.5, "10/90": 0.1}
"""Share of the units in the control arm."""

Estimate = Callable[[Arm, Floats, Arm, Floats], ArmMeans]
"""A readout from both arms and their samples, counts by kind of unit."""


def unadjusted(control: Arm, control_counts: Floats, treatment: Arm, treatment_counts: Floats) -> ArmMeans:
    """Welch's comparison of the outcome alone."""
    return arm_means(control.moments(control_counts).select(0), treatment.moments(treatment_counts).select(0))


def cuped(control: Arm, control_counts: Floats, treatment: Arm, treatment_counts: Floats) -> ArmMeans:
    """Regression adjustment by all covariates."""
    return adjusted(control.moments(control_counts), treatment.moments(treatment_counts))


def stratified(control: Arm, control_counts: Floats, treatment: Arm, treatment_counts: Floats) -> ArmMeans:
    """Post-stratification by thirds of the first covariate."""
    return post_stratified(
        control.moments_by_stratum(control_counts), treatment.moments_by_stratum(treatment_counts)
    )


def cuped_around_known_center(
    control: Arm, control_counts: Floats, treatment: Arm, treatment_counts: Floats
) -> ArmMeans:
    """Regression adjustment that forgets that the mean of the covariates is estimated: wrong on purpose."""
    arms = control.moments(control_counts), treatment.moments(treatment_counts)
    center = (arms[0] + arms[1]).mean[..., 1:]
    residuals = []
    for one in arms:
        slopes = np.linalg.solve(one.cross[..., 1:, 1:], one.cross[..., 1:, :1])[..., 0]
        weights = np.concatenate([np.ones_like(slopes[..., :1]), -slopes], axis=-1)[..., None, :]
        residuals.append(
            one.transform(np.asarray(weights, np.float64), (slopes * center).sum(axis=-1, keepdims=True))
        )
    return arm_means(*residuals)


def ratio(control: Arm, control_counts: Floats, treatment: Arm, treatment_counts: Floats) -> ArmMeans:
    """Ratio of totals by the delta method."""
    arms = control.moments(control_counts), treatment.moments(treatment_counts)
    return arm_means(*(linearised(arm.select(0, 1)) for arm in arms))


def ratio_cuped(control: Arm, control_counts: Floats, treatment: Arm, treatment_counts: Floats) -> ArmMeans:
    """Ratio of totals, linearised and adjusted."""
    return adjusted(
        linearised(control.moments(control_counts)), linearised(treatment.moments(treatment_counts))
    )


ESTIMATES: dict[str, Estimate] = {
    "unadjusted": unadjusted,
    "cuped": cuped,
    "post_stratified": stratified,
    "winsorised": unadjusted,
}


@dataclass(frozen=True)
class Trial:
    """A simple experiment on a planted metric.

    Attributes:
        metric: what is measured.
        estimate: the readout under test.
        control_units: units in the control arm.
        treatment_units: units in the treatment arm.
    """

    metric: PlantedMetric
    estimate: Estimate
    control_units: int
    treatment_units: int

    def simulate(self, random: np.random.Generator, replications: int) -> Outcomes:
        """Samples of a control arm, beside a treatment without effect and one with it."""
        control, treatment = self.metric.control, self.metric.treatment
        held = control.sample(random, self.control_units, replications)
        idle = control.sample(random, self.treatment_units, replications)
        treated = treatment.sample(random, self.treatment_units, replications)
        return {
            **null_outcomes(self.estimate(control, held, control, idle)),
            **planted_outcomes(
                self.estimate(control, held, treatment, treated), self.metric.effect, self.metric.lift
            ),
        }

    def expected_power(self) -> float:
        """Power of a t test by `stats.power`, with the error that an adjusted mean has in the populations."""
        units = self.control_units + self.treatment_units
        if self.estimate in {cuped, ratio_cuped}:
            error = self.metric.adjusted_error(self.control_units, self.treatment_units)
            # The smaller arm rules the error, and with it how far a t statistic strays.
            fewest = 2.0 * min(self.control_units, self.treatment_units)
            return float(Design(error**2 * fewest / 4.0).power(self.metric.effect, fewest))
        control, treatment = self.metric.variances
        design = Design(control, treatment, self.treatment_units / units)
        return float(design.power(self.metric.effect, units))


def trial_cell(method: str, kind: str, design: str, sample: str, estimate: Estimate) -> Cell:
    """A cell of the matrix: false positives without an effect, coverage and power with one.

    The sample `enough` has as many units as a lopsided metric needs where arms are of unequal size.
    """
    metric = winsorised(METRICS[kind]) if method == "winsorised" else METRICS[kind]
    is_grown = sample in {"enough", "large"} and design == "10/90"
    units = metric.units["large" if sample == "large" else "small"] * (metric.growth if is_grown else 1)
    control_units = round(units * DESIGNS[design])
    trial = Trial(metric, estimate, control_units, units - control_units)
    targets: tuple[Target, ...] = (size(), size("relative"))
    if not (kind in {"binary", "rare_binary"} and method == "unadjusted" and sample != "large"):
        targets += (uniform(),)
    targets += (*coverage("absolute"), *coverage("relative"))
    if method in {"unadjusted", "cuped"} and sample != "large":
        targets += (power(about(trial.expected_power(), 0.02)),)
    note = f"{control_units:,} control and {units - control_units:,} treatment units"
    return Cell(method, kind, design, sample, trial.simulate, targets, note)


def winsorised(metric: PlantedMetric) -> PlantedMetric:
    """The metric capped at the 99th percentile of the control arm, as frozen before the experiment."""
    values, chances = metric.control.values[:, 0], metric.control.chances
    order = np.argsort(values)
    cap = values[order][np.searchsorted(np.cumsum(chances[order]), 0.99)]
    arms = [arm.with_outcome(np.minimum(arm.values[:, 0], cap)) for arm in (metric.control, metric.treatment)]
    return PlantedMetric(arms[0], arms[1], {"small": 4_000, "large": 400_000}, growth=25)


def cells() -> Iterator[Cell]:
    """All cells of simple experiments."""
    for kind in METRICS:
        for method, estimate in _methods(kind).items():
            for design in DESIGNS:
                yield from _samples(method, kind, design, estimate)
    yield _skewed()
    yield _known_center()


def _samples(method: str, kind: str, design: str, estimate: Estimate) -> Iterator[Cell]:
    """Cells by sample size; of too few units in unequal arms one method, shown as what it cannot do."""
    metric = winsorised(METRICS[kind]) if method == "winsorised" else METRICS[kind]
    is_lopsided = design == "10/90" and metric.growth > 1
    yield trial_cell(method, kind, design, "enough" if is_lopsided else "small", estimate)
    yield trial_cell(method, kind, design, "large", estimate)
    if is_lopsided and method in {"unadjusted", "winsorised"}:
        small = trial_cell(method, kind, design, "small", estimate)
        said = f"limit: {small.note}; so skewed a metric in unequal arms takes {metric.growth} times as many"
        yield replace(small, targets=_tails(small.targets)).shown_failing(said)


def _tails(targets: tuple[Target, ...]) -> tuple[Target, ...]:
    kept = {"false_positives", "lower_miss", "upper_miss"}
    return tuple(target for target in targets if target.quantity in kept and target.effect_kind == "absolute")


def _skewed() -> Cell:
    """What so few users cannot give, however the interval is made from two means and their errors."""
    trial = Trial(METRICS["heavy_tail"], unadjusted, 200, 1_800)
    note = "limit: 200 control units of skewness 5; use a cap (winsorised), equal arms or more units"
    tails = tuple(target for target in coverage("absolute") if target.quantity != "coverage")
    return Cell("unadjusted", "heavy_tail", "10/90", "tiny", trial.simulate, tails, note, is_shipped=False)


def _known_center() -> Cell:
    """Slopes by arm, with the covariates' common mean taken for known."""
    trial = Trial(METRICS["mean"], cuped_around_known_center, 200, 200)
    note = "foil: slopes differ by arm and their Δθ² term is left out of the variance; about 90 % coverage"
    targets = coverage("absolute", with_tails=False)
    return Cell(
        "cuped_without_center", "mean", "50/50", "small", trial.simulate, targets, note, is_shipped=False
    )


def _methods(kind: str) -> dict[str, Estimate]:
    if kind == "ratio":
        return {"unadjusted": ratio, "cuped": ratio_cuped}
    return {name: one for name, one in ESTIMATES.items() if name != "winsorised" or kind == "heavy_tail"}
