"""Charts of funnels: every number is that of a list of users, and everybody is accounted for."""

import random
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from analytics_platform.behaviour.funnels import CHECKS, DRIVERS, funnel_tables
from analytics_platform.behaviour.funnels.funnel import Funnel
from analytics_platform.behaviour.funnels.steps import EDGES
from analytics_platform.lakehouse import Check, DuckDBEngine, Lake
from analytics_platform_tests.behaviour.funnel_lake import DAYS, event, write
from analytics_platform_tests.raw_rows import Row

FUNNEL = Funnel.model_validate(
    {
        "id": "study",
        "title": "Study",
        "steps": [
            {"name": "Read", "feature": "summarize"},
            {"name": "Test", "feature": "quiz"},
            {"name": "Ask", "feature": "explain"},
        ],
        "window_hours": 24,
        "exclusions": [{"platform": "ios"}],
    }
)
USERS, STEPS, TIMES = "behaviour.funnel_users", "behaviour.funnel_steps", "behaviour.funnel_times"


def _log() -> list[Row]:
    """300 people; teachers (every third) go on more often. Later events are likelier to stay open."""
    draw, log = random.Random(5), []
    for user in range(1, 301):
        at = draw.uniform(0, 6 * 86_400 - 20_000)
        log.append(event(user, at, "summarize"))
        for feature in ("quiz", "explain"):
            if draw.random() > (0.9 if user % 3 == 0 else 0.5):
                break
            at += draw.uniform(0, 9_000)
            log.append(event(user, at, feature, platform="ios" if draw.random() < 0.05 else "web"))
    return log


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    lake = Lake(tmp_path_factory.mktemp("steps") / "lake")
    write(lake, _log(), [FUNNEL])
    for table, rows in funnel_tables(lake, [FUNNEL], DAYS, ZoneInfo("UTC")).items():
        lake.replace(table, [rows], rows.schema)
    return lake


def test_each_bar_counts_the_users_that_a_list_names(lake: Lake):
    users, steps = lake.scan(USERS).collect(), lake.scan(STEPS).collect()
    assert steps["dimension"].unique().sort().to_list() == [
        "acquisition_channel",
        "country",
        "overall",
        "role",
    ]
    for row in steps.to_dicts():
        members = (
            users
            if row["dimension"] == "overall"
            else users.filter(pl.col(row["dimension"]) == row["segment"])
        )
        here = members.filter(furthest_step=row["step"])
        assert row["users"] == members.filter(pl.col("furthest_step") >= row["step"]).height
        assert row["dropped_users"] == here.filter(state="dropped").height
        assert row["open_users"] == here.filter(state="open").height
        assert row["converted_users"] == members.filter(state="converted").height
        assert row["excluded_users"] == members.filter(state="excluded").height
    assert steps["open_users"].sum() > 0
    assert steps["excluded_users"].sum() > 0


def test_a_share_stands_in_its_interval_and_below_what_is_possible(lake: Lake):
    overall = lake.scan(STEPS).filter(pl.col("dimension") == "overall").sort("step").collect().to_dicts()
    for row in overall:
        assert row["share_of_start"] == row["users"] / overall[0]["users"]
        assert row["share_of_start_low"] <= row["share_of_start"] <= row["share_of_start_high"] + 1e-12
        assert row["share_of_start"] <= row["share_of_start_at_most"] <= 1
    assert overall[0]["share_of_previous"] is None


def test_spans_of_time_hold_everybody_once(lake: Lake):
    users, times = lake.scan(USERS).collect(), lake.scan(TIMES).collect()
    took = users.filter(pl.col("furthest_step") >= 3).select(
        (pl.col("step_3_at") - pl.col("step_1_at")).dt.total_microseconds() / 1e6
    )
    own = times.filter(dimension="overall", step=3, since="start").sort("from_seconds")
    for row in own.to_dicts():
        inside = took.filter(pl.first() >= row["from_seconds"], pl.first() < (row["to_seconds"] or 1e18))
        assert inside.height == row["users"]
    assert own["users"].sum() == took.height
    assert own["share"].sum() == pytest.approx(1)
    assert list(EDGES) == sorted(EDGES)
    median = (
        lake.scan(STEPS).filter(dimension="overall", step=3).collect()["median_seconds_from_start"].item()
    )
    assert median == took.to_series().median()


