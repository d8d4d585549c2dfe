"""Certificates of what is said with a prior: it is right on average over effects drawn from that prior.

Belongs here: the Bayesian readout when its prior is true, and segment effects after shrinkage.
"""

from collections.abc import Iterator

import numpy as np

from analytics_platform.stats.arms import absolute, relative
from analytics_platform.stats.bayesian import Prior, posterior
from analytics_platform.stats.means import arm_means
from analytics_platform.stats.moments import Moments
from analytics_platform.stats.shrinkage import shrink
from analytics_platform.validation.bands import Band, about
from analytics_platform.validation.cells import (
    ALPHA,
    Cell,
    Floats,
    Outcomes,
    Target,
    average,
    coverage,
    missed,
    size,
    uniform,
)

UNITS = 20_000
RATE = 0.2
PRIOR = Prior(0.0, 0.05)
SEGMENTS = 12
SEGMENT_ERRORS = np.linspace(0.02, 0.06, SEGMENTS)
BETWEEN = 0.04


def proportions(random: np.random.Generator, units: int, rates: Floats | float, shape: int) -> Moments:
    """Moments of a binary outcome in samples of given rates, shape (shape,)."""
    share = random.binomial(units, rates, size=shape) / units
    return Moments(
        np.full(shape, float(units)), share[:, None], (units * share * (1.0 - share))[:, None, None]
    )


def simulate_bayesian(random: np.random.Generator, replications: int) -> Outcomes:
    """Conversions whose true lifts are drawn from the prior."""
    lifts = random.normal(PRIOR.mean, PRIOR.standard_deviation, replications)
    arms = arm_means(
        proportions(random, UNITS, RATE, replications),
        proportions(random, UNITS, RATE * (1.0 + lifts), replications),
    )
    seen = relative(arms, ALPHA)
    belief = posterior(seen.estimate, seen.standard_error, PRIOR, alpha=ALPHA)
    below, above = belief.low > lifts, belief.high < lifts
    ships = belief.loss_of_shipping <= belief.loss_of_holding
    lost = np.where(ships, np.maximum(-lifts, 0.0), np.maximum(lifts, 0.0))
    return {
        ("coverage", "relative"): ~(below | above),
        ("lower_miss", "relative"): below,
        ("upper_miss", "relative"): above,
        ("chance_to_win_error", "relative"): (lifts > 0.0) - belief.chance_to_win,
        ("expected_loss_error", "relative"): lost - belief.risk,
    }


def simulate_shrinkage(random: np.random.Generator, replications: int) -> Outcomes:
    """Segments whose true effects are drawn from a normal law, and segments all alike."""
    shape = (replications, SEGMENTS)
    truths = random.normal(0.02, BETWEEN, shape)
    noise = random.standard_normal(shape) * SEGMENT_ERRORS
    drawn = shrink(truths + noise, np.broadcast_to(SEGMENT_ERRORS, shape), ALPHA)
    alike = shrink(0.02 + noise, np.broadcast_to(SEGMENT_ERRORS, shape), ALPHA)
    errors = [((estimate - truths) ** 2).sum(axis=-1) for estimate in (drawn.estimate, truths + noise)]
    return {
        ("coverage", "relative"): ((drawn.low <= truths) & (truths <= drawn.high)).mean(axis=-1),
        ("squared_error_saved", "relative"): errors[1] - errors[0],
        ("false_positives", "relative"): alike.heterogeneity_p_value <= ALPHA,
        ("uniformity", "relative"): alike.heterogeneity_p_value,
    }


def simulate_flat(random: np.random.Generator, replications: int) -> Outcomes:
    """With a flat prior the credible interval is the confidence interval of a large sample."""
    arms = arm_means(
        proportions(random, UNITS, RATE, replications), proportions(random, UNITS, RATE * 1.03, replications)
    )
    seen = absolute(arms, ALPHA)
    belief = posterior(seen.estimate, seen.standard_error, Prior(0.0, float("inf")), alpha=ALPHA)
    return missed(
        type(seen)(belief.mean, belief.low, belief.high, belief.standard_deviation, seen.p_value),
        RATE * 0.03,
        "absolute",
    )


def cells() -> Iterator[Cell]:
    """The posterior with a true and with a flat prior, and shrinkage over segments."""
    note = f"{UNITS:,} units in each arm, rate {RATE:.0%}; true lifts from N(0, {PRIOR.standard_deviation}²)"
    targets = (
        *coverage("relative"),
        Target("chance_to_win_error", "relative", about(0.0, 0.01, spread=0.35), average),
        Target("expected_loss_error", "relative", about(0.0, 0.0003, spread=0.01), average),
    )
    yield Cell("bayesian", "binary", "50/50, true prior", "large", simulate_bayesian, targets, note)
    note = f"{UNITS:,} units in each arm, rate {RATE:.0%}, a lift of 3 %"
    yield Cell("bayesian", "binary", "50/50, flat prior", "large", simulate_flat, coverage("absolute"), note)
    targets = (
        Target("coverage", "relative", Band(0.95, 0.94, 0.96, spread=0.08), average),
        size("relative"),
        uniform("relative"),
    )
    note = f"{SEGMENTS} segments, errors .02 to .06, true effects from N(.02, {BETWEEN}²); mean over segments"
    yield Cell("shrinkage", "none", f"{SEGMENTS} segments", "small", simulate_shrinkage, targets, note)
