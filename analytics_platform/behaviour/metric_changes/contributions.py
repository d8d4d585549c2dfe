"""Rows of one comparison: every metric taken apart by every dimension, with intervals and what is notable."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from scipy import stats

from analytics_platform.behaviour.metric_changes.measures import (
    DIMENSIONS,
    MEASURED,
    OVERALL,
    Division,
    divide,
)
from analytics_platform.behaviour.metric_changes.periods import Comparison
from analytics_platform.metrics import Metric
from analytics_platform.stats.decomposition import (
    D0,
    D1,
    Y0,
    Y1,
    Term,
    Totals,
    count_split,
    count_terms,
    ratio_split,
    ratio_terms,
)
from analytics_platform.stats.multiplicity import benjamini_hochberg

ALPHA = 0.05
LEAST_CLUSTERS = 30
COUNTED = {name for name, metric in MEASURED.items() if not metric.is_ratio}
FAMILIES = {"mix": "parts", "excess": "parts", "proportional": "shadow"}
"""Components judged together; all others with their like."""
SPLIT = {"sessions", "events", "engagement_seconds", "ratings", "paywall_views", "trial_starts"}
"""Counts that active people make, so that they split into how many were active and how much each did."""

Row = dict[str, Any]


@dataclass(frozen=True)
class _Part:
    """A component with its values before and after in each segment."""

    term: Term
    before: np.ndarray
    after: np.ndarray


def contributions(rows: pl.DataFrame, comparison: Comparison, metrics: Iterable[Metric]) -> list[Row]:
    """Rows of `behaviour.metric_changes` without words.

    Args:
        rows: of `Comparison.counts`.
        comparison: what is compared.
        metrics: which are taken apart; one that nobody has in one of the periods gives no rows.
    """
    if rows.is_empty():
        return []
    divisions = [divide(rows, dimension) for dimension in (OVERALL, *DIMENSIONS)]
    found = [row for metric in metrics for row in _of_metric(metric, divisions)]
    _bound(found)
    _judge(found)
    return [{"comparison": comparison.kind, "as_of_date": comparison.as_of, **row} for row in found]


def _of_metric(metric: Metric, divisions: Iterable[Division]) -> Iterator[Row]:
    for division in divisions:
        totals = division.of(metric)
        known = totals.overall[[D0, D1]] if metric.is_ratio else totals.overall[[Y0, Y1]].max(keepdims=True)
        if np.any(known == 0.0):
            return
        is_there = totals.segments[:, [Y0, D0, Y1, D1] if metric.is_ratio else [Y0, Y1]].any(axis=1)
        if division.dimension == OVERALL or is_there.sum() > 1:
            yield from _of_division(metric, division, totals, np.flatnonzero(is_there))


def _of_division(metric: Metric, division: Division, totals: Totals, places: np.ndarray) -> Iterator[Row]:
    parts = _overall(metric, totals) if division.dimension == OVERALL else _segments(metric, totals)
    base = totals.overall[Y0] / totals.overall[D0] if metric.is_ratio else totals.overall[Y0]
    clusters = totals.clusters[:, [D0, D1] if metric.is_ratio else [Y0, Y1]].max(axis=1)
    people = division.people(metric)
    for at in places:
        for component, part in parts.items():
            value = float(part.term.value[at])
            yield {
                "metric": metric.name,
                "dimension": division.dimension,
                "segment": division.segments[at],
                "component": component,
                "before_value": _number(float(part.before[at])),
                "after_value": _number(float(part.after[at])),
                "contribution": value,
                "relative_contribution": value / float(base) if base else None,
                "users": int(people[at]),
                "_error": float(part.term.standard_error[at]),
                "_clusters": int(clusters[at]),
            }


def _overall(metric: Metric, totals: Totals) -> dict[str, _Part]:
    y0, d0, y1, d1 = (totals.overall[[place]] for place in range(4))
    if metric.is_ratio:
        values = {"total": (y0 / d0, y1 / d1), "numerator": (y0, y1), "denominator": (d0, d1)}
        terms = ratio_split(totals)
    else:
        terms = count_split(totals) if metric.name in SPLIT else {"total": count_terms(totals)["total"]}
        below = [np.where(d == 0.0, np.nan, d) for d in (d0, d1)]
        values = {"total": (y0, y1), "users": (d0, d1), "per_user": (y0 / below[0], y1 / below[1])}
    return {name: _Part(term, *values[name]) for name, term in terms.items()}


def _segments(metric: Metric, totals: Totals) -> dict[str, _Part]:
    y0, d0, y1, d1 = totals.segments.T
    if metric.is_ratio:
        whole = totals.overall
        rates = tuple(y / np.where(d == 0.0, np.nan, d) for y, d in ((y0, d0), (y1, d1)))
        values = {"total": rates, "mix": (d0 / whole[D0], d1 / whole[D1]), "rate": rates, "excess": rates}
        terms = ratio_terms(totals)
    else:
        terms = count_terms(totals)
        usual = y0 + terms["proportional"].value if "proportional" in terms else y0
        values = {"total": (y0, y1), "proportional": (y0, usual), "excess": (usual, y1)}
    return {name: _Part(term, *values[name]) for name, term in terms.items()}


def _bound(rows: list[Row]) -> None:
    """95 % limits and p-values by Student's t over clusters; none where these are too few."""
    value, error, clusters = (
        np.array([row.pop(name) if name[0] == "_" else row[name] for row in rows], float)
        for name in ("contribution", "_error", "_clusters")
    )
    error = np.where(clusters >= LEAST_CLUSTERS, error, np.nan)
    freedom = np.maximum(clusters - 1, 1)
    reach = stats.t.ppf(1 - ALPHA / 2, freedom) * error
    p_values = 2 * stats.t.sf(np.abs(value) / np.where(error > 0, error, np.nan), freedom)
    for row, low, high, p_value in zip(rows, value - reach, value + reach, p_values, strict=True):
        if row["component"] == "total" and row["before_value"] is not None and row["metric"] in COUNTED:
            low = max(low, -row["before_value"])  # noqa: PLW2901 - a count loses no more than all of itself
        row["contribution_low"], row["contribution_high"] = _number(low), _number(high)
        row["p_value"] = _number(p_value)


def _judge(rows: list[Row]) -> None:
    """Adjust p-values within families: overall rows, parts of segments, totals of segments."""
    families: dict[tuple[bool, str], list[Row]] = {}
    for row in rows:
        is_overall = row["dimension"] == OVERALL
        family = "all" if is_overall else FAMILIES.get(row["component"], "totals")
        families.setdefault((is_overall, family), []).append(row)
    for family in families.values():
        raw = [np.nan if row["p_value"] is None else row["p_value"] for row in family]
        for row, adjusted in zip(family, benjamini_hochberg(raw), strict=True):
            row["p_value"] = _number(adjusted)
            row["is_notable"] = bool(adjusted < ALPHA)


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def named(rows: Iterable[Mapping[str, Any]], **equal: object) -> list[Row]:
    """The rows whose columns equal the values given."""
    return [dict(row) for row in rows if all(row[name] == value for name, value in equal.items())]
