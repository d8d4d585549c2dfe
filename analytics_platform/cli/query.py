"""`sql` and `export`: rows of the lake on standard output or in a file."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import polars as pl
import typer

from analytics_platform.cli.files import write_file
from analytics_platform.cli.formats import WRITERS, notes, show_table
from analytics_platform.cli.options import AsOfOption, FromOption, ToOption, pinned
from analytics_platform.errors import AnalyticsError
from analytics_platform.workspace import open_workspace

CONDITIONS = {"first_day": "event_date >= $first_day", "last_day": "event_date <= $last_day"}


def sql(
    query: Annotated[str, typer.Argument(help="One SELECT; tables are named schema.table.")],
    form: Annotated[
        Literal["table", "csv", "json", "parquet"],
        typer.Option("--format", help="How to print the rows; all but table carry nothing else."),
    ] = "table",
    as_of: AsOfOption = None,
    output: Annotated[
        Path | None,
        typer.Option(help="Write this file instead, in the format of its extension.", show_default=False),
    ] = None,
) -> None:
    """Answer one SELECT over the lake.

    The query sees one version of every table, whatever is being written meanwhile.

    Example:
        analytics-platform sql "select count(*) from activity.event_log"
        analytics-platform sql "select * from behaviour.kpi_daily" --output kpis.csv
        analytics-platform sql "select count(*) from raw.events" --as-of "version 1"
    """
    engine = open_workspace().engine
    snapshot = pinned(engine, query, as_of)
    with _printable(), engine.stream(query, snapshot=snapshot) as rows:
        if output is not None:
            notes.print(f"{write_file(rows, output):,} rows from {snapshot} written to {output}")
        elif form == "table":
            result = pl.DataFrame(rows.read_all())
            show_table(result)
            notes.print(f"{result.height:,} rows from {snapshot}", style="dim")
        else:
            if form == "parquet" and sys.stdout.isatty():
                raise AnalyticsError("Parquet is not for a screen: give --output FILE or redirect.")
            sys.stdout.flush()
            WRITERS[form](rows, sys.stdout.buffer)


@contextmanager
def _printable() -> Generator[None]:
    """A result that the chosen format cannot hold is the query's to mend."""
    try:
        yield
    except pl.exceptions.PolarsError as error:
        said = str(error).strip().splitlines()[0]
        raise AnalyticsError(
            f"The result cannot be shown in this format ({said}): name columns apart and unnest lists and "
            "structs, or take --format parquet."
        ) from None


def export(
    table: Annotated[str, typer.Argument(help="Table or view, as schema.table.")],
    file: Annotated[Path, typer.Argument(help="File to write; .csv, .csv.gz, .json, .jsonl or .parquet.")],
    first: FromOption = None,
    last: ToOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Write a table to a file.

    The file appears whole or not at all, and the extension decides the format.

    Example:
        analytics-platform export behaviour.kpi_daily kpis.csv
        analytics-platform export activity.events march.parquet --from 2026-03-01 --to 2026-03-31
    """
    engine = open_workspace().engine
    bounds = {name: day.date() for name, day in (("first_day", first), ("last_day", last)) if day}
    query = " AND ".join([f"SELECT * FROM {table} WHERE true", *(CONDITIONS[name] for name in bounds)])  # noqa: S608
    snapshot = pinned(engine, query, as_of)
    with engine.stream(query, bounds, snapshot) as rows:
        notes.print(f"{write_file(rows, file):,} rows from {snapshot} written to {file}")
