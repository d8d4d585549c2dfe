"""`forecast`: what comes next in somebody's own daily series, and how good such forecasts were."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import polars as pl
import typer

from analytics_platform.cli.formats import FormatOption, notes, show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analytics_platform.forecasts.calendar import Calendar
    from analytics_platform.forecasts.series import Series

MOST_DAYS = 365

ACCURACY = {
    "series": pl.String, "model": pl.String, "is_champion": pl.Boolean, "owa": pl.Float64, "mase": pl.Float64,
    "smape": pl.Float64, "bias": pl.Float64, "interval_score_80": pl.Float64, "interval_score_95": pl.Float64,
    "coverage_50": pl.Float64, "coverage_80": pl.Float64, "coverage_95": pl.Float64, "origins": pl.Int64,
    "origins_judged": pl.Int64, "seconds_per_fit": pl.Float64, "reason": pl.String,
}  # fmt: skip
FORECAST = {
    "series": pl.String, "event_date": pl.Date, "model": pl.String, "forecast": pl.Float64,
    "low_50": pl.Float64, "high_50": pl.Float64, "low_80": pl.Float64, "high_80": pl.Float64,
    "low_95": pl.Float64, "high_95": pl.Float64, "reason": pl.String,
}  # fmt: skip


def forecast(
    file: Annotated[Path, typer.Argument(help="CSV or Parquet, one row a day.")],
    date_column: Annotated[str, typer.Option(help="Column of the days, such as 2026-01-31.")] = "date",
    value_column: Annotated[str, typer.Option(help="Column of the values; empty where not known.")] = "value",
    series_column: Annotated[
        str | None,
        typer.Option(help="Column that names the series, where there are several.", show_default=False),
    ] = None,
    horizon: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="Days ahead.")] = 28,
    holidays: Annotated[
        list[str] | None,
        typer.Option(
            help="Country whose public holidays count, such as US; may be repeated.", show_default=False
        ),
    ] = None,
    calendar: Annotated[
        Path | None,
        typer.Option(help="YAML with your own holidays, breaks, exams and releases.", show_default=False),
    ] = None,
    form: FormatOption = "table",
) -> None:
    """Forecast a daily series of your own, with intervals and the back-test of every method.

    The model is the calendar regression unless the back-test shows another to be clearly better. csv prints
    the forecast; json the back-test as well. docs/forecasts.md explains the columns and the calendar.

    Example:
        analytics-platform forecast signups.csv --date-column day --value-column signups
        analytics-platform forecast shops.parquet --series-column shop --holidays DE --format json
    """
    # statsmodels and prophet take seconds to import, which help need not wait for.
    from analytics_platform.forecasts.file_outlook import accuracy_rows, file_outlooks, path_rows  # noqa: PLC0415
    from analytics_platform.forecasts.file_series import read_series  # noqa: PLC0415

    series, said = read_series(file, date_column, value_column, series_column)
    found = file_outlooks(series, _calendar(calendar, holidays or [], series, horizon), horizon)
    accuracy = _frame(accuracy_rows(found), ACCURACY)
    foreseen = _frame(path_rows(found), FORECAST)
    for note in said:
        notes.print(f"Note: {note}")
    if form == "json":
        document = {"backtest": accuracy.to_dicts(), "forecast": foreseen.to_dicts(), "notes": said}
        sys.stdout.write(json.dumps(document, indent=2, default=str) + "\n")
    elif form == "csv":
        show(foreseen, form)
    else:
        title = "Back-test; OWA below 1 is better than seasonal naive, coverage should be what its name says."
        show(_told(accuracy), form, title)
        sys.stdout.write("\n")
        show(_told(foreseen), form, "Forecast of the champion: median and intervals.")


def _calendar(
    file: Path | None, countries: list[str], series: "Mapping[str, Series]", horizon: int
) -> "Calendar":
    """The calendar of the file, or what everybody shares, with the holidays of countries."""
    from analytics_platform.forecasts.calendar_file import (  # noqa: PLC0415
        SHIPPED,
        load_calendar,
        public_holidays,
    )

    first = min(each.first_day.year for each in series.values()) - 1
    last = max(each.last_day.year for each in series.values()) + 1 + horizon // MOST_DAYS
    found = load_calendar(SHIPPED) if file is None else load_calendar(file).evenly()
    for country in countries:
        found = found.joined(public_holidays(country.upper(), range(first, last + 1)))
    return found


def _frame(rows: list[dict[str, Any]], columns: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([{name: row.get(name) for name in columns} for row in rows], columns)


def _told(rows: pl.DataFrame) -> pl.DataFrame:
    """Without the columns that say nothing."""
    said = rows.select(column for column in rows if column.null_count() < rows.height)
    return said.drop("series") if "series" in said.columns and (said["series"] == "").all() else said
