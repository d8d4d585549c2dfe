"""Drift: how far the users of today differ from those a model was fitted on, feature by feature."""

import numpy as np
import polars as pl

from analytics_platform.churn.design import Design, Floats

DRIFTED = 0.25
BINS = 5
LEAST_SHARE = 1e-4


def drifts(design: Design, before: pl.DataFrame, after: pl.DataFrame) -> dict[str, float]:
    """Population stability index of each feature; above .25 it moved.

    Args:
        design: features that matter.
        before: rows fitted on.
        after: rows of today.
    """
    numbers = {
        name: stability(before[name].cast(pl.Float64).to_numpy(), after[name].cast(pl.Float64).to_numpy())
        for name in design.numbers
    }
    categories = {
        name: stability(*(_codes(rows[name], levels) for rows in (before, after)))
        for name, levels in design.levels.items()
    }
    return {**numbers, **categories}


def stability(before: Floats, after: Floats) -> float:
    """Population stability index over fifths of `before`; unknown values are a part of their own.

    Source: Siddiqi (2006), *Credit Risk Scorecards*; equal to Jeffreys' divergence of the two histograms.
    """
    known = before[~np.isnan(before)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1])) if len(known) else np.zeros(0)
    shares = []
    for values in (before, after):
        place = np.searchsorted(edges, values, side="left")
        place[np.isnan(values)] = len(edges) + 1
        counts = np.bincount(place, minlength=len(edges) + 2)
        shares.append(np.maximum(counts / max(len(values), 1), LEAST_SHARE))
    return float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())


def _codes(values: pl.Series, levels: tuple[str, ...]) -> Floats:
    places = {level: float(place) for place, level in enumerate(levels)}
    return np.array([places.get(value, float(len(levels))) for value in values.to_list()])
