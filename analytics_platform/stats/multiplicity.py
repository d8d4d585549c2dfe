"""Many tests at once: p-values and confidence levels that keep their promise over a family.

A family is the last axis or another one named; a test that cannot be made (NaN) is left out of it and stays
NaN. Levels are alphas to hand to an interval: what is selected and what excludes zero then agree.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def holm(p_values: ArrayLike, axis: int = -1) -> Floats:
    """Adjusted p-values: at most alpha for the chance of any false discovery, under any dependence.

    Args:
        p_values: shape (...), NaN where there is none.
        axis: the family.

    Source: Holm (1979), A simple sequentially rejective multiple test procedure.
    """
    ordered, ranks, tests = _ordered(p_values, axis)
    raised = np.maximum.accumulate(ordered * (tests - ranks), axis=-1)
    return _restored(raised, p_values, axis)


def benjamini_hochberg(p_values: ArrayLike, axis: int = -1) -> Floats:
    """Adjusted p-values: at most alpha for the expected share of false ones among the discoveries.

    Args:
        p_values: shape (...), NaN where there is none.
        axis: the family.

    Source: Benjamini and Hochberg (1995), Controlling the false discovery rate.
    """
    ordered, ranks, tests = _ordered(p_values, axis)
    scaled = ordered * tests / (ranks + 1.0)
    raised = np.flip(np.fmin.accumulate(np.flip(scaled, -1), axis=-1), -1)
    return _restored(np.where(np.isnan(ordered), np.nan, raised), p_values, axis)


def simultaneous_level(p_values: ArrayLike, alpha: float = 0.05, axis: int = -1) -> Floats:
    """The alpha at which each interval is built for all to hold together (Bonferroni): alpha / tests.

    Holm may reject where such an interval still touches zero, never the reverse.

    Args:
        p_values: shape (...), NaN where there is none.
        alpha: chance that any interval misses.
        axis: the family, which keeps length 1 in the result.
    """
    return alpha / np.maximum(_tests(p_values, axis), 1)


def selected_level(p_values: ArrayLike, alpha: float = 0.05, axis: int = -1) -> Floats:
    """The alpha at which intervals hold on average over the selected ones: alpha · selected / tests.

    Selection is Benjamini–Hochberg's at alpha; exactly the selected intervals exclude zero. With none
    selected the level is Bonferroni's.

    Args:
        p_values: shape (...), NaN where there is none.
        alpha: expected share of misses among the selected intervals.
        axis: the family, which keeps length 1 in the result.

    Source: Benjamini and Yekutieli (2005), False discovery rate-adjusted multiple confidence intervals.
    """
    selected = (benjamini_hochberg(p_values, axis) <= alpha).sum(axis, keepdims=True)
    return np.maximum(selected, 1) * simultaneous_level(p_values, alpha, axis)


def _tests(p_values: ArrayLike, axis: int) -> NDArray[np.int64]:
    return np.isfinite(np.asarray(p_values, float)).sum(axis, keepdims=True)


def _ordered(p_values: ArrayLike, axis: int) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
    """The family on the last axis from the smallest up (NaN last), the ranks from 0, the number of tests."""
    family = np.moveaxis(np.asarray(p_values, float), axis, -1)
    return np.sort(family, axis=-1), np.arange(family.shape[-1]), _tests(family, -1)


def _restored(ordered: Floats, p_values: ArrayLike, axis: int) -> Floats:
    family = np.moveaxis(np.asarray(p_values, float), axis, -1)
    back = np.argsort(np.argsort(family, axis=-1, kind="stable"), axis=-1, kind="stable")
    return np.moveaxis(np.take_along_axis(np.minimum(ordered, 1.0), back, -1), -1, axis)
