"""Every estimate that a planted answer can judge, on one scale: shares of the untreated mean."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from analytics_platform.validation.planted_answers import Answers, Scan, question_of

Row = dict[str, Any]

NAIVE = frozenset({"naive", "twfe", "user_level"})
PRIOR = "The interval leans on a prior: it covers at its level over many experiments, not in each."
SPILLOVER = (
    "The planted answer compares all treated with none; between users of one class the contrast is smaller, "
    "because those left out are lifted too: the interval may miss."
)
LOST = "Exposures are lost on purpose: no effect here is to be believed."
ONE_COUNTRY = "The planted answer is the mean over all countries."
COMPLIERS = "The effect on those whom the nudge moved; what is planted is the nudge."


@dataclass(frozen=True)
class Made:
    """An estimate.

    Attributes:
        effect_id: the planted effect that it is about.
        metric: the metric.
        population: all, student or teacher.
        method: how it was made.
        estimate: relative effect; None where it could not be made.
        low: lower limit of its interval.
        high: upper limit.
        is_decisive: whether it is the one that its analysis believes.
        is_fair: whether it aims at the planted answer by a method meant to hit it.
        note: what a reader must know to judge it; empty: nothing.
    """

    effect_id: str
    metric: str
    population: str
    method: str
    estimate: float | None
    low: float | None
    high: float | None
    is_decisive: bool = False
    is_fair: bool = True
    note: str = ""


def estimates_made(scan: Scan, answers: Answers) -> Iterator[Made]:
    """Estimates of readouts, of the segments by role and of the observational analyses, in that order."""
    for row in _newest(scan("experiments.readouts")):
        yield _of_experiment(row, answers, row["method"], "all", is_decisive=row["is_decisive"])
    for row in _newest(scan("experiments.segment_effects").filter(pl.col("dimension") == "role")):
        yield _of_experiment(row, answers, "segment", row["segment"], is_decisive=True)
    for row in scan("experiments.observational_effects").collect().iter_rows(named=True):
        yield _observational(row)


def _newest(rows: pl.LazyFrame) -> Iterator[Row]:
    """Rows of each experiment's last reading; pooled variants, joined by +, have no answer of their own."""
    last = pl.col("as_of_date").max().over("experiment_id")
    single = ~pl.col("variant").str.contains("+", literal=True)
    return rows.filter((pl.col("as_of_date") == last) & single).collect().iter_rows(named=True)


def _of_experiment(row: Row, answers: Answers, method: str, population: str, *, is_decisive: bool) -> Made:
    name = row["experiment_id"]
    notes = [
        (name in answers.broken, LOST),
        (name in answers.interfering, SPILLOVER),
        (method == "bayesian", PRIOR),
    ]
    reasons = [text for holds, text in notes if holds]
    return Made(
        name,
        row["metric"],
        population,
        method,
        *_relative(row),
        is_decisive=is_decisive,
        is_fair=not reasons,
        note=" ".join(reasons),
    )


def _observational(row: Row) -> Made:
    effect_id, metric = question_of(row["analysis_id"], row["design"])
    note = COMPLIERS if row["method"] == "wald_cace" else ""
    note = ONE_COUNTRY if row["design"] == "synthetic_control" else note
    variation = row["analysis_id"].removeprefix(effect_id) if row["analysis_id"].startswith(effect_id) else ""
    return Made(
        effect_id,
        metric,
        "all",
        row["method"] + variation.replace("_", " "),
        *_relative(row),
        is_decisive=bool(row["is_recommended"]) and not note,
        is_fair=row["method"] not in NAIVE and not note,
        note=note,
    )


def _relative(row: Row) -> tuple[float | None, float | None, float | None]:
    """Relative effect and interval; where only the absolute one is known, over the mean taken as known."""
    found = tuple(row[name] for name in ("relative_effect", "relative_low", "relative_high"))
    if None not in found or not row["control_mean"]:
        return found[0], found[1], found[2]
    ends = (row[name] for name in ("effect", "effect_low", "effect_high"))
    estimate, low, high = (None if end is None else end / row["control_mean"] for end in ends)
    return estimate, low, high