def test_few_users_get_no_shares_and_a_reason(tmp_path: Path):
    lake = Lake(tmp_path / "lake")
    write(lake, [event(1, 0, "summarize"), event(1, 5, "quiz")], [FUNNEL])
    rows = funnel_tables(lake, [FUNNEL], DAYS, ZoneInfo("UTC"))[STEPS].to_pylist()
    assert [(row["users"], row["share_of_start"], row["reason"]) for row in rows] == [
        (1, None, "too few: 1 users began"),
        (1, None, "too few: 1 users began"),
        (0, None, "too few: 1 users began"),
    ]


def test_a_funnel_that_nobody_entered_has_rows_of_zeros(tmp_path: Path):
    lake = Lake(tmp_path / "lake")
    write(lake, [event(1, 0, "chat")], [FUNNEL])
    tables = funnel_tables(lake, [FUNNEL], DAYS, ZoneInfo("UTC"))
    assert tables[USERS].num_rows == tables[TIMES].num_rows == 0
    assert [row["users"] for row in tables[STEPS].to_pylist()] == [0, 0, 0]


PLANTED: list[tuple[str, str, pl.Expr]] = [
    (STEPS, "steps_never_grow", (pl.col("users") + 400 * (pl.col("step") == 3)).alias("users")),
    (
        STEPS,
        "everybody_is_accounted_for",
        (pl.col("dropped_users") + (pl.col("step") == 2)).alias("dropped_users"),
    ),
    (STEPS, "everybody_is_accounted_for", (pl.col("converted_users") - 1).alias("converted_users")),
    (
        STEPS,
        "charts_match_users",
        (pl.col("open_users") + (pl.col("segment") == "teacher")).alias("open_users"),
    ),
    (USERS, "charts_match_users", pl.col("state").replace("open", "dropped")),
    (USERS, "charts_match_users", pl.col("furthest_step") - (pl.col("user_id") == pl.col("user_id").max())),
    (TIMES, "times_add_up", (pl.col("users") + (pl.col("from_seconds") == 3600)).alias("users")),
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: f"{check.table}.{check.name}")
def test_every_check_is_quiet_on_what_was_built(lake: Lake, check: Check):
    if check.table != DRIVERS:
        assert check.run(DuckDBEngine(lake), DAYS).examples() == []


@pytest.mark.parametrize(("table", "name", "edit"), PLANTED)
def test_a_planted_fault_is_found(lake: Lake, table: str, name: str, edit: pl.Expr):
    before = lake.scan(table).collect()
    schema = lake.snapshot([table]).tables[table].schema
    try:
        lake.replace(table, [before.with_columns(edit).to_arrow().cast(schema)], schema)
        check = next(check for check in CHECKS if check.name == name)
        assert not check.run(DuckDBEngine(lake), DAYS).passed
    finally:
        lake.replace(table, [before.to_arrow().cast(schema)], schema)


@pytest.mark.parametrize(
    "check",
    [check for check in CHECKS if check.name == "unique_key" and check.table != DRIVERS],
    ids=lambda check: check.table,
)
def test_a_row_that_stands_twice_is_found(lake: Lake, check: Check):
    before, schema = lake.scan(check.table).collect(), lake.snapshot([check.table]).tables[check.table].schema
    try:
        lake.replace(check.table, [pl.concat([before, before[:1]]).to_arrow().cast(schema)], schema)
        assert not check.run(DuckDBEngine(lake), DAYS).passed
    finally:
        lake.replace(check.table, [before.to_arrow().cast(schema)], schema)
