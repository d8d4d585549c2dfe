"""Unusual days against a plain loop, and as rare as they should be where nothing happens."""

from datetime import date

import numpy as np
import polars as pl

from analytics_platform.behaviour.metric_changes.anomalies import THRESHOLD, expectations, robust_scores
from analytics_platform.behaviour.metric_changes.measures import COUNTS
from analytics_platform.metrics import METRICS


def counts(days: int, seed: int) -> pl.DataFrame:
    """A product without trend, with weekends, and Poisson noise."""
    draws = np.random.default_rng(seed)
    level = np.where(np.arange(days) % 7 >= 5, 600.0, 1000.0)
    dau = draws.poisson(level)
    columns = {name: np.zeros(days, np.int64) for name in COUNTS} | {"dau": dau, "sessions": 2 * dau}
    return pl.DataFrame({"event_date": [date.fromordinal(737_000 + n) for n in range(days)], **columns})


def test_a_day_is_set_against_the_same_weekday_of_four_weeks():
    frame = counts(60, 1)
    values, usual, _ = expectations(METRICS["dau"], frame)
    dau = frame["dau"].to_list()
    assert np.isnan(usual[:28]).all()
    assert usual[40] == np.mean([dau[40 - 7 * week] for week in (1, 2, 3, 4)])
    assert values[40] == dau[40]


def test_false_alarms_are_rare_and_a_fall_by_a_fifth_is_found():
    alarms, judged = 0, 0
    for seed in range(20):
        values, usual, error = expectations(METRICS["dau"], counts(180, seed))
        scores = robust_scores(np.log(values / usual), error)
        alarms += int((np.abs(scores) > THRESHOLD).sum())
        judged += int(np.isfinite(scores).sum())
    assert judged > 2_000
    assert alarms / judged < 0.005
    fallen = counts(180, 3).with_columns(
        dau=pl.when(pl.int_range(pl.len()) == 150).then(pl.col("dau") * 0.8).otherwise("dau")
    )
    values, usual, error = expectations(METRICS["dau"], fallen)
    assert robust_scores(np.log(values / usual), error)[150] < -THRESHOLD


def test_too_little_is_not_judged():
    few = counts(80, 1).with_columns(dau=pl.lit(3))
    assert np.isnan(expectations(METRICS["dau"], few)[0]).all()
