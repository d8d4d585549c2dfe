"""What the tables of LLM quality say of the simulated world, beside what was planted."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from scipy.stats import rankdata

from analytics_platform.lakehouse import Engine
from analytics_platform.lakehouse.described import described

TABLE = "validation.quality_recovery"
INPUTS = (
    "llm_quality.interaction_scores",
    "llm_quality.prevalence",
    "llm_quality.rater_severity",
    "llm_quality.drift",
    "truth.hallucinations",
    "truth.raters",
    "truth.parameters",
)
DESCRIPTION = "One row per planted quantity of LLM quality: the estimate beside its truth."
SCHEMA = described(
    {
        "quantity": (
            pa.string(),
            (
                "prevalence; severity_rank (Spearman's correlation of raters' severities with the planted "
                "ones); days_to_alarm (from a planted regression of a model to the first alarm on it)."
            ),
        ),
        "method": (pa.string(), "How it was estimated."),
        "dimension": (pa.string(), "What is divided."),
        "segment": (pa.string(), "Value of the dimension."),
        "estimate": (pa.float64(), "The estimate; null where there is none."),
        "low": (pa.float64(), "Lower limit of its 95 % interval."),
        "high": (pa.float64(), "Upper limit."),
        "truth": (pa.float64(), "What was planted; for a correlation, 1."),
        "is_covered": (pa.bool_(), "Whether the interval holds the truth; null without one."),
    }
)
PLANTED = """
SELECT truth.feature, truth.model_version, truth.prompt_version, truth.is_unsupported
FROM truth.hallucinations AS truth
JOIN llm_quality.interaction_scores AS scores
  ON scores.interaction_id = truth.interaction_id AND scores.event_date = truth.event_date
WHERE scores.unsupported_probability IS NOT NULL
"""
ESTIMATED = """
SELECT labels_by, method, dimension, segment, estimate, low, high
FROM llm_quality.prevalence
WHERE criterion = 'unsupported' AND judge = 'detector' AND period = 'all'
ORDER BY labels_by, method, dimension, segment
"""
SEVERITIES = """
SELECT severities.severity, raters.severity AS planted
FROM llm_quality.rater_severity AS severities
JOIN truth.raters AS raters ON raters.rater_id = severities.rater_id
WHERE severities.criterion = 'helpful'
ORDER BY raters.rater_id
"""
ALARMS = """
SELECT segment AS model, event_date
FROM llm_quality.drift
WHERE is_alarm AND series = 'unsupported_probability' AND direction = 'worse'
ORDER BY event_date
"""
REGRESSIONS = """
SELECT parameter, value FROM truth.parameters WHERE parameter LIKE 'texts.regressions.%' ORDER BY parameter
"""


def quality_recovery(engine: Engine, first_day: date) -> pa.Table:
    """All rows.

    Args:
        engine: over a lake with the tables of `INPUTS`.
        first_day: day 0 of the world.
    """
    rows = [*_prevalences(engine), *_severity_rank(engine), *_alarms(engine, first_day)]
    return pa.Table.from_pylist([{name: row.get(name) for name in SCHEMA.names} for row in rows], SCHEMA)


def _prevalences(engine: Engine) -> Iterator[dict[str, Any]]:
    planted = pl.DataFrame(engine.query(PLANTED)).with_columns(overall=pl.lit("all"))
    for row in engine.query(ESTIMATED).to_pylist():
        own = planted.filter(pl.col(row["dimension"]) == row["segment"])["is_unsupported"]
        truth = own.mean()
        yield {
            **row,
            "quantity": "prevalence",
            "method": f"{row['method']}, {row['labels_by']}",
            "truth": truth,
            "is_covered": None if row["low"] is None else bool(row["low"] <= truth <= row["high"]),
        }


def _severity_rank(engine: Engine) -> Iterator[dict[str, Any]]:
    rows = engine.query(SEVERITIES)
    if rows.num_rows > 2:
        ranks = [rankdata(rows[name].to_numpy()) for name in ("severity", "planted")]
        yield {
            "quantity": "severity_rank",
            "method": "many-facet, helpful",
            "dimension": "overall",
            "segment": "all",
            "estimate": float(np.corrcoef(ranks)[0, 1]),
            "truth": 1.0,
        }


def _alarms(engine: Engine, first_day: date) -> Iterator[dict[str, Any]]:
    told = {row["parameter"]: row["value"] for row in engine.query(REGRESSIONS).to_pylist()}
    alarms = engine.query(ALARMS).to_pylist()
    for number in sorted({name.split(".")[2] for name in told}):
        planted = {
            name: told[f"texts.regressions.{number}.{name}"] for name in ("model", "from_day", "to_day")
        }
        begun, ended = (first_day + timedelta(days=int(planted[name])) for name in ("from_day", "to_day"))
        seen = [
            row["event_date"]
            for row in alarms
            if row["model"] == planted["model"] and begun <= row["event_date"] <= ended
        ]
        yield {
            "quantity": "days_to_alarm",
            "method": "drift",
            "dimension": "model_version",
            "segment": planted["model"],
            "estimate": float((seen[0] - begun).days + 1) if seen else None,
            "truth": 1.0,
        }
