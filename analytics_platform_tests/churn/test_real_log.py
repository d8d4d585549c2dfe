"""A real learning log: what holds on days to come, beside what a split by random rows would claim."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from analytics_platform.churn.history import read_history
from analytics_platform.churn.measures import Groups, auc
from analytics_platform.churn.model import fit
from analytics_platform_tests.churn.leavers import write_log
from analytics_platform_tests.derived_rows import COUNTS, FIRST_DAY

DATA = Path(__file__).parents[3] / "shared" / "data" / "oulad_assessment_events.parquet"
CUT_OFF = date(2014, 9, 1)

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not DATA.exists(), reason=f"the real log is not at {DATA}"),
]


def user_days() -> tuple[pl.DataFrame, int]:
    """Submissions of a fifth of the students, moved to begin on 2025-09-01, and by how many days."""
    log = pl.read_parquet(DATA).with_columns(pl.col("id_student").hash(7).alias("hash"))
    some = log.filter(pl.col("hash") % 5 == 0).with_columns(event_date=pl.col("ts_approx").cast(pl.Date))
    moved = (FIRST_DAY - some["event_date"].min()).days
    found = some.group_by("hash", "event_date").agg(events=pl.len().cast(pl.Int64)).sort("event_date", "hash")
    number = pl.col("hash").rank("dense").cast(pl.Int64)
    return found.select(
        number.alias("user_id"),
        *(pl.lit(0, pl.Int64).alias(name) for name in COUNTS if name not in ("events", "sessions")),
        "events",
        pl.lit(1, pl.Int64).alias("sessions"),
        pl.lit("student").alias("role"),
        pl.lit("GB").alias("country"),
        pl.lit("web").alias("platform"),
        pl.lit("free").alias("plan"),
        pl.lit(None, pl.Int64).alias("classroom_id"),
        pl.lit(None, pl.String).alias("acquisition_channel"),
        pl.lit(value=True).alias("is_active"),
        pl.lit(0.0).alias("engagement_seconds"),
        pl.col("event_date") + pl.duration(days=moved),
    ), moved


def ranked(rows: pl.DataFrame, logit: np.ndarray) -> float:
    has_left = rows["has_left"].to_numpy().astype(bool)
    return float(auc(Groups.of(has_left, logit, np.ones((len(logit), 1))))[0])


def test_days_to_come_are_harder_than_random_rows_and_trees_beat_the_rule(tmp_path: Path):
    log, moved = user_days()
    engine, window = write_log(tmp_path, log, (log["event_date"].max() - FIRST_DAY).days + 1)
    history = read_history(engine, window)
    cut_off = CUT_OFF + timedelta(days=moved)
    later = pl.col("event_date").is_between(cut_off, cut_off + timedelta(days=180))
    asked = history.known_by(window.last_day).filter(later)
    models = fit(history.known_by(cut_off), cut_off)
    true = {kind: ranked(asked, model.logit(asked)) for kind, model in models.items()}
    assert 0.62 < true["boosted"] < 0.80
    assert true["boosted"] > true["recency_rule"] + 0.02
    assert true["recency_rule"] > 0.52
    shuffled = history.known_by(window.last_day).sample(fraction=1, shuffle=True, seed=1)
    half = shuffled.height // 2
    claimed = fit(shuffled.head(half), cut_off)["boosted"]
    rest = shuffled.tail(shuffled.height - half)
    assert ranked(rest, claimed.logit(rest)) > true["boosted"] + 0.04
