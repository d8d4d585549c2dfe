"""Daily series from a file of somebody's own: what is read, and what is refused with its row and its mend."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from analytics_platform.errors import AnalyticsError
from analytics_platform.experiments.analyze import read_table
from analytics_platform.forecasts.backtest import MINIMUM_DAYS
from analytics_platform.forecasts.series import Series
from analytics_platform.yaml_file import nearest

ROW, DAY, VALUE, NAME = "\0row", "\0day", "\0value", "\0name"
"""Columns of our own, beside those of the user, whom no name is forbidden."""

ONLY = ""
"""Name of the series of a file that has one."""

YEARS = (1900, 2200)
"""Years of which days are believed; calendars know no others."""

DAILY = 1 / 3
"""Share of the days between first and last that a daily series has at least; trading days have 5 of 7."""


def read_series(
    file: Path, date_column: str, value_column: str, series_column: str | None
) -> tuple[dict[str, Series], list[str]]:
    """The series of a file, by name, and what there is to note of them.

    Args:
        file: CSV or Parquet, one row a day (and series).
        date_column: the days: dates, or text that opens with one such as 2026-01-31.
        value_column: the values: numbers, or empty where not known.
        series_column: names of the series; None where there is one.

    Raises:
        AnalyticsError: the file cannot be read or has no such column; a row holds no date or no number, or a
            day stands twice; no series is daily, or long enough.
    """
    table = read_table(file).with_row_index(ROW, 1)
    named = [("--date-column", date_column), ("--value-column", value_column)]
    _check_columns(table, file, [*named, *([("--series-column", series_column)] if series_column else [])])
    _check_kinds(table.schema, file, date_column, value_column)
    name = pl.col(series_column).cast(pl.String) if series_column else pl.lit(ONLY)
    rows = table.select(
        pl.col(ROW),
        _days(table.schema[date_column], date_column).alias(DAY),
        _numbers(table.schema[value_column], value_column).alias(VALUE),
        name.alias(NAME),
    )
    _check_rows(table, rows, file, date_column, value_column)
    if series_column:
        _refuse(table, rows[NAME].is_null(), file, series_column, "no name of a series; fill it in")
    _check_once(rows, file)
    found: dict[str, Series] = {}
    notes: list[str] = []
    for key, part in rows.partition_by(NAME, as_dict=True, maintain_order=True).items():
        _one(str(key[0]), part, found, notes)
    if not found:
        raise AnalyticsError(f"{file}: {notes[0]}")
    return found, notes


def _one(name: str, part: pl.DataFrame, found: dict[str, Series], notes: list[str]) -> None:
    """Add a series where it can be forecast, and say what is to be said of it."""
    whose = f"series {name!r}" if name else "the series"
    known = part.drop_nulls(VALUE)
    if known.height < MINIMUM_DAYS:
        notes.append(f"{whose} has {known.height} days with a value; a forecast takes {MINIMUM_DAYS}.")
        return
    series = Series.of(known[DAY], known[VALUE])
    if series.known < DAILY * len(series):
        notes.append(
            f"{whose} has values on {series.known} of {len(series)} days, and so is not daily; sum it by day."
        )
        return
    missing = len(series) - series.known
    if missing:
        notes.append(f"{whose} lacks {missing} of {len(series)} days, which are taken as not known.")
    found[name] = series


def _check_columns(table: pl.DataFrame, file: Path, named: Sequence[tuple[str, str]]) -> None:
    columns = [column for column in table.columns if column != ROW]
    for option, column in named:
        if column not in columns:
            hint = nearest(column, columns)
            ended = hint if hint.endswith("?") else f"{hint}."
            raise AnalyticsError(f"{file} has no column {column!r}, which {option} names; {ended}")
    for at, (option, column) in enumerate(named):
        other = next((before for before, name in named[:at] if name == column), None)
        if other is not None:
            raise AnalyticsError(f"{file}: {other} and {option} both name {column!r}; name two columns.")


def _check_kinds(schema: pl.Schema, file: Path, date_column: str, value_column: str) -> None:
    days, values = schema[date_column], schema[value_column]
    if not (isinstance(days, pl.Date | pl.Datetime | pl.String | pl.Null) or days.is_integer()):
        raise AnalyticsError(
            f"{file}: column {date_column} is of type {days}, which holds no days; write dates."
        )
    if not (isinstance(values, pl.Boolean | pl.String | pl.Null) or values.is_numeric()):
        raise AnalyticsError(
            f"{file}: column {value_column} is of type {values}, which holds no numbers; write numbers."
        )


def _days(kind: pl.DataType, column: str) -> pl.Expr:
    if kind.is_temporal():
        return pl.col(column).cast(pl.Date)
    return pl.col(column).cast(pl.String).str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)


def _numbers(kind: pl.DataType, column: str) -> pl.Expr:
    number = pl.col(column).cast(pl.Float64, strict=False)
    return number if kind == pl.String else number.fill_nan(None)


def _check_rows(
    table: pl.DataFrame, rows: pl.DataFrame, file: Path, date_column: str, value_column: str
) -> None:
    _refuse(table, rows[DAY].is_null(), file, date_column, "no date; write one such as 2026-01-31")
    is_far = ~rows[DAY].dt.year().is_between(*YEARS)
    _refuse(table, is_far, file, date_column, f"not within the years {YEARS[0]} to {YEARS[1]}")
    is_empty = table[value_column].cast(pl.String).str.strip_chars().fill_null("").is_in(["", "NaN"])
    is_number = rows[VALUE].is_finite().fill_null(value=False)
    _refuse(
        table, ~(is_number | is_empty), file, value_column, "no number; write one, or nothing where not known"
    )


def _refuse(table: pl.DataFrame, is_wrong: pl.Series, file: Path, column: str, what: str) -> None:
    wrong = table.filter(is_wrong)
    if wrong.height:
        shown = wrong[column][0]
        more = f" ({wrong.height:,} such rows)" if wrong.height > 1 else ""
        raise AnalyticsError(f"{file}: row {wrong[ROW][0]}, column {column}: {shown!r} is {what}{more}.")


def _check_once(rows: pl.DataFrame, file: Path) -> None:
    twice = rows.filter(pl.struct(NAME, DAY).is_duplicated()).sort(NAME, DAY, ROW)
    if twice.height:
        one, other = twice.row(0, named=True), twice.row(1, named=True)
        whose = f" of series {one[NAME]!r}" if one[NAME] else ""
        raise AnalyticsError(
            f"{file}: rows {one[ROW]} and {other[ROW]} are both of {one[DAY]}{whose}; write one row a day: "
            "sum them, or name the series by --series-column."
        )
