"""How an effect is estimated: every method turns the samples of two arms into an `Estimate`.

Sources stand in the modules of `stats`. Where clusters are many, the delta method with t(G − 2) decides;
below `FEW_CLUSTERS` the jackknife (CRV3), with the wild cluster bootstrap as a second opinion, as MacKinnon,
Nielsen and Webb (2023), Cluster-robust inference: a guide to empirical practice, recommend.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from analytics_platform.experiments.plan import Goal, Looks, Plan
from analytics_platform.experiments.sample import Sample
from analytics_platform.experiments.strata import strata_of
from analytics_platform.stats import arms as two_arms
from analytics_platform.stats import bayesian, confidence_sequence, proportions, quantiles, sequential
from analytics_platform.stats.adjustment import adjusted, variance_reduction
from analytics_platform.stats.arms import ArmMeans, Interval
from analytics_platform.stats.clusters import cluster_means, jackknife, wild_bootstrap
from analytics_platform.stats.means import arm_means
from analytics_platform.stats.moments import Moments
from analytics_platform.stats.post_stratification import post_stratified
from analytics_platform.stats.ratios import linearised

FEW_CLUSTERS = 80
"""Clusters of both arms below which the jackknife decides: the delta method errs with 40 of unequal size."""

FEWEST_CLUSTERS = 5
"""Clusters of each arm below which a test errs in more than 6 % of cases, whatever its degrees of freedom."""

PRIOR = bayesian.Prior(0.0, 0.3)
"""Prior of a relative effect: normal, as if two metrics in three moved by less than 30 %."""

BOOTSTRAP_DRAWS = 1999

SHARES = ("proportion", "retention")
"""Kinds of metrics whose values are 0 or 1."""

NO_CAP = "no cap is known: it takes days before the start, or nobody has been exposed yet"
NO_VALUES = "the distribution of single units is not known, only their moments"


@dataclass(frozen=True)
class Estimate:
    """An effect by one method.

    Attributes:
        method: its name in the table of readouts.
        arms: the two means; None where the method has none.
        effect: treatment − control, in the unit of the metric.
        relative: treatment / control − 1.
        level: the two-sided alpha of these intervals at this look; below the experiment's at an interim look.
        variance_reduction: share of the plain effect's variance that was removed; None where none was tried.
        posterior: Bayesian reading of the relative effect.
        reason: why there is no effect, in words that follow "because".
        relative_reason: why there is no relative effect.
    """

    method: str
    arms: ArmMeans | None = None
    effect: Interval | None = None
    relative: Interval | None = None
    level: float = 0.05
    variance_reduction: float | None = None
    posterior: bayesian.Posterior | None = None
    reason: str | None = None
    relative_reason: str | None = None


def of_arms(method: str, arms: ArmMeans, alpha: float) -> Estimate:
    """Absolute and relative effect of two means, or the reason why not."""
    reason = two_arms.why_not(arms, alpha=alpha)
    if reason:
        return Estimate(method, arms, level=alpha, reason=reason)
    return Estimate(
        method,
        arms,
        two_arms.absolute(arms, alpha),
        two_arms.relative(arms, alpha),
        alpha,
        relative_reason=two_arms.why_not(arms, is_relative=True, alpha=alpha),
    )


def _unless(estimate: Estimate, reason: str | None) -> Estimate:
    return replace(estimate, effect=None, relative=None, reason=reason) if reason else estimate


def estimates(plan: Plan, goal: Goal, control: Sample, treatment: Sample) -> tuple[list[Estimate], str]:
    """All estimates of one effect, and the method of the decisive one."""
    if goal.kind == "quantile":
        found, best = [_of_quantile(plan, goal, control, treatment)], "quantile"
    else:
        family = _of_clusters if plan.unit == "classroom" else _of_units
        found, best = family(plan, goal, control, treatment)
    decisive = next(estimate for estimate in found if estimate.method == best)
    if decisive.reason or decisive.arms is None:
        return found, best
    found += [_posterior(goal, decisive, plan.alpha)] if not decisive.relative_reason else []
    if plan.looks.design != "fixed":
        found.append(sequentially(decisive, plan.looks_at(goal.metric), plan.alpha))
        best = found[-1].method
    return found, best


def effect_moments(goal: Goal, moments: Moments) -> Moments:
    """Moments of [y, covariates…], y linearised where the metric is a ratio."""
    if goal.kind == "ratio":
        return linearised(moments)
    return moments.select(0, *range(2, moments.variables))


def best_arms(plan: Plan, goal: Goal, control: Moments, treatment: Moments) -> ArmMeans:
    """The two means by the most precise method that moments allow; over clusters where those are units."""
    if plan.unit == "classroom":
        return cluster_means(*per_member(control, treatment))
    parts = effect_moments(goal, control), effect_moments(goal, treatment)
    return adjusted(*parts) if _has_freedom(*parts) else arm_means(*(part.select(0) for part in parts))


def sequentially(fixed: Estimate, looks: Looks, alpha: float) -> Estimate:
    """The same effect with an interval that holds at all looks together."""
    arms = fixed.arms
    assert arms is not None
    if looks.design == "confidence_sequence":
        units = arms.control_units + arms.treatment_units
        level = 2.0 * special.ndtr(-confidence_sequence.critical_values(units, looks.planned_units, alpha))
        effect, relative = (
            confidence_sequence.interval(arms, looks.planned_units, alpha, is_relative=is_relative)
            for is_relative in (False, True)
        )
    else:
        bounds = sequential.boundaries(looks.information, alpha, looks.spending, final=looks.is_last)
        level = 2.0 * special.ndtr(-bounds[-1])
        effect, relative = (
            sequential.repeated_interval(
                arms, looks.information, alpha, looks.spending, of_ratio=of_ratio, final=looks.is_last
            )
            for of_ratio in (False, True)
        )
    return replace(
        fixed,
        method=looks.design,
        effect=effect,
        relative=relative,
        level=float(level),
        relative_reason=two_arms.why_not(arms, is_relative=True, alpha=float(level)),
    )


def _of_units(plan: Plan, goal: Goal, control: Sample, treatment: Sample) -> tuple[list[Estimate], str]:
    if goal.kind == "winsorised" and not (control.moments.n or treatment.moments.n):
        return [Estimate("winsorised", reason=NO_CAP, level=plan.alpha)], "winsorised"
    parts = effect_moments(goal, control.moments), effect_moments(goal, treatment.moments)
    first = "winsorised" if goal.kind == "winsorised" else "unadjusted"
    plain = of_arms(first, arm_means(*(part.select(0) for part in parts)), plan.alpha)
    if not plain.reason and goal.kind in SHARES:
        plain = _unless(plain, proportions.why_not(*parts))
    found, best = [plain], first
    if plain.reason or plain.arms is None:
        return found, best
    strata = strata_of(goal, control, treatment)
    if strata is not None:
        found.append(_reduced("post_stratified", post_stratified(*strata), plain, plan.alpha))
        best = "post_stratified"
    if _has_freedom(*parts):
        found.append(_reduced("cuped", adjusted(*parts), plain, plan.alpha))
        best = "cuped"
    return found, best


def _of_clusters(plan: Plan, goal: Goal, control: Sample, treatment: Sample) -> tuple[list[Estimate], str]:  # noqa: ARG001
    both = per_member(control.moments, treatment.moments)
    plain = of_arms("unadjusted", cluster_means(*(part.select(0, 1) for part in both)), plan.alpha)
    plain = _unless(plain, _why_too_few(control.moments, treatment.moments)) if not plain.reason else plain
    if plain.reason:
        return [plain], "unadjusted"
    found = [plain, _reduced("cluster_delta", cluster_means(*both), plain, plan.alpha)]
    if control.clusters is None or treatment.clusters is None:
        return found, "cluster_delta"
    few = of_arms("cluster_jackknife", jackknife(control.clusters, treatment.clusters), plan.alpha)
    found += [few, _wild(few, control, treatment)]
    clusters = control.moments.n + treatment.moments.n
    return found, "cluster_jackknife" if clusters < FEW_CLUSTERS else "cluster_delta"


def _why_too_few(control: Moments, treatment: Moments) -> str | None:
    for name, arm in (("control", control), ("treatment", treatment)):
        if arm.n < FEWEST_CLUSTERS:
            return f"the {name} arm has {float(arm.n):.0f} clusters, and an interval needs {FEWEST_CLUSTERS}"
    return None


def _wild(few: Estimate, control: Sample, treatment: Sample) -> Estimate:
    """The jackknife's interval with the bootstrap's p-value; the same draws at every reading."""
    if few.reason or few.effect is None or few.relative is None:
        return replace(few, method="cluster_wild")
    assert control.clusters is not None
    assert treatment.clusters is not None
    p_value = wild_bootstrap(control.clusters, treatment.clusters, np.random.default_rng(20), BOOTSTRAP_DRAWS)
    return replace(
        few,
        method="cluster_wild",
        effect=replace(few.effect, p_value=p_value),
        relative=replace(few.relative, p_value=p_value),
    )


def _of_quantile(plan: Plan, goal: Goal, control: Sample, treatment: Sample) -> Estimate:
    one, other = (_quantile(goal, arm) for arm in (control, treatment))
    if one is None or other is None:
        return Estimate("quantile", reason=NO_VALUES, level=plan.alpha)
    reason = quantiles.why_not(one, other)
    return _unless(of_arms("quantile", quantiles.arm_quantiles(one, other), plan.alpha), reason)


def _quantile(goal: Goal, arm: Sample) -> quantiles.Quantile | None:
    """From rows where there are some (over clusters where those are units), else from the histogram."""
    share = goal.quantile or 0.5
    if arm.values is not None and arm.cluster_of is not None:
        return quantiles.from_clusters(arm.values, arm.cluster_of, share)
    if arm.values is not None:
        return quantiles.from_rows(np.sort(arm.values), share)
    return None if arm.histogram is None else quantiles.from_histogram(arm.histogram, share)


def _reduced(method: str, arms: ArmMeans, plain: Estimate, alpha: float) -> Estimate:
    assert plain.arms is not None
    estimate = of_arms(method, arms, alpha)
    return replace(estimate, variance_reduction=float(variance_reduction(plain.arms, arms)))


def _posterior(goal: Goal, decisive: Estimate, alpha: float) -> Estimate:
    assert decisive.arms is not None
    posterior = bayesian.posterior(decisive.arms, PRIOR, alpha=alpha, higher_is_better=goal.sign > 0)
    return replace(decisive, method="bayesian", posterior=posterior, level=alpha)


def per_member(control: Moments, treatment: Moments) -> tuple[Moments, Moments]:
    """Moments of clusters, their covariates as deviations from what their size leads to expect."""
    total = control + treatment
    matrix = np.eye(control.variables)
    matrix[2:, 1] = -total.mean[2:] / total.mean[1] if total.mean[1] else 0.0
    return control.transform(matrix), treatment.transform(matrix)


def _has_freedom(control: Moments, treatment: Moments) -> bool:
    """Whether there are covariates that vary, and units enough to fit their slopes."""
    spread = np.diagonal(control.cross + treatment.cross)[1:]
    fewest = min(float(control.n), float(treatment.n))
    return bool((spread > 0.0).any()) and fewest > control.variables + 1
