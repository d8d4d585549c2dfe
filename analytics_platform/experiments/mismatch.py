"""Sample-ratio mismatch: rows of `experiments.srm`. Are the arms as large as planned, in every group?"""

from typing import Any

import numpy as np
import polars as pl

from analytics_platform.experiments.plan import Plan
from analytics_platform.experiments.reasons import number_or_none
from analytics_platform.experiments.tables import SRM
from analytics_platform.stats import sample_ratio
from analytics_platform.stats.multiplicity import holm
from analytics_platform.stats.sample_ratio import ALARM

Row = dict[str, Any]

DAY = "event_date"
GROUPS = ("role", "platform", "country")


def srm(plan: Plan, counts: pl.DataFrame) -> list[Row]:
    """Tests of the planned shares, overall and within each day, role, platform and country.

    Args:
        plan: the experiment; its shares are what is tested.
        counts: units that are not excluded, in columns variant, units and as many of event_date (day of
            exposure), role, platform and country as are known.
    """
    overall = _row(plan, "overall", "all", _observed(plan, counts))
    sequential = _by_day(plan, counts) if DAY in counts.columns else {}
    if sequential:
        overall["sequential_p_value"] = min(sequential.values())
    overall["is_mismatch"] = _is_below(overall["p_value"]) or _is_below(overall["sequential_p_value"])
    scopes = [scope for scope in (DAY, *GROUPS) if scope in counts.columns]
    parts = [row for scope in scopes for row in _scope(plan, counts, scope, sequential)]
    return [overall, *_adjusted(parts)]


def is_broken(rows: list[Row]) -> bool:
    """Whether any group of units differs from the plan."""
    return any(row["is_mismatch"] for row in rows)


def _scope(plan: Plan, counts: pl.DataFrame, scope: str, sequential: dict[str, float]) -> list[Row]:
    found = counts.filter(pl.col(scope).is_not_null()).partition_by(scope, as_dict=True)
    rows = [
        _row(plan, "day" if scope == DAY else scope, str(key[0]), _observed(plan, part))
        for key, part in sorted(found.items(), key=lambda item: str(item[0][0]))
    ]
    if len(rows) == 1 and scope != DAY:
        return []
    for row in rows:
        row["sequential_p_value"] = sequential.get(row["segment"]) if scope == DAY else None
    return rows


def _adjusted(parts: list[Row]) -> list[Row]:
    """Holm over all days and groups together: they are one question, asked beside the overall one."""
    p_values = np.array([np.nan if row["p_value"] is None else row["p_value"] for row in parts])
    for row, p_value in zip(parts, holm(p_values) if parts else (), strict=True):
        row["adjusted_p_value"] = number_or_none(p_value)
        row["is_mismatch"] = _is_below(row["adjusted_p_value"])
    return parts


def _by_day(plan: Plan, counts: pl.DataFrame) -> dict[str, float]:
    """Always-valid p-values after each day, of all units so far."""
    wide = (
        counts.group_by(DAY, "variant")
        .agg(pl.col("units").sum())
        .pivot(on="variant", index=DAY, values="units")
        .sort(DAY)
        .fill_null(0)
    )
    columns = [
        wide[name].to_numpy() if name in wide.columns else np.zeros(wide.height) for name in plan.shares
    ]
    cumulative = np.cumsum(np.stack(columns, axis=-1), axis=0)
    values = sample_ratio.sequential_p_values(cumulative, list(plan.shares.values()))
    return {str(day): float(value) for day, value in zip(wide[DAY], values, strict=True)}


def _observed(plan: Plan, counts: pl.DataFrame) -> list[int]:
    totals = dict(counts.group_by("variant").agg(pl.col("units").sum()).iter_rows())
    return [int(totals.get(name, 0)) for name in plan.shares]


def _row(plan: Plan, scope: str, segment: str, observed: list[int]) -> Row:
    shares = list(plan.shares.values())
    tested = sample_ratio.mismatch(observed, shares)
    return {
        **dict.fromkeys(SRM.names),
        "experiment_id": plan.experiment_id,
        "scope": scope,
        "segment": segment,
        "unit": plan.unit,
        "units": sum(observed),
        "observed": _listed(plan, observed),
        "expected": _listed(plan, tested.expected),
        "chi_square": number_or_none(tested.chi_square),
        "degrees_of_freedom": len(shares) - 1,
        "p_value": number_or_none(tested.p_value),
        "adjusted_p_value": number_or_none(tested.p_value),
        "is_mismatch": False,
        "reason": sample_ratio.why_not(observed, shares),
    }


def _listed(plan: Plan, units: Any) -> str:
    return " · ".join(f"{name} {count:,.0f}" for name, count in zip(plan.shares, units, strict=True))


def _is_below(p_value: float | None) -> bool:
    return p_value is not None and p_value < ALARM
