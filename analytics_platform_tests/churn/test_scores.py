from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from analytics_platform.churn.features import FEATURES
from analytics_platform.churn.scores import scores, users_of
from analytics_platform.churn.tables import SCORES
from analytics_platform.churn.words import told
from analytics_platform.errors import AnalyticsError
from analytics_platform.lakehouse import Window
from analytics_platform_tests.churn.conftest import Trained


def scored(trained: Trained, window: Window, before: Mapping[date, date] | None = None) -> pl.DataFrame:
    snapshots = set(trained.engine.lake.days(FEATURES.name))
    found = scores(trained.engine, trained.folder, window, snapshots, before)
    tables = [pl.DataFrame(rows) for rows in found]
    return pl.concat(tables) if tables else pl.DataFrame(SCORES.empty_table())


@pytest.fixture(scope="module")
def found(trained: Trained) -> pl.DataFrame:
    return scored(trained, trained.window)


def test_each_day_is_scored_by_a_model_that_knew_nothing_later(found: pl.DataFrame, trained: Trained):
    assert found.filter(pl.col("model_cut_off_date") > pl.col("event_date")).is_empty()
    by_day = dict(found.select("event_date", "model_cut_off_date").unique().iter_rows())
    cut_offs = [each.date for each in trained.cut_offs]
    assert all(known == max(day for day in cut_offs if day <= on) for on, known in by_day.items())
    assert max(by_day) == trained.window.last_day


def test_users_of_a_day_are_those_active_within_28_days_each_once(found: pl.DataFrame, trained: Trained):
    log = trained.engine.lake.scan("activity.user_days").collect()
    for on in (trained.window.last_day, found["event_date"].min()):
        active = log.filter(pl.col("event_date").is_between(on - timedelta(days=27), on))["user_id"].unique()
        assert sorted(found.filter(pl.col("event_date") == on)["user_id"]) == sorted(active)


def test_a_stored_day_and_a_day_asked_for_have_the_same_features(trained: Trained):
    on = trained.history.dates[-1]
    stored, asked = (users_of(trained.engine, on, is_stored=is_stored) for is_stored in (True, False))
    assert stored.select(sorted(stored.columns)).equals(asked.select(sorted(asked.columns)))


def test_chances_bands_deciles_and_reasons_agree(found: pl.DataFrame, trained: Trained):
    last = found.filter(pl.col("event_date") == trained.window.last_day)
    assert last["probability"].is_between(0, 1).all()
    assert last.filter(pl.col("risk_band") == "high")["probability"].min() >= 0.8
    assert last.filter(pl.col("risk_band") == "low")["probability"].max() < 0.5
    assert last["reason_1"].is_not_null().to_list() == (last["probability"] >= 0.5).to_list()
    sizes = last["risk_decile"].value_counts()["count"]
    assert sizes.max() - sizes.min() <= 1
    means = last.group_by("risk_decile").agg(pl.col("probability").mean()).sort("risk_decile")
    assert means["probability"].is_sorted()


def test_a_short_window_scores_every_day_and_gives_the_same_rows(found: pl.DataFrame, trained: Trained):
    last = trained.window.last_day
    again = scored(trained, Window(last - timedelta(days=1), last))
    assert again.equals(found.filter(pl.col("event_date") > last - timedelta(days=2)))


def test_an_older_day_has_the_rows_that_it_has_alone(found: pl.DataFrame, trained: Trained):
    on = found["event_date"].unique().sort()[2]
    assert on < trained.window.last_day - timedelta(days=30)
    assert scored(trained, Window(on, on)).equals(found.filter(pl.col("event_date") == on))


def test_a_day_scored_before_stays_so_by_the_model_of_then(trained: Trained):
    """A day between snapshots far from the end; a model of that very day has come since."""
    older, newer = trained.cut_offs[-3].date, trained.cut_offs[-2].date
    on = newer + timedelta(days=1)
    assert on not in trained.history.dates
    assert scored(trained, trained.window).filter(pl.col("event_date") == on).is_empty()
    again = scored(trained, trained.window, {on: older}).filter(pl.col("event_date") == on)
    assert again["model_cut_off_date"].unique().to_list() == [older]
    assert again.equals(scored(trained, Window(on, on), {on: older}))


def test_a_model_of_then_that_is_gone_is_replaced_by_the_newest_before_the_day(trained: Trained):
    newer = trained.cut_offs[-2].date
    gone = newer - timedelta(days=2)
    found = scored(trained, Window(newer, newer), {newer: gone})
    assert found["model_cut_off_date"].unique().to_list() == [newer]


def test_without_a_model_nobody_is_scored(trained: Trained, tmp_path: Path):
    assert list(scores(trained.engine, tmp_path, trained.window, set())) == []
    first = trained.cut_offs[0].date
    assert scored(trained, Window(trained.window.first_day, first - timedelta(days=1))).is_empty()


def test_a_broken_model_stops_the_scores(trained: Trained, tmp_path: Path):
    (tmp_path / f"{trained.window.last_day}.json").write_text("{}")
    with pytest.raises(AnalyticsError, match="cannot be used"):
        list(scores(trained.engine, tmp_path, trained.window, set()))


@pytest.mark.parametrize(
    ("feature", "value", "said"),
    [
        ("recency_days", 12, "last active 12 days ago"),
        ("recency_days", 1, "last active 1 day ago"),
        ("tenure_days", 1.0, "first seen 1 day ago"),
        ("active_days_7d", 1, "1 active day in 7"),
        ("weekdays_used", 1, "1 different weekday used"),
        ("sessions_28d", 1, "1 session in 28 days"),
        ("uses_per_session", 1.0, "1 use a session"),
        ("country_visits_since", 1.0, "others of the country came 1 time since"),
        ("lasting_activity", 1.0, "activity of weeks worth 1 day"),
        ("gap_longest", 1, "longest gap 1 day"),
        ("low_ratings", 1, "1 rating of 1 to 3 stars"),
        ("ratings", 11, "11 answers rated"),
        ("rating_mean", None, "no mean rating"),
        ("rating_mean", float("nan"), "no mean rating"),
        ("plan", "free", "plan: free"),
        ("quiz_share", 0.25, "share of quiz: 25%"),
        ("engagement_seconds_28d", 300.0, "attention in 28 days: 5 min"),
        ("uses_trend", -0.52, "trend of uses: -0.5"),
    ],
)
def test_a_reason_is_told_in_words(feature: str, value: float | str | None, said: str):
    assert told(feature, value) == said
