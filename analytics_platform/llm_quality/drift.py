"""Has quality changed, or the judge? Daily series watched together, which share one false alarm a year.

Scores are averaged over features in fixed shares, so that a day on which more quizzes are asked for is no
drift. Days of a release start a series anew: what changes then is told by `version_comparisons`.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa

from analytics_platform.lakehouse import Engine
from analytics_platform.llm_quality.judged import Pairing
from analytics_platform.llm_quality.panel import Floats
from analytics_platform.llm_quality.tables import DRIFT, as_table
from analytics_platform.llm_quality.versions import releases
from analytics_platform.stats.drift import Watch, detect, shares

WATCHED = Path(__file__).with_suffix(".sql").read_text()
WORSE = {"unsupported_probability": "up", "failure_share": "up", "disagreement": "up", "rating_mean": "down"}
FEWEST_A_DAY = 8
"""Outputs of a day and feature below which their spread says too little."""

FEWEST_DAYS = 21
RECENT_DAYS = 28
"""Days at the end whose features are watched; one that was given up earlier blinds nobody."""

LEAST_VARIANCE = 0.1
NEAR_RELEASE_DAYS = 3


class Series(NamedTuple):
    """One watched series.

    Attributes:
        kind: product or judge.
        name: what is watched.
        segment: model version, or the judge.
        days: ordinals of dates, ascending, shape (n,).
        values: shape (n,).
        errors: standard errors within the day, shape (n,).
        outputs: what a value rests on, shape (n,).
        counts: observations of a day, shape (n,).
        releases: days and names of changes that are known.
    """

    kind: str
    name: str
    segment: str
    days: np.ndarray
    values: Floats
    errors: Floats
    outputs: Floats
    counts: np.ndarray
    releases: Sequence[tuple[date, str]]


def drift(engine: Engine, served: pl.DataFrame, paired: Sequence[Pairing]) -> pa.Table:
    """Rows of `llm_quality.drift`.

    Args:
        engine: over scores, ratings and `quality_daily`.
        served: of `versions.served`.
        paired: of `pairings`.
    """
    known = releases(served) if served.height else []
    watched = [*_of_product(pl.DataFrame(engine.query(WATCHED)), known, served), *_of_judges(paired, known)]
    watched = [series for series in watched if len(series.days) >= FEWEST_DAYS]
    return as_table([row for series in watched for row in _rows(series, len(watched))], DRIFT)


def _of_product(rows: pl.DataFrame, known: Sequence[tuple[date, str]], served: pl.DataFrame) -> list[Series]:
    models = set(served["model"]) if served.height else set()
    found = []
    for (name, segment), own in rows.group_by("series", "model_version", maintain_order=True):
        daily = _as_shares(own) if name == "failure_share" else _standardised(own)
        # Another model's release changes nothing of this one; a prompt is everybody's.
        about = [(day, version) for day, version in known if version not in models]
        found.append(Series("product", str(name), str(segment), *daily, about))
    return found


def _standardised(rows: pl.DataFrame) -> tuple[np.ndarray, Floats, Floats, Floats, np.ndarray]:
    """Daily means over the parts in their recent shares; days without one of the main parts are left out."""
    # A day on which all outputs are alike is no day without error.
    least = LEAST_VARIANCE * pl.col("variance").median().over("part")
    rows = rows.filter(pl.col("n") >= FEWEST_A_DAY).with_columns(pl.max_horizontal("variance", least))
    recent = rows.filter(pl.col("event_date") > pl.col("event_date").max() - pl.duration(days=RECENT_DAYS))
    totals = recent.group_by("part").agg(weight=pl.col("n").sum(), days=pl.len())
    main = totals.filter(pl.col("days") >= 0.5 * pl.col("days").max())
    rows = rows.join(main.select("part", pl.col("weight") / pl.col("weight").sum()), on="part")
    daily = (
        rows.group_by("event_date")
        .agg(
            parts=pl.len(),
            value=(pl.col("weight") * pl.col("value")).sum(),
            error=(pl.col("weight") ** 2 * pl.col("variance") / pl.col("n")).sum().sqrt(),
            n=pl.col("n").sum(),
        )
        .filter((pl.col("parts") == main.height) & (pl.col("error") > 0))
        .sort("event_date")
    )
    counts = daily["n"].to_numpy()
    return (
        _ordinals(daily["event_date"]),
        daily["value"].to_numpy(),
        daily["error"].to_numpy(),
        counts.astype(float),
        counts,
    )


def _as_shares(rows: pl.DataFrame) -> tuple[np.ndarray, Floats, Floats, Floats, np.ndarray]:
    rows = rows.sort("event_date")
    n = rows["n"].to_numpy()
    found = shares(_ordinals(rows["event_date"]), np.rint(rows["value"].to_numpy() * n), n)
    return found.days, found.values, found.errors, found.outputs, n


def _of_judges(paired: Sequence[Pairing], known: Sequence[tuple[date, str]]) -> list[Series]:
    """How often each judge contradicts the majority of the experts, by day of the answer."""
    found = []
    for pairing in paired:
        rows = pairing.rows.filter(pl.col("panel").is_not_null() & (pl.col("panel") != 0.5))
        is_wrong = pl.col("verdict") != (pl.col("panel") > 0.5)
        daily = rows.group_by("event_date").agg(n=pl.len(), value=is_wrong.mean()).sort("event_date")
        segment = f"{pairing.judge}: {pairing.criterion.name}"
        found.append(Series("judge", "disagreement", segment, *_as_shares(daily), known))
    return found


def _rows(series: Series, together: int) -> list[dict[str, Any]]:
    known = {day.toordinal() for day, _ in series.releases}
    watched = detect(
        series.days, series.values, series.errors, series.outputs, releases=known, series=together
    )
    return [_row(series, watch, int(n)) for watch, n in zip(watched, series.counts, strict=True)]


def _row(series: Series, watch: Watch, n: int) -> dict[str, Any]:
    row: dict[str, Any] = {
        "event_date": date.fromordinal(watch.day),
        "kind": series.kind,
        "series": series.name,
        "segment": series.segment,
        "value": watch.value,
        "n": n,
        "expected": watch.expected,
        "statistic": watch.statistic,
        "threshold": watch.threshold,
        "is_alarm": watch.is_alarm,
    }
    if watch.change_day is not None:
        changed = date.fromordinal(watch.change_day)
        row["change_date"] = changed
        row["direction"] = "worse" if watch.direction == WORSE[series.name] else "better"
        row["cause"] = _cause(changed, series.releases)
    return row


def _cause(changed: date, known: Sequence[tuple[date, str]]) -> str:
    near = [name for day, name in known if abs((changed - day).days) <= NEAR_RELEASE_DAYS]
    return f"release {near[0]}" if near else "silent"


def _ordinals(days: pl.Series) -> np.ndarray:
    return np.array([day.toordinal() for day in days], np.int64)
