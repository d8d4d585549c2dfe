"""Faults that tests plant into a lake."""

from datetime import date

import polars as pl

from analytics_platform.lakehouse import Lake, Window


def rewrite(lake: Lake, table: str, day: date, rows: pl.DataFrame) -> None:
    """Put rows in place of those that a table holds of a day."""
    schema = lake.snapshot([table]).tables[table].schema
    lake.replace_days(table, Window(day, day), [rows.select(schema.names).to_arrow().cast(schema)], schema)


def rows_of(lake: Lake, table: str, day: date) -> pl.DataFrame:
    """What a table holds of a day."""
    return lake.scan(table).filter(pl.col("event_date") == day).collect()


def unknown_platform(lake: Lake, day: date) -> pl.DataFrame:
    """Break the contract of a day's raw events; returns the rows as they were."""
    rows = rows_of(lake, "raw.events", day)
    rewrite(lake, "raw.events", day, rows.with_columns(platform=pl.lit("fax")))
    return rows


def repeated_rows(lake: Lake, table: str, day: date) -> None:
    """Put every row of a day twice."""
    rows = rows_of(lake, table, day)
    rewrite(lake, table, day, pl.concat([rows, rows]))
