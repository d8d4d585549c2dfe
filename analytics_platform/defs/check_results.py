"""`quality.check_results`: the newest result of every check, kept in the lake.

Belongs here: the table that pages read, and that says which days were found wrong and not built again
since. Does not: running checks (`checks.py`). Dagster's history holds every result there ever was.
"""

import fcntl
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from datetime import UTC, datetime

import dagster as dg
import polars as pl
import pyarrow as pa

from analytics_platform.alerts import CheckResult
from analytics_platform.defs.table_facts import address, asset_key, code_references, column_schema
from analytics_platform.lakehouse import Lake
from analytics_platform.workspace import open_workspace

TABLE = "quality.check_results"
KEY = ["table_name", "check_name"]
COMMENTS = {
    "table_name": "Table that the claim is about.",
    "check_name": "Name of the check.",
    "severity": "`error` or `warn`.",
    "passed": "Whether nothing was found.",
    "failing_days": "Reporting days found wrong and not built again since, separated by commas.",
    "description": "The claim.",
    "checked_at": "When it was looked at (UTC).",
    "run_id": "The run of Dagster that did.",
}
TYPES = {"passed": pa.bool_(), "checked_at": pa.timestamp("us", tz="UTC")}
SCHEMA = pa.schema(
    [
        pa.field(name, TYPES.get(name, pa.string()), metadata={"comment": comment})
        for name, comment in COMMENTS.items()
    ]
)


@dg.definitions
def quality() -> dg.Definitions:
    """The table as Dagster shows it: no run builds it alone, every check writes its line."""
    shown = dg.AssetSpec(
        asset_key(TABLE),
        group_name="quality",
        owners=["team:data_platform"],
        kinds={"python", "deltalake"},
        description="One row per check: its newest result.",
        metadata={
            **address(open_workspace().lake, TABLE),
            **code_references(__file__),
            "dagster/column_schema": column_schema(SCHEMA),
        },
    )
    return dg.Definitions(assets=[shown])


def failed_claims(lake: Lake, tables: Iterable[str]) -> tuple[str, ...]:
    """Claims about tables that did not hold when they were last looked at, of those that are errors."""
    if not lake.exists(TABLE):
        return ()
    rows = lake.scan(TABLE).filter(
        pl.col("table_name").is_in(list(tables)) & (pl.col("severity") == "error") & ~pl.col("passed")
    )
    return tuple(rows.sort("table_name", "check_name").collect()["description"])


def record(lake: Lake, results: Iterable[CheckResult]) -> None:
    """Put results in place of the earlier ones of the same checks."""
    checked_at = datetime.now(UTC)
    rows = [_row(result, checked_at) for result in results]
    if not rows:
        return
    new = pl.DataFrame(pa.Table.from_pylist(rows, SCHEMA))
    with _one_at_a_time(lake):
        if lake.exists(TABLE):
            held = lake.scan(TABLE).select(SCHEMA.names).collect()
            new = pl.concat([held.join(new, on=KEY, how="anti"), new])
        lake.replace(TABLE, [new.sort(KEY).to_arrow().cast(SCHEMA)], SCHEMA)


def failing_days(lake: Lake, table: str) -> dict[str, set[str]]:
    """Days that the newest result of each failing check of a table calls wrong, by check."""
    if not lake.exists(TABLE):
        return {}
    failing = lake.scan(TABLE).filter(pl.col("table_name") == table, pl.col("failing_days") != "")
    rows = failing.select("check_name", "failing_days").collect().iter_rows()
    return {check: set(days.split(", ")) for check, days in rows}


def _row(result: CheckResult, checked_at: datetime) -> dict[str, object]:
    return {
        "table_name": result.table,
        "check_name": result.name,
        "severity": "error" if result.is_error else "warn",
        "passed": result.passed,
        "failing_days": ", ".join(result.failing_days),
        "description": result.description,
        "checked_at": checked_at,
        "run_id": result.run_id,
    }


@contextmanager
def _one_at_a_time(lake: Lake) -> Generator[None]:
    """Two runs that end a step at once must not lose each other's results."""
    with lake.root.with_name(f"{lake.root.name}.checks.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
