"""Batches of simulated experiments, and the band in which an error rate must lie."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def is_near(observed: float, nominal: float, replications: int) -> bool:
    """Whether a rate lies within four Monte Carlo standard errors of what it should be."""
    return abs(observed - nominal) < 4.0 * np.sqrt(nominal * (1.0 - nominal) / replications)


def covers(low: Floats, high: Floats, truth: float) -> float:
    """Share of intervals that hold the truth."""
    return float(((low <= truth) & (truth <= high)).mean())
