"""Funnels and journeys on two public logs, counted a second way and without a failed check."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from analytics_platform.behaviour import funnels, journeys
from analytics_platform.behaviour.funnels.in_force import PRODUCT, load_paths
from analytics_platform.behaviour.funnels.tables import STEPS
from analytics_platform.ingest import ingest, load_mapping
from analytics_platform.lakehouse import DuckDBEngine, Lake, Window
from analytics_platform_tests.behaviour.funnels.reference import progress
from analytics_platform_tests.derived_rows import build

REPOSITORY = Path(__file__).parents[2]
DATA = REPOSITORY.parent / "shared" / "data"
UTC = ZoneInfo("UTC")
PATHS = load_paths(REPOSITORY / "examples" / "funnels" / "moodle.yaml")

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not DATA.exists(), reason=f"the real logs are not at {DATA}"),
]


def _lake(root: Path, file: str, mapping: str) -> tuple[DuckDBEngine, Window]:
    lake = Lake(root)
    ingest(lake, str(DATA / file), load_mapping(REPOSITORY / "examples" / "mappings" / mapping), UTC)
    held = lake.days("raw.events")
    window = Window(held[0], held[-1])
    names = ("activity.events", "activity.sessions", "activity.user_days", "activity.users")
    return build(lake, window, *names), window


def _tables(engine: DuckDBEngine, window: Window) -> dict[str, pl.DataFrame]:
    lake = engine.lake
    found = funnels.funnel_tables(lake, PATHS.funnels, window, UTC)
    for table, rows in found.items():
        lake.replace(table, [rows], rows.schema)
    drivers = funnels.driver_table(engine, PATHS.funnels)
    lake.replace(funnels.DRIVERS, [drivers], drivers.schema)
    moves = journeys.journey_tables(engine, PATHS.journeys, window)
    for table, rows in moves.items():
        lake.replace(table, [rows], rows.schema)
    failed = [
        f"{check.table} {check.name}"
        for check in (*funnels.CHECKS, *journeys.CHECKS)
        if not check.run(engine, window).passed
    ]
    assert failed == []
    return {table: pl.DataFrame(rows) for table, rows in {**found, **moves}.items()}


def test_funnels_of_the_moodle_log_are_those_of_a_plain_reading(tmp_path: Path):
    engine, window = _lake(tmp_path / "lake", "moodle_edify_events.parquet", "moodle.yaml")
    tables = _tables(engine, window)
    log = engine.lake.scan("activity.events").filter(~pl.col("is_bot")).collect()
    until = datetime.combine(window.last_day + timedelta(days=1), datetime.min.time(), UTC)
    own = {user: rows.to_dicts() for (user,), rows in log.partition_by("user_id", as_dict=True).items()}
    for funnel in PATHS.funnels:
        read = {user: progress(rows, funnel, window.first_day, until) for user, rows in own.items()}
        expected = {user: (row["furthest_step"], row["state"]) for user, row in read.items() if row}
        users = tables["behaviour.funnel_users"].filter(funnel_id=funnel.id)
        assert (
            dict(zip(users["user_id"], users.select("furthest_step", "state").rows(), strict=True))
            == expected
        )
    steps = tables[STEPS].filter(dimension="overall").sort("funnel_id", "step")
    assert steps["open_users"].sum() < 20


def test_days_of_submissions_of_the_open_university_make_a_funnel(tmp_path: Path):
    engine, window = _lake(tmp_path / "lake", "oulad_assessment_events.parquet", "oulad_assessments.yaml")
    steps = (
        _tables(engine, window)[STEPS]
        .filter(dimension="overall", funnel_id="comes_back_to_work")
        .sort("step")
    )
    events = engine.lake.scan("activity.events").collect()
    days = (
        events.group_by("user_id", "event_date")
        .agg(first=pl.col("event_time").min(), last=pl.col("event_time").max())
        .sort("user_id", "event_date")
        .with_columns(third=pl.col("first").shift(-2).over("user_id"))
    )
    near = days.filter(pl.col("third") <= pl.col("last") + pl.duration(days=60))
    assert steps["users"].to_list()[0] == days["user_id"].n_unique()
    assert steps["users"].to_list()[2] == near["user_id"].n_unique()


def test_the_product_s_funnels_on_a_log_without_them_have_rows_and_no_crash(tmp_path: Path):
    engine, window = _lake(tmp_path / "lake", "oulad_enrolments.parquet", "oulad_enrolments.yaml")
    paths = load_paths(PRODUCT)
    for table, rows in funnels.funnel_tables(engine.lake, paths.funnels, window, UTC).items():
        engine.lake.replace(table, [rows], rows.schema)
    assert funnels.driver_table(engine, paths.funnels).num_rows >= 0
    assert journeys.journey_tables(engine, paths.journeys, window)[journeys.JOURNEYS].num_rows >= 0
