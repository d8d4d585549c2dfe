"""`demo`: a small world, built through Dagster once for all tests that need a whole lake."""

import json
from pathlib import Path

import polars as pl
import pytest

from analytics_platform.event_contract import INGESTED_FILES
from analytics_platform.lakehouse import Lake
from analytics_platform.workspace import MODELS
from analytics_platform_tests.cli.conftest import Command
from analytics_platform_tests.program import Demo, run_program

pytestmark = pytest.mark.slow


def figures(demo: Demo) -> dict[str, float]:
    return {row["figure"]: row["value"] for row in json.loads(demo.printed.out)}


def test_the_demo_succeeds_and_prints_figures_alone(demo: Demo):
    assert demo.printed.code == 0, demo.printed.err
    assert figures(demo)["days"] == 40
    assert "What to do next" in demo.printed.err


def test_every_model_is_built(demo: Demo):
    lake = Lake(demo.lake)

    missing = [name for name, model in MODELS.items() if not model.is_view and not lake.exists(name)]

    assert missing == []
    assert len(lake.days("behaviour.kpi_daily")) == 40


def test_the_figures_are_those_of_the_tables(demo: Demo):
    lake = Lake(demo.lake)
    told = figures(demo)

    kpis = lake.scan("behaviour.kpi_daily").collect().to_dicts()
    overall = [row for row in kpis if row["dimension"] == "overall"]
    kept = lake.scan("activity.events").collect()
    assert told["deliveries"] == lake.scan("raw.events").collect().height
    assert told["deliveries"] == told["repeated"] + told["bot_events"] + told["events"]
    assert told["events"] == kept.filter(~pl.col("is_bot")).height
    assert told["users"] == lake.scan("activity.users").collect().height
    for days in (1, 7, 30):
        retained = sum(row[f"retained_{days}d"] for row in overall)
        share = retained / sum(row[f"cohort_{days}d"] for row in overall)
        assert told[f"retention_{days}d"] == pytest.approx(share)
    month = sorted(overall, key=lambda row: row["event_date"])[-28:]
    stickiness = sum(row["dau"] for row in month) / sum(row["mau"] for row in month)
    assert told["dau_mau"] == pytest.approx(stickiness)


def test_cost_is_told_in_seconds_and_gibibytes(demo: Demo):
    assert 1 < figures(demo)["seconds"] < 300
    assert 0.1 < figures(demo)["peak_memory_gib"] < 3


def test_a_second_demo_builds_the_same_rows(demo: Demo):
    lake = Lake(demo.lake)
    tables = ["raw.events", "activity.sessions", "behaviour.kpi_daily"]
    before = {table: lake.scan(table).collect() for table in tables}

    again = run_program("demo", "--format", "json", lake=demo.lake)

    assert again.code == 0, again.err
    for table, rows in before.items():
        order = list(MODELS[table].key) if table in MODELS else ["event_id", "received_at"]
        assert lake.scan(table).collect().sort(order).equals(rows.sort(order))


def test_a_lake_that_holds_a_real_log_is_refused(analytics: Command, tmp_path: Path):
    lake = Lake(tmp_path / "data" / "lake")
    schema = INGESTED_FILES.arrow_schema()
    lake.replace("raw.ingested_files", [schema.empty_table()], schema)

    printed = analytics("demo")

    assert printed.code == 1
    assert "holds a real log: give the demo its own with --lake" in printed.err
