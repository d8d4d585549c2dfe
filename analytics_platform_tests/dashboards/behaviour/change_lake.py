"""A lake with what the views of changes and segments read, computed by the package from a planted world."""

from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import polars as pl
import pyarrow as pa

from analytics_platform.behaviour import metric_changes, segments
from analytics_platform.lakehouse import Lake
from analytics_platform_tests.behaviour.planted_world import LAST_DAY, planted
from analytics_platform_tests.dashboards.kpi_lake import write_lake

GAP_DAY = date(2025, 10, 23)


@cache
def tables() -> dict[str, pa.Table]:
    """Every table; the log has a gap on one day, as `Known` would tell of it."""
    with TemporaryDirectory() as folder:
        engine = planted(Lake(Path(folder) / "lake"))
        changes = metric_changes.metric_changes(engine, LAST_DAY, {}, ZoneInfo("UTC"), has_experiments=True)
        found = segments.segment_tables(engine, LAST_DAY)
    return {metric_changes.TABLE: _with_gap(changes), **found}


def _with_gap(changes: pa.Table) -> pa.Table:
    rows = pl.DataFrame(changes)
    gap = rows.filter(comparison="day", dimension="overall", component="total", metric="dau").head(1)
    gap = gap.with_columns(
        as_of_date=pl.lit(GAP_DAY),
        metric=pl.lit("events"),
        cause=pl.lit("logging_gap"),
        sentence=pl.lit("Feature uses are too low because ios logged nothing 18:00–19:00."),
    )
    return pl.concat([rows, gap]).to_arrow().cast(changes.schema)


def write_changes(lake: Lake) -> None:
    """The tables of both views, and the KPIs that the page needs."""
    write_lake(lake)
    for table, rows in tables().items():
        lake.replace(table, [rows], rows.schema)
