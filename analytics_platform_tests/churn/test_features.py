"""`churn.features` against each definition in plain Python, and blind to everything after its day."""

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import mean, stdev
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics_platform.churn import FEATURES
from analytics_platform.churn.design import CATEGORIES, NAMES, NUMBERS
from analytics_platform.churn.features import GRID
from analytics_platform.churn.words import LABELS
from analytics_platform.lakehouse import Lake, Window
from analytics_platform_tests.behaviour.histories import HISTORIES
from analytics_platform_tests.churn.leavers import user_days, write_log
from analytics_platform_tests.derived_rows import billing_day, day, days, rows_of, user_day, write_user_days
from analytics_platform_tests.raw_rows import Row


def feature_rows(history: list[Row], window: Window) -> list[Row]:
    with TemporaryDirectory() as folder:
        lake = Lake(Path(folder))
        write_user_days(lake, history)
        return rows_of(lake, FEATURES, window)


def is_snapshot(on: date) -> bool:
    return (on - date(2024, 1, 1)).days % 6 == 0


def expected(history: list[Row], snapshot: date, user_id: int) -> Row | None:
    """A few features of one user, read off one by one; None for a user who is not asked about."""
    own = [row for row in history if row["user_id"] == user_id and row["event_date"] <= snapshot]
    active = sorted(row["event_date"] for row in own if row["is_active"])
    ages = [(snapshot - on).days for on in active if (snapshot - on).days < 56]
    if not ages or min(ages) >= 28:
        return None
    recent = [row for row in own if row["is_active"] and (snapshot - row["event_date"]).days < 56]
    month = [row for row in recent if (snapshot - row["event_date"]).days < 28]
    known = [row for row in own if (snapshot - row["event_date"]).days < 56]
    gaps = [before - after for before, after in pairwise(ages)]
    ratings = sum(row["ratings"] for row in recent)
    uses = sum(row["events"] for row in month)
    return {
        "recency_days": min(ages),
        "tenure_days": (snapshot - active[0]).days,
        **{f"active_days_{n}d": sum(age < n for age in ages) for n in (7, 14, 28, 56)},
        "recent_activity": pytest.approx(sum(0.5 ** (age / 4) for age in ages), abs=1e-6),
        "gap_mean": pytest.approx(mean(gaps)) if gaps else None,
        "gap_sd": pytest.approx(stdev(gaps), abs=1e-6) if len(gaps) > 1 else None,
        "gap_longest": max(gaps, default=None),
        "weekend_share": pytest.approx(mean((snapshot - timedelta(days=age)).weekday() >= 5 for age in ages)),
        "weekdays_used": len({(snapshot - timedelta(days=age)).weekday() for age in ages}),
        "uses_28d": uses,
        "quiz_share": pytest.approx(sum(row["quiz_uses"] for row in month) / uses) if uses else None,
        "ratings": ratings,
        "rating_mean": pytest.approx(sum(row["rating_sum"] for row in recent) / ratings) if ratings else None,
        "plan": max(known, key=lambda row: row["event_date"])["plan"],
        "paywall_views": sum(row["paywall_views"] for row in known),
    }


@settings(max_examples=6, deadline=None)
@given(HISTORIES)
def test_each_feature_equals_its_definition(history: list[Row]):
    window = days(0, 100)
    found = {(row["event_date"], row["user_id"]): row for row in feature_rows(history, window)}
    people = {row["user_id"] for row in history}
    wanted = {
        (on, user_id): row
        for on in window.days()
        if is_snapshot(on)
        for user_id in people
        if (row := expected(history, on, user_id)) is not None
    }
    assert found.keys() == wanted.keys()
    for key, row in wanted.items():
        assert {name: found[key][name] for name in row} == row


@settings(max_examples=4, deadline=None)
@given(HISTORIES, st.integers(0, 64), st.integers(1, 30))
def test_nothing_after_the_snapshot_changes_a_row(history: list[Row], until: int, shift: int):
    """The future deleted, or moved and inflated, leaves every row of the past as it was."""
    past = [row for row in history if row["event_date"] <= day(until)]
    later = [
        {**row, "event_date": row["event_date"] + timedelta(days=shift), "events": 9, "plan": "paid"}
        for row in history
        if row["event_date"] > day(until)
    ]
    window = days(0, until)
    known = feature_rows(history, window)
    assert feature_rows(past, window) == known
    assert feature_rows(past + later, window) == known


def test_a_changed_future_leaves_the_stored_bytes_equal(tmp_path: Path):
    """The whole table on a log of many users, written twice: once with another future."""
    rows = user_days(users=200, length=90)
    cut = day(60)
    changed = rows.filter((pl.col("event_date") <= cut) | (pl.col("user_id") % 2 == 0)).with_columns(
        country=pl.when(pl.col("event_date") > cut).then(pl.lit("BR")).otherwise("country")
    )
    contents = []
    for name, log in (("one", rows), ("other", changed)):
        engine, _ = write_log(tmp_path / name, log, 90)
        files = engine.lake.snapshot([FEATURES.name]).tables[FEATURES.name].files
        past = [Path(file) for file in files if Path(file).parent.name <= f"event_date={cut}"]
        contents.append({path.parent.name: path.read_bytes() for path in past})
    assert len(contents[0]) > 8
    assert contents[0] == contents[1]


def test_classmates_count_without_oneself():
    rows = [user_day(user, offset, classroom_id=7) for user, offset in ((1, 26), (2, 27), (3, 5), (4, 1))]
    rows += [user_day(5, 27, classroom_id=7, role="teacher"), user_day(6, 27)]
    found = {row["user_id"]: row for row in feature_rows(rows, days(27, 27))}
    assert is_snapshot(day(27))
    assert found[1]["classmates"] == 4
    assert found[1]["classmates_active_share"] == 2 / 4
    assert found[3]["classmates_active_share"] == 3 / 4
    assert [found[user]["active_teachers"] for user in (1, 5, 6)] == [1, 0, None]
    assert found[6]["classmates_active_share"] is None


def test_the_clock_of_a_country_stands_still_while_nobody_comes():
    rows = [user_day(user, offset) for user in (1, 2) for offset in (10, 11)] + [user_day(2, 27)]
    found = {row["user_id"]: row for row in feature_rows(rows, days(27, 27))}
    assert found[1]["recency_days"] == 16
    assert found[1]["country_visits_since"] == 1 / 2
    assert found[2]["country_visits_since"] == 0


def test_billing_alone_is_no_activity():
    rows = [user_day(1, 0), billing_day(1, 20, plan="paid", conversions=1)]
    (row,) = feature_rows(rows, days(27, 27))
    assert (row["recency_days"], row["plan"]) == (27, "paid")
    assert feature_rows(rows, days(33, 33)) == []


def test_every_column_is_a_feature_with_a_name_in_words_or_names_the_row():
    assert set(NUMBERS) | set(CATEGORIES) == set(LABELS)
    assert set(FEATURES.columns) == {*NUMBERS, *CATEGORIES, *NAMES}
    assert FEATURES.sql.count(GRID) == 1
