"""What changed and who is who on two public logs: no channel, gaps between terms, few people."""

from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from analytics_platform.behaviour import metric_changes, segments
from analytics_platform.ingest import ingest, load_mapping
from analytics_platform.lakehouse import DuckDBEngine, Lake, Window
from analytics_platform_tests.derived_rows import build

REPOSITORY = Path(__file__).parents[2]
DATA = REPOSITORY.parent / "shared" / "data"
UTC = ZoneInfo("UTC")

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not DATA.exists(), reason=f"the real logs are not at {DATA}"),
]


def test_the_moodle_log_is_compared_and_divided_without_a_failed_check(tmp_path: Path):
    lake = Lake(tmp_path / "lake")
    mapping = load_mapping(REPOSITORY / "examples" / "mappings" / "moodle.yaml")
    ingest(lake, str(DATA / "moodle_edify_events.parquet"), mapping, UTC)
    held = lake.days("raw.events")
    window = Window(held[0], held[-1])
    names = (
        "activity.events",
        "activity.sessions",
        "activity.user_days",
        "activity.users",
        "behaviour.kpi_daily",
    )
    engine: DuckDBEngine = build(lake, window, *names)
    days = pl.DataFrame(engine.query("SELECT event_date FROM activity.user_days"))
    busiest = days["event_date"].mode().sort()[0]
    rows = metric_changes.metric_changes(engine, busiest, {}, UTC, has_experiments=False)
    tables = {metric_changes.TABLE: rows, **segments.segment_tables(engine, busiest)}
    for table, found in tables.items():
        lake.replace(table, [found], found.schema)
    failed = [
        f"{check.table} {check.name}"
        for check in (*metric_changes.CHECKS, *segments.CHECKS)
        if not check.run(engine, window).passed
    ]
    assert failed == []
    told = pl.DataFrame(rows).filter(comparison="week", dimension="overall", component="total")
    assert "dau" in told["metric"].to_list()
    assert "acquisition_channel" not in set(pl.DataFrame(rows)["dimension"])
