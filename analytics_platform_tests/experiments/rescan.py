"""The ledger by other means: every unit's days read again for each day, two passes of numpy, no SQL."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from analytics_platform.experiments.catalogue import Experiment
from analytics_platform.experiments.moments_of import VARIABLES
from analytics_platform.metrics.outcomes import OUTCOMES, Outcome
from analytics_platform.stats.moments import Moments
from analytics_platform_tests.raw_rows import Row

DIMENSIONS = ("overall", "role", "platform", "country", "plan")
Key = tuple[date, str, str, str, str, date]


def rescanned(
    user_days: Iterable[Row],
    exposures: pl.DataFrame,
    experiment: Experiment,
    as_of: date,
    caps: dict[str, float],
) -> dict[Key, Moments]:
    """Moments of [y, k, x1, x2] by (day, metric, variant, dimension, segment, cohort)."""
    found: dict[Key, Moments] = {}
    members = [
        row
        for row in exposures.filter(pl.col("experiment_id") == experiment.id).to_dicts()
        if row["excluded_date"] is None or row["excluded_date"] > as_of
    ]
    cohorts: dict[int, date] = {}
    for row in exposures.filter(pl.col("experiment_id") == experiment.id).to_dicts():
        if row["excluded_date"] is None or row["excluded_date"] > row["event_date"]:
            cohorts[row["unit_id"]] = min(row["event_date"], cohorts.get(row["unit_id"], row["event_date"]))
    days = defaultdict(list)
    for row in user_days:
        days[row["user_id"]].append(row)
    for metric, _ in experiment.metrics:
        outcome = OUTCOMES[metric]
        age = experiment.conversion_window_days if outcome.last_day is None else outcome.last_day
        final = experiment.end + timedelta(days=age or 0)
        if outcome.kind == "winsorised" and metric not in caps:
            continue
        if outcome.kind == "quantile" or not experiment.start <= as_of <= final:
            continue
        mature = [row for row in members if row["event_date"] + timedelta(days=age or 0) <= as_of]
        groups: dict[tuple[str, str, str, date], dict[int, np.ndarray]] = defaultdict(dict)
        for row in mature:
            values = _values(days[row["user_id"]], row, experiment, outcome, as_of, age, caps.get(metric))
            for dimension in DIMENSIONS:
                is_all = dimension == "overall"
                segment = "all" if is_all else row[dimension]
                cohort = cohorts[row["unit_id"]] if is_all else experiment.start
                units = groups[row["variant"], dimension, segment, cohort]
                units[row["unit_id"]] = units.get(row["unit_id"], 0) + values
        for group, units in groups.items():
            found[(as_of, metric, *group)] = Moments.of(np.array(list(units.values())))
    return found


def stored_moments(ledger: pl.DataFrame) -> dict[Key, tuple[float, np.ndarray, np.ndarray]]:
    """Rows of the ledger in the same form."""
    found = {}
    for row in ledger.to_dicts():
        key = tuple(
            row[name] for name in ("event_date", "metric", "variant", "dimension", "segment", "cohort_date")
        )
        count = 4 if row["mean_x2"] is not None else 3
        names = VARIABLES[:count]
        cross = [
            [row[f"cross_{a}{b}" if i <= j else f"cross_{b}{a}"] for j, b in enumerate(names)]
            for i, a in enumerate(names)
        ]
        found[key] = (row["units"], np.array([row[f"mean_{name}"] for name in names]), np.array(cross))
    return found


def worst_error(ledger: pl.DataFrame, expected: dict[Key, Moments]) -> float:
    """The largest relative difference of any count, mean or cross-product; cross-products beside
    their spread, or beside the mean where units are all alike.

    A key that one of them lacks is an infinite difference.
    """
    found = stored_moments(ledger)
    if found.keys() != expected.keys():
        return float("inf")
    worst = 0.0
    for key, (units, mean, cross) in found.items():
        other = expected[key].select(*range(len(mean)))
        spread = np.sqrt(np.diagonal(other.cross))
        spread = np.where(spread > 1e-10 * np.abs(other.mean), spread, np.maximum(np.abs(other.mean), 1e-9))
        worst = max(
            worst,
            abs(units - other.n),
            float((np.abs(mean - other.mean) / np.maximum(np.abs(other.mean), 1e-9)).max()),
            float((np.abs(cross - other.cross) / (spread[:, None] * spread)).max()),
        )
    return float(worst)


def _values(
    rows: list[Row],
    member: dict[str, Any],
    experiment: Experiment,
    outcome: Outcome,
    as_of: date,
    age: int | None,
    cap: float | None,
) -> np.ndarray:
    exposed = member["event_date"]
    last = min(as_of, experiment.end if age is None else exposed + timedelta(days=age))
    after = [row for row in rows if exposed + timedelta(days=outcome.first_day) <= row["event_date"] <= last]
    before = [row for row in rows if 1 <= (exposed - row["event_date"]).days <= experiment.pre_period_days]
    y = _total(after, outcome.numerator)
    k = _total(after, outcome.denominator) if outcome.denominator else 1.0
    names = [*dict.fromkeys((*outcome.counts, *experiment.covariates))][:2]
    x = [_total(before, name) for name in names] + [0.0] * (2 - len(names))
    if outcome.is_share:
        y = float(y > 0)
    if outcome.kind == "winsorised" and cap is not None:
        y, x[0] = min(y, cap), min(x[0], cap)
    return np.array([y, k, *x])


def _total(rows: list[Row], name: str) -> float:
    return float(sum(row["is_active"] if name == "active_days" else row[name] for row in rows))
