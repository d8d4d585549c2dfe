"""How well anybody could know who leaves, and how near the scores come: rows of `validation.churn_ceiling`.

The oracle knows every trait and hazard of the simulated world, but not what will be drawn, nor which absent
user has left already. Its AUC is the ceiling for whoever sees activity alone; .5 is guessing. Outcomes are
those of the log, scores those that were given at the time.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import compress

import numpy as np
import polars as pl
import pyarrow as pa

from analytics_platform.churn.history import classes_of
from analytics_platform.churn.measures import Floats, Outcomes, estimate, measured, weights_of
from analytics_platform.lakehouse import Engine
from analytics_platform.lakehouse.described import described

TABLE = "validation.churn_ceiling"
INPUTS = ("truth.churn", "churn.scores", "activity.user_days")
FEWEST_OF_EITHER = 25
LEARNT = "learnt"
METRICS = ("auc", "log_loss", "brier", "expected_share", "observed_share")
QUERY = """
WITH
classes AS (
  SELECT user_id, max_by(classroom_id, event_date) FILTER (WHERE classroom_id IS NOT NULL) AS classroom_id
  FROM activity.user_days
  GROUP BY user_id
)

SELECT
  truth.snapshot_date, truth.user_id, scores.model, scores.recency_days,
  truth.probability AS oracle, truth.probability_knowing_who_left AS oracle_knowing_who_left,
  scores.probability AS score, classes.classroom_id, count(later.user_id) = 0 AS has_left
FROM truth.churn AS truth
JOIN churn.scores AS scores ON scores.user_id = truth.user_id AND scores.event_date = truth.snapshot_date
JOIN classes ON classes.user_id = truth.user_id
LEFT JOIN activity.user_days AS later
  ON later.user_id = truth.user_id AND later.is_active
  AND later.event_date BETWEEN truth.snapshot_date + 1 AND truth.snapshot_date + 28
WHERE truth.snapshot_date + 28 <= (SELECT max(event_date) FROM activity.user_days)
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
ORDER BY 1, 2
"""
_TEXT, _NUMBER = pa.string(), pa.float64()
_COLUMNS = {
    "snapshot_date": (pa.date32(), "Day scored; null for the mean over days."),
    "model": (
        _TEXT,
        "Kind of the model that scored it; of a mean: null, or `learnt` without days of the rule.",
    ),
    "predictor": (
        _TEXT,
        "oracle, oracle_knowing_who_left (also which absent users have left), score, or recency_rule.",
    ),
    "metric": (
        _TEXT,
        (
            "auc, log_loss, brier, expected_share, observed_share; share_of_excess_auc: what is reached of "
            "the oracle's AUC above .5; gap_to_truth: mean distance from the true chance."
        ),
    ),
    "estimate": (_NUMBER, "The measure."),
    "low": (_NUMBER, "Lower limit of its 95 % interval, by resampling classes, and users without one."),
    "high": (_NUMBER, "Upper limit of its 95 % interval."),
    "n": (pa.int64(), "Users, summed over days for the mean."),
}
SCHEMA = described(_COLUMNS)

Row = dict[str, object]
Found = dict[tuple[str, str], Floats]


def churn_ceiling(engine: Engine) -> pa.Table:
    """All rows; none where no scored day has matured."""
    rows = pl.DataFrame(engine.query(QUERY))
    days = [day for _, day in rows.group_by("snapshot_date", maintain_order=True) if _has_both(day)]
    weights = weights_of([classes_of(day) for day in days])
    found = [_of_day(day, own) for day, own in zip(days, weights, strict=True)]
    told = [
        row
        for day, measures in zip(days, found, strict=True)
        for row in _rows(measures, day["snapshot_date"][0], day["model"][0], day.height)
    ]
    is_learnt = [day["model"][0] != "recency_rule" for day in days]
    for model, chosen in ((None, [True] * len(days)), (LEARNT, is_learnt)):
        if any(chosen):
            users = sum(day.height for day in compress(days, chosen))
            told += _rows(_mean(compress(found, chosen)), None, model, users)
    return pa.Table.from_pylist(told, SCHEMA)


def _of_day(day: pl.DataFrame, weights: Floats) -> Found:
    """Measures by predictor and metric, resample by resample."""
    has_left = day["has_left"].to_numpy().astype(bool)
    outcomes = Outcomes(day["user_id"].to_numpy(), has_left, float(has_left.mean()))
    truth = day["oracle"].to_numpy()
    found: Found = {}
    for predictor in ("oracle", "oracle_knowing_who_left", "score"):
        chance = day[predictor].to_numpy()
        found |= {(predictor, name): value for name, value in measured(outcomes, chance, weights).items()}
        found[predictor, "gap_to_truth"] = np.abs(chance - truth) @ weights / weights.sum(axis=0)
    rank = day["recency_days"].to_numpy() / 28.0
    found["recency_rule", "auc"] = measured(outcomes, rank, weights)["auc"]
    return found | _shares(found)


def _mean(found: Iterable[Found]) -> Found:
    parts = list(found)
    mean = {key: np.mean([part[key] for part in parts], axis=0) for key in parts[0]}
    return mean | _shares(mean)


def _shares(found: Found) -> Found:
    """AUC above .5 over that of the oracle, under the same resamples."""
    ceiling = found["oracle", "auc"] - 0.5
    return {
        (predictor, "share_of_excess_auc"): (found[predictor, "auc"] - 0.5) / ceiling
        for predictor in ("score", "recency_rule")
    }


def _rows(found: Found, day: date | None, model: str | None, users: int) -> Iterator[Row]:
    for (predictor, metric), values in found.items():
        if metric in (*METRICS, "share_of_excess_auc", "gap_to_truth"):
            shown = estimate(values)
            yield {
                "snapshot_date": day, "model": model, "predictor": predictor, "metric": metric,
                "estimate": shown.value, "low": shown.low, "high": shown.high, "n": users,
            }  # fmt: skip


def _has_both(day: pl.DataFrame) -> bool:
    left = int(day["has_left"].sum())
    return min(left, day.height - left) >= FEWEST_OF_EITHER
