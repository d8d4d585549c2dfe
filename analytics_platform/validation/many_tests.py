"""Certificates of multiplicity: promises over a family of metrics, variants or segments.

Belongs here: Holm's family-wise error, Benjamini and Hochberg's false discoveries, and the intervals that
go with each.
"""

from collections.abc import Iterator

import numpy as np
from scipy import special

from analytics_platform.stats.multiplicity import (
    benjamini_hochberg,
    holm,
    selected_level,
    simultaneous_level,
)
from analytics_platform.validation.bands import FALSE_POSITIVES, about, at_most
from analytics_platform.validation.cells import ALPHA, Cell, Floats, Outcomes, Target, average, share

TESTS = 10
EFFECTS = np.r_[np.full(4, 2.5), np.zeros(6)]
"""Expected Z of each test of a mixed family: four metrics move, six do not."""


def family(random: np.random.Generator, replications: int, effects: Floats, shared: float) -> Floats:
    """Z statistics of correlated tests, shape (replications, tests).

    Args:
        random: source of chance.
        replications: families drawn.
        effects: expected Z, shape (tests,).
        shared: correlation of any two tests.
    """
    common = random.standard_normal((replications, 1))
    own = random.standard_normal((replications, len(effects)))
    return effects + np.sqrt(shared) * common + np.sqrt(1.0 - shared) * own


def p_values(z: Floats) -> Floats:
    """Two-sided p-values of normal statistics."""
    return 2.0 * special.ndtr(-np.abs(z))


def simulate_holm(random: np.random.Generator, replications: int) -> Outcomes:
    """False discoveries without any effect, and beside real ones."""
    silent = holm(p_values(family(random, replications, np.zeros(TESTS), 0.0)))
    mixed = holm(p_values(family(random, replications, EFFECTS, 0.5)))
    return {
        ("false_positives", ""): np.any(silent <= ALPHA, axis=-1),
        ("false_positives_beside_effects", ""): np.any(mixed[:, EFFECTS == 0.0] <= ALPHA, axis=-1),
    }


def simulate_simultaneous(random: np.random.Generator, replications: int) -> Outcomes:
    """Families all of whose Bonferroni intervals hold their truths."""
    z = family(random, replications, EFFECTS, 0.0)
    reach = -special.ndtri(simultaneous_level(p_values(z), ALPHA) / 2.0)
    return {("coverage", ""): (np.abs(z - EFFECTS) <= reach).all(axis=-1)}


def simulate_discoveries(random: np.random.Generator, replications: int) -> Outcomes:
    """Share of false ones among the discoveries, and of misses among the intervals selected."""
    z = family(random, replications, EFFECTS, 0.0)
    chosen = benjamini_hochberg(p_values(z)) <= ALPHA
    reach = -special.ndtri(selected_level(p_values(z), ALPHA) / 2.0)
    selected = np.maximum(chosen.sum(axis=-1), 1)
    return {
        ("false_discoveries", ""): (chosen & (EFFECTS == 0.0)).sum(axis=-1) / selected,
        ("missed_selected", ""): (chosen & (np.abs(z - EFFECTS) > reach)).sum(axis=-1) / selected,
    }


def cells() -> Iterator[Cell]:
    """Holm, Bonferroni's intervals, and Benjamini–Hochberg with its intervals."""
    note = f"{TESTS} tests, 4 with an effect of 2.5 standard errors in a mixed family"
    level = at_most(ALPHA, FALSE_POSITIVES.high)
    # Without effects Holm's first step is Bonferroni's: that is missed by none of m.
    independent = 1.0 - (1.0 - ALPHA / TESTS) ** TESTS
    targets = (
        Target("false_positives", "", about(independent, 0.0056), share),
        Target("false_positives_beside_effects", "", level, share),
    )
    yield Cell("holm", "none", f"{TESTS} tests", "large", simulate_holm, targets, note)
    targets = (Target("coverage", "", about(1.0 - independent, 0.0056), share),)
    yield Cell(
        "bonferroni_intervals", "none", f"{TESTS} tests", "large", simulate_simultaneous, targets, note
    )
    # Independent tests make Benjamini–Hochberg exact: the share of true nulls times alpha.
    exact = about(ALPHA * float(np.mean(EFFECTS == 0.0)), 0.004, spread=0.11)
    targets = (
        Target("false_discoveries", "", exact, average),
        Target("missed_selected", "", at_most(ALPHA, FALSE_POSITIVES.high), average),
    )
    yield Cell("benjamini_hochberg", "none", f"{TESTS} tests", "large", simulate_discoveries, targets, note)
