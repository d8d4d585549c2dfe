"""Results of a small world, planted and estimated, as the tables that recovery reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl
import pyarrow as pa

from analytics_platform.experiments.catalogue import Catalogue, Experiment
from analytics_platform.experiments.causal.tables import EFFECTS_SCHEMA
from analytics_platform.experiments.tables import TABLES

Row = dict[str, Any]

START, END = date(2025, 9, 10), date(2025, 10, 7)
TRUTH = {
    "effect_id": pl.String,
    "metric": pl.String,
    "population": pl.String,
    "first_date": pl.Date,
    "last_date": pl.Date,
    "users": pl.Int64,
    "control_mean": pl.Float64,
    "effect": pl.Float64,
    "relative_effect": pl.Float64,
}


def planted(
    effect_id: str, metric: str, relative: float | None, population: str = "all", **columns: Any
) -> Row:
    """A planted effect on a mean of 4."""
    return {
        "effect_id": effect_id,
        "metric": metric,
        "population": population,
        "first_date": START,
        "last_date": END,
        "users": 1000,
        "control_mean": 4.0,
        "effect": 4.0 * (relative or 0.0),
        "relative_effect": relative,
        **columns,
    }


def readout(experiment_id: str, metric: str, estimate: float, reach: float, **columns: Any) -> Row:
    """A decisive unadjusted readout at the end: relative effect ± reach on a mean of 4."""
    return {
        "experiment_id": experiment_id,
        "as_of_date": END,
        "variant": "treatment",
        "metric": metric,
        "method": "unadjusted",
        "is_decisive": True,
        "control_mean": 4.0,
        "relative_effect": estimate,
        "relative_low": estimate - reach,
        "relative_high": estimate + reach,
        **columns,
    }


def observed(method: str, estimate: float, reach: float, **columns: Any) -> Row:
    """An estimate of what a first quiz does to return: an absolute one, on a mean of 0.1."""
    return {
        "analysis_id": "quiz_adoption",
        "design": "adoption",
        "method": method,
        "is_recommended": method == "dml",
        "control_mean": 0.1,
        "effect": estimate / 10,
        "effect_low": (estimate - reach) / 10,
        "effect_high": (estimate + reach) / 10,
        **columns,
    }


def experiment(experiment_id: str, **changes: Any) -> Experiment:
    return Experiment.model_validate(
        {
            "id": experiment_id,
            "hypothesis": "It helps.",
            "variants": {"control": 0.5, "treatment": 0.5},
            "start_date": START,
            "end_date": END,
            "primary": "active_days",
            "minimum_effect": 0.05,
            **changes,
        }
    )


@dataclass
class Results:
    """Tables of a lake, empty unless rows are given."""

    effects: list[Row] = field(default_factory=list[Row])
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
    readouts: list[Row] = field(default_factory=list[Row])
    segments: list[Row] = field(default_factory=list[Row])
    observational: list[Row] = field(default_factory=list[Row])
    decisions: list[Row] = field(default_factory=list[Row])
    srm: list[Row] = field(default_factory=list[Row])
    exposures: list[Row] = field(default_factory=list[Row])
    user_days: list[Row] = field(default_factory=list[Row])
    users: list[Row] = field(default_factory=list[Row])
    experiments: list[Experiment] = field(default_factory=list[Experiment])

    def scan(self, table: str) -> pl.LazyFrame:
        schemas = {**TABLES, "experiments.observational_effects": EFFECTS_SCHEMA}
        rows = {
            "experiments.readouts": self.readouts,
            "experiments.segment_effects": self.segments,
            "experiments.observational_effects": self.observational,
            "experiments.decisions": self.decisions,
            "experiments.srm": self.srm,
        }
        if table in rows:
            return pl.LazyFrame(pl.DataFrame(pa.Table.from_pylist(rows[table], schemas[table])))
        if table == "truth.parameters":
            return pl.LazyFrame(
                {"parameter": list(self.parameters), "value": list(self.parameters.values())},
                {"parameter": pl.String, "value": pl.String},
            )
        if table == "truth.effects":
            return pl.LazyFrame(self.effects, TRUTH)
        return pl.LazyFrame(
            {
                "experiments.exposures": self.exposures,
                "activity.user_days": self.user_days,
                "raw.users": self.users,
            }[table]
        )

    @property
    def catalogue(self) -> Catalogue:
        return Catalogue({one.id: one for one in self.experiments})
