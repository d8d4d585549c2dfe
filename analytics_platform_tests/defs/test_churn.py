"""Churn as assets: an empty lake trains before it scores, and too little is said, not raised."""

from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from analytics_platform.churn import store
from analytics_platform.defs import launch
from analytics_platform.defs.churn import models_folder
from analytics_platform.lakehouse import Lake
from analytics_platform.workspace import open_workspace
from analytics_platform_tests.churn.leavers import DAYS, user_days
from analytics_platform_tests.derived_rows import USER_DAYS_SCHEMA, days, write_user_days

CHURN = "churn/features,churn/model_cards,churn/feature_importance,churn/drivers,churn/scores"


def write(folder: Path, rows: pl.DataFrame) -> Lake:
    lake = Lake(folder / "lake")
    ordered = (
        rows.select(USER_DAYS_SCHEMA.names).sort("event_date", "user_id").to_arrow().cast(USER_DAYS_SCHEMA)
    )
    lake.replace_days("activity.user_days", days(0, DAYS - 1), [ordered], USER_DAYS_SCHEMA)
    return lake


def test_one_run_over_history_trains_and_scores_and_the_next_day_needs_no_training(
    settings_in_force: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("ANALYTICS_DAYS", str(DAYS))
    lake = write(settings_in_force, user_days(users=1500))
    outcome = launch.run(select=CHURN, instance=instance)
    assert outcome.succeeded, outcome.error
    assert [check for check in outcome.checks if not check.passed and check.is_error] == []
    scores = lake.scan("churn.scores").collect()
    assert scores["event_date"].max() == days(0, DAYS - 1).last_day
    assert scores.filter(pl.col("model_cut_off_date") > pl.col("event_date")).is_empty()
    folder = models_folder(open_workspace())
    assert folder.parent.name == "lake.churn_models"
    assert len(store.cut_offs(folder)) > 2

    again = launch.run(days(DAYS - 2, DAYS - 1), "churn/scores", instance=instance)
    assert again.succeeded, again.error
    key = ["event_date", "user_id"]
    assert lake.scan("churn.scores").collect().sort(key).equals(scores.sort(key))

    alone = days(DAYS - 16, DAYS - 16)
    for window in (alone, days(0, DAYS - 1)):
        assert launch.run(window, "churn/scores", instance=instance).succeeded
    after = lake.scan("churn.scores").collect().sort(key)
    is_alone = pl.col("event_date") == alone.last_day
    assert after.filter(is_alone).height > 100
    assert after.filter(~is_alone).equals(scores.sort(key))


def test_a_log_too_small_to_learn_from_says_so_and_is_not_scored(
    settings_in_force: Path, instance: dg.DagsterInstance
):
    lake = Lake(settings_in_force / "lake")
    write_user_days(lake, user_days(users=30, length=45).to_dicts())
    outcome = launch.run(select=CHURN, instance=instance)
    assert outcome.succeeded, outcome.error
    (card,) = lake.scan("churn.model_cards").collect().to_dicts()
    assert card["metric"] == "reason"
    assert lake.scan("churn.scores").collect().is_empty()


def test_days_that_are_not_built_yet_leave_no_one_gone(
    settings_in_force: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("ANALYTICS_DAYS", "148")
    lake = write(settings_in_force, user_days(users=1500, length=120))
    outcome = launch.run(select="churn/features,churn/model_cards", instance=instance)
    assert outcome.succeeded, outcome.error
    cards = lake.scan("churn.model_cards").collect()
    last = days(0, 119).last_day
    assert cards.filter(pl.col("split") == "in_force")["cut_off_date"].unique().to_list() == [last]
    assert cards["cut_off_date"].max() == last
    assert launch.run(select="churn/scores", instance=instance).succeeded
    assert lake.scan("churn.scores").collect()["event_date"].max() == last
