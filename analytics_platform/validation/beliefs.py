"""Certificates of what is said with a prior: it is right on average over effects drawn from that prior.

Belongs here: the Bayesian readout when its prior is true, and segment effects after shrinkage.
"""

from collections.abc import Iterator
from functools import partial

import numpy as np

from analytics_platform.stats.arms import Interval
from analytics_platform.stats.bayesian import FLAT, Prior, posterior
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
PRIOR = Prior(0.0, 0.3)
"""The prior of the readouts."""
LEAST_LIFT = -0.9
"""Where one draw in a thousand ends: nobody at all would leave no error to estimate."""
WEAK_UNITS = 2_000
WEAK_RATE = 0.05
SEGMENTS = 12
SEGMENT_ERRORS = np.linspace(0.02, 0.06, SEGMENTS)
BETWEEN = 0.04


def proportions(random: np.random.Generator, units: int, rates: Floats | float, shape: int) -> Moments:
    """Moments of a binary outcome in samples of given rates, shape (shape,)."""
    share = random.binomial(units, rates, size=shape) / units
    return Moments(
        np.full(shape, float(units)), share[:, None], (units * share * (1.0 - share))[:, None, None]
    )


def simulate_bayesian(units: int, rate: float, random: np.random.Generator, replications: int) -> Outcomes:
    """Conversions whose true lifts are drawn from the prior."""
    lifts = np.maximum(random.normal(PRIOR.mean, PRIOR.standard_deviation, replications), LEAST_LIFT)
    arms = arm_means(
        proportions(random, units, rate, replications),
        proportions(random, units, rate * (1.0 + lifts), replications),
    )
    belief = posterior(arms, PRIOR, alpha=ALPHA)
    below, above = belief.low > lifts, belief.high < lifts
    ships = belief.loss_of_shipping <= belief.loss_of_holding
    lost = np.where(ships, np.maximum(-lifts, 0.0), np.maximum(lifts, 0.0))
    return {
        ("coverage", "relative"): ~(below | above),
        ("lower_miss", "relative"): below,
        ("upper_miss", "relative"): above,
        ("answered", "relative"): np.isfinite(belief.low) & np.isfinite(belief.high),
        ("chance_to_win_error", "relative"): (lifts > 0.0) - belief.chance_to_win,
        ("chance_to_win_gain", "relative"): ((lifts > 0.0) - 0.5) * (belief.chance_to_win - 0.5),
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
    belief = posterior(arms, FLAT, alpha=ALPHA)
    interval = Interval(belief.mean, belief.low, belief.high, belief.standard_deviation, belief.chance_to_win)
    return missed(interval, 0.03, "relative")


def expected_gain(units: int, rate: float) -> float:
    """E[(p − ½)²] of an ideal chance to win p where lifts and errors are normal: nothing for a coin.

    Source: Owen (1980), A table of normal integrals, for E[Φ(z)²].
    """
    error = np.sqrt(2.0 * (1.0 - rate) / (rate * units))
    return float(np.arctan(np.sqrt(1.0 + 2.0 * (PRIOR.standard_deviation / error) ** 2)) / np.pi - 0.25)


def cells() -> Iterator[Cell]:
    """The posterior with a true and with a flat prior, and shrinkage over segments."""
    for sample, units, rate in (("small", WEAK_UNITS, WEAK_RATE), ("large", UNITS, RATE)):
        targets = (
            *coverage("relative"),
            Target("chance_to_win_error", "relative", about(0.0, 0.01, spread=0.35), average),
            Target("chance_to_win_gain", "relative", about(expected_gain(units, rate), 0.01, 0.1), average),
            Target("expected_loss_error", "relative", about(0.0, 0.0015, spread=0.05), average),
        )
        note = (
            f"{units:,} units in each arm, rate {rate:.0%}; true lifts from N(0, {PRIOR.standard_deviation}²)"
        )
        simulate = partial(simulate_bayesian, units, rate)
        yield Cell("bayesian", "binary", "50/50, true prior", sample, simulate, targets, note)
    note = f"{UNITS:,} units in each arm, rate {RATE:.0%}, a lift of 3 %"
    yield Cell("bayesian", "binary", "50/50, flat prior", "large", simulate_flat, coverage("relative"), note)
    saved = float((SEGMENT_ERRORS**4 / (SEGMENT_ERRORS**2 + BETWEEN**2)).sum())
    targets = (
        Target(
            "squared_error_saved", "relative", Band(saved, 0.5 * saved, 1.05 * saved, spread=saved), average
        ),
        Target("coverage", "relative", Band(0.95, 0.94, 0.96, spread=0.08), average),
        size("relative"),
        uniform("relative"),
    )
    note = f"{SEGMENTS} segments, errors .02 to .06, true effects from N(.02, {BETWEEN}²); mean over segments"
    yield Cell("shrinkage", "none", f"{SEGMENTS} segments", "small", simulate_shrinkage, targets, note)
