from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from analytics_platform.churn import store
from analytics_platform.churn.history import HORIZON_DAYS, History, read_history
from analytics_platform.churn.training import RULE, champion, trial_dates, walk_forward
from analytics_platform_tests.churn.conftest import Trained
from analytics_platform_tests.churn.leavers import user_days, write_log
from analytics_platform_tests.derived_rows import day, user_day


def test_the_label_is_absence_in_the_28_days_after_and_unknown_before_they_are_over(tmp_path: Path):
    log = pl.DataFrame([user_day(1, 27), user_day(2, 27), user_day(2, 55), user_day(3, 27), user_day(3, 56)])
    engine, window = write_log(tmp_path, log, 57)
    rows = read_history(engine, window).rows
    known = rows.filter(pl.col("event_date") == day(27))
    assert dict(known.select("user_id", "has_left").iter_rows()) == {1: True, 2: False, 3: True}
    assert rows.filter(pl.col("event_date") > day(28))["has_left"].null_count() == rows.height - known.height


def test_what_a_cut_off_learns_was_known_on_its_day(trained: Trained):
    assert len(trained.cut_offs) > 3
    for cut_off in trained.cut_offs:
        assert cut_off.learnt["event_date"].max() <= cut_off.date - timedelta(days=HORIZON_DAYS)
        if cut_off.asked is not None:
            assert cut_off.asked["event_date"].unique().to_list() == [cut_off.date]
            assert all(((p > 0) & (p < 1)).all() for p in cut_off.predicted.values())


def test_days_on_which_all_left_are_not_tried(tmp_path: Path):
    log = user_days(users=1500, length=150).filter(pl.col("event_date") < day(110))
    engine, window = write_log(tmp_path, log, 150)
    dates = trial_dates(read_history(engine, window))
    assert dates
    assert max(dates) < day(110)


def test_trials_lie_30_days_apart_and_the_last_outcome_is_just_known(trained: Trained):
    dates = trial_dates(trained.history)
    assert {(b - a).days for a, b in pairwise(dates)} == {30}
    assert 0 <= (trained.history.known_date - dates[-1]).days - HORIZON_DAYS < 6


def test_a_model_does_not_depend_on_what_came_after_its_cut_off(trained: Trained):
    """The outcome of every later snapshot turned round: models, calibrations and choice stay, to the byte."""
    cut_off = trained.cut_offs[2]
    edge = cut_off.date - timedelta(days=HORIZON_DAYS)
    flipped = trained.history.rows.with_columns(
        has_left=pl.when(pl.col("event_date") > edge).then(~pl.col("has_left")).otherwise("has_left")
    )
    again = walk_forward(History(flipped, trained.history.known_date, 1.0))
    assert [store.version(each.model) for each in again[:3]] == [
        store.version(each.model) for each in trained.cut_offs[:3]
    ]


def test_until_a_trial_is_known_the_rule_scores(trained: Trained):
    assert trained.cut_offs[0].champion == champion([]) == RULE
    assert trained.cut_offs[-1].champion != RULE


def test_too_little_is_not_learnt_from(tmp_path: Path):
    engine, window = write_log(tmp_path, user_days(users=40, length=80), 80)
    assert walk_forward(read_history(engine, window)) == []


def test_a_log_shorter_than_the_label_has_nothing_to_learn(tmp_path: Path):
    engine, window = write_log(tmp_path, user_days(users=400, length=40), 40)
    history = read_history(engine, window)
    assert history.rows["has_left"].null_count() == history.rows.height
    assert walk_forward(history) == []


def test_a_log_that_ends_in_silence_is_learnt_from(tmp_path: Path):
    """Nobody comes in the last forty days: users who all left teach, and nobody is left to score."""
    log = user_days(users=800, length=120).filter(pl.col("event_date") < day(80))
    engine, window = write_log(tmp_path, log, 120)
    cut_offs = walk_forward(read_history(engine, window))
    assert cut_offs[-1].date == window.last_day


def test_of_a_large_log_a_share_of_the_users_is_read(trained: Trained, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("analytics_platform.churn.history.MOST_ROWS", 5_000)
    some = read_history(trained.engine, trained.window)
    assert some.share < 1
    assert some.rows.height == pytest.approx(some.share * trained.history.rows.height, rel=0.25)
    assert some.rows.join(trained.history.rows, on=["user_id", "event_date"], how="anti").is_empty()


def test_a_user_of_a_hashed_id_is_read(tmp_path: Path):
    log = pl.DataFrame([user_day(2**63 - 1, 27), user_day(2**62 + 5, 27)])
    engine, window = write_log(tmp_path, log, 57)
    assert read_history(engine, window).rows["user_id"].unique().sort().to_list() == [2**62 + 5, 2**63 - 1]
