"""Certificates of uplift: a ranking that knows nothing earns nothing.

Belongs here: Qini's coefficient of a useless ranking, and of a good one whose worth is known.
"""

from collections.abc import Iterator

import numpy as np

from analytics_platform.stats.uplift.estimates import mean
from analytics_platform.stats.uplift.qini import qini
from analytics_platform.validation.cells import ALPHA, Cell, Outcomes, coverage, size

UNITS = 2_000
EFFECT_SPREAD = 0.5


def simulate(random: np.random.Generator, replications: int) -> Outcomes:
    """Scores of units whose effects vary, ranked at random and by their true effects."""
    effects, noise, useless = random.standard_normal((3, replications, UNITS))
    scores = 0.2 + EFFECT_SPREAD * effects + 2.0 * noise
    silent, told = mean(qini(scores, useless), ALPHA), mean(qini(scores, effects), ALPHA)
    # Mean lead of the best share u over chance: the integral of φ(Φ⁻¹(u)) over u, 1 / (2√π) spreads.
    worth = EFFECT_SPREAD / (2.0 * np.sqrt(np.pi))
    return {
        ("false_positives", "absolute"): (silent.low > 0.0) | (silent.high < 0.0),
        ("coverage", "absolute"): (told.low <= worth) & (worth <= told.high),
        ("answered", "absolute"): np.isfinite(told.low) & np.isfinite(told.high),
        ("lower_miss", "absolute"): told.low > worth,
        ("upper_miss", "absolute"): told.high < worth,
    }


def cells() -> Iterator[Cell]:
    """One cell."""
    note = f"{UNITS:,} units; no ranking, then the true one"
    targets = (size(), *coverage("absolute"))
    yield Cell("qini", "mean", "50/50", "large", simulate, targets, note, block=250)
