"""A version against the one before it: quality, ratings, latency, failures and cost, each with a verdict.

Days on which both answered are compared where there are enough; otherwise four weeks on either side of the
release, in which the season may have changed too. Users are clusters.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa

from analytics_platform.lakehouse import Engine
from analytics_platform.llm_quality.judged import Pairing
from analytics_platform.llm_quality.prevalence import LEAST_LABELS, drawn
from analytics_platform.llm_quality.tables import VERSION_COMPARISONS, as_table
from analytics_platform.llm_quality.versions import Pair
from analytics_platform.stats import ppi, quantiles
from analytics_platform.stats.arms import absolute
from analytics_platform.stats.means import arm_means
from analytics_platform.stats.moments import Moments
from analytics_platform.stats.ratios import linearised

USERS = Path(__file__).with_name("version_users.sql").read_text()
LATENCIES = """
SELECT user_id, CAST(latency_ms AS DOUBLE) AS latency_ms
FROM raw.interactions
WHERE event_date BETWEEN $first_day AND $last_day
  AND CASE WHEN $kind = 'model' THEN model_version ELSE prompt_version END = $version
  AND latency_ms IS NOT NULL
  AND interaction_id % 1000 < $kept
ORDER BY interaction_id
"""
MOST_LATENCIES = 200_000
LEAST_USERS = 100


class Measured(NamedTuple):
    """A metric: what is divided by what, its unit, and which way is good."""

    name: str
    above: str
    below: str
    unit: str
    direction: str


RATIOS = (
    Measured("rating_mean", "stars", "ratings", "stars", "up"),
    Measured("satisfied_share", "satisfied", "ratings", "share", "up"),
    Measured("failure_share", "failures", "answers", "share", "down"),
    Measured("cost_per_answer_usd", "cost_usd", "answers", "USD", "down"),
)


def version_comparisons(engine: Engine, compared: Sequence[Pair], paired: Sequence[Pairing]) -> pa.Table:
    """Rows of `llm_quality.version_comparisons`."""
    rows = (row for pair in compared for row in _of_pair(engine, pair, paired))
    return as_table(rows, VERSION_COMPARISONS)


def _of_pair(engine: Engine, pair: Pair, paired: Sequence[Pairing]) -> Iterator[dict[str, Any]]:
    about = {
        "kind": pair.kind,
        "from_version": pair.before,
        "to_version": pair.after,
        "basis": pair.basis,
        "first_date": pair.days_before[0],
        "last_date": pair.days_after[1],
        "release_date": pair.days_after[0],
    }
    for row in (*_unsupported(pair, paired), *_ratios(engine, pair), *_latency(engine, pair)):
        yield about | row | {"difference": row["to_value"] - row["from_value"], "verdict": verdict(row)}


def verdict(row: dict[str, Any]) -> str:
    """What an interval says: regression, improvement, no difference shown, or too few."""
    low, high = row["low"], row["high"]
    if low is None or high is None or np.isnan(low) or np.isnan(high):
        return "too few"
    if low <= 0 <= high:
        return "no difference shown"
    return "improvement" if (low > 0) == (row["direction"] == "up") else "regression"


def _sides(pair: Pair) -> list[dict[str, object]]:
    return [
        {"kind": pair.kind, "version": version, "first_day": first, "last_day": last}
        for version, (first, last) in ((pair.before, pair.days_before), (pair.after, pair.days_after))
    ]


def _unsupported(pair: Pair, paired: Sequence[Pairing]) -> Iterator[dict[str, Any]]:
    for pairing in paired:
        if (pairing.judge, pairing.criterion.name) != ("detector", "unsupported"):
            continue
        version = pl.col(f"{pair.kind}_version")
        rows = pairing.rows.rename({"panel": "label"})
        sides = [
            rows.filter((version == name) & pl.col("event_date").is_between(*days))
            for name, days in ((pair.before, pair.days_before), (pair.after, pair.days_after))
        ]
        labels = [int(side["label"].count()) for side in sides]
        if min(labels) < LEAST_LABELS:
            continue
        before, after = (drawn(side) for side in sides)
        values = [
            ppi.ppi_mean(one.labels, one.judged, one.unjudged, weights=one.weights).estimate
            for one in (before, after)
        ]
        found = ppi.ppi_difference(before, after)
        yield {
            "metric": "unsupported",
            "unit": "share",
            "direction": "down",
            "from_value": values[0],
            "to_value": values[1],
            "low": found.low,
            "high": found.high,
            "from_n": labels[0],
            "to_n": labels[1],
        }


def _ratios(engine: Engine, pair: Pair) -> Iterator[dict[str, Any]]:
    before, after = (pl.DataFrame(engine.query(USERS, side)) for side in _sides(pair))
    for metric in RATIOS:
        sides = [side.filter(pl.col(metric.below) > 0) for side in (before, after)]
        if min(side.height for side in sides) < 2:
            continue
        moments = [Moments.of(side.select(metric.above, metric.below).to_numpy()) for side in sides]
        arms = arm_means(*(linearised(each) for each in moments))
        interval = absolute(arms)
        enough = min(side.height for side in sides) >= LEAST_USERS
        yield {
            "metric": metric.name,
            "unit": metric.unit,
            "direction": metric.direction,
            "from_value": float(arms.control),
            "to_value": float(arms.treatment),
            "low": float(interval.low) if enough else None,
            "high": float(interval.high) if enough else None,
            "from_n": sides[0].height,
            "to_n": sides[1].height,
        }


def _latency(engine: Engine, pair: Pair) -> Iterator[dict[str, Any]]:
    found = []
    for side in _sides(pair):
        answers = engine.query(USERS, side)["answers"].to_numpy().sum()
        kept = max(1, min(1000, int(1000 * MOST_LATENCIES / max(answers, 1))))
        found.append(engine.query(LATENCIES, side | {"kept": kept}))
    if any(rows.num_rows < 2 for rows in found):
        return
    before, after = (
        quantiles.from_clusters(rows["latency_ms"].to_numpy(), rows["user_id"].to_numpy(), 0.95)
        for rows in found
    )
    why_not = quantiles.why_not(before, after)
    interval = absolute(quantiles.arm_quantiles(before, after))
    yield {
        "metric": "latency_p95_ms",
        "unit": "ms",
        "direction": "down",
        "from_value": float(before.value),
        "to_value": float(after.value),
        "low": None if why_not else float(interval.low),
        "high": None if why_not else float(interval.high),
        "from_n": int(before.units),
        "to_n": int(after.units),
    }
