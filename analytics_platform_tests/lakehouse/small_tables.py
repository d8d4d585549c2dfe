"""A tiny daily table for the lake's tests: rows of (event_date, user_id, score, plan)."""

from datetime import date

import pyarrow as pa

from analytics_platform.lakehouse import Lake, Window

TABLE = "test.scores"
SCHEMA = pa.schema(
    [
        pa.field("event_date", pa.date32(), metadata={"comment": "The day."}),
        pa.field("user_id", pa.int64(), metadata={"comment": "The person."}),
        pa.field("score", pa.float64()),
        pa.field("plan", pa.string()),
    ]
)


def day(number: int) -> date:
    """A day of January 2025."""
    return date(2025, 1, number)


def window(first: int, last: int | None = None) -> Window:
    return Window(day(first), day(last or first))


def rows(number: int, *scores: float, schema: pa.Schema = SCHEMA) -> pa.Table:
    """One row a score on a day, users numbered from 1; further columns are null."""
    columns: dict[str, object] = {
        "event_date": [day(number)] * len(scores),
        "user_id": list(range(1, len(scores) + 1)),
        "score": list(scores),
        "plan": ["free"] * len(scores),
    }
    return pa.table({name: columns.get(name, [None] * len(scores)) for name in schema.names}, schema)


def write(lake: Lake, number: int, *scores: float) -> None:
    lake.replace_days(TABLE, window(number), [rows(number, *scores)], SCHEMA)


def scores(lake: Lake) -> list[tuple[int, float]]:
    """Every row as (day of January, score), sorted."""
    frame = lake.scan(TABLE).select("event_date", "score").collect()
    return sorted((found.day, score) for found, score in frame.iter_rows())


def data_files(lake: Lake) -> list[str]:
    """Parquet files on disk, whether committed or not."""
    return sorted(str(path) for path in lake.root.rglob("*.parquet") if "_delta_log" not in path.parts)
