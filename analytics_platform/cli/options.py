"""Options that several commands share: reporting days, and the moment the lake is read as of."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from analytics_platform.errors import AnalyticsError
from analytics_platform.lakehouse import DuckDBEngine, Snapshot, Window

DAY = ["%Y-%m-%d"]

FromOption = Annotated[
    datetime | None,
    typer.Option("--from", formats=DAY, help="First reporting day.", metavar="DAY", show_default=False),
]
ToOption = Annotated[
    datetime | None,
    typer.Option("--to", formats=DAY, help="Last reporting day.", metavar="DAY", show_default=False),
]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        help="Read the lake as it was: an ISO instant (UTC unless it names a zone), or 'version N'.",
        metavar="WHEN",
        show_default=False,
    ),
]


def window_between(first: datetime | None, last: datetime | None, known: Window) -> Window:
    """The window from `--from` to `--to`; what is left out is taken from the known days.

    Raises:
        AnalyticsError: the window ends before it starts.
    """
    first_day = first.date() if first else known.first_day
    last_day = last.date() if last else known.last_day
    if last_day < first_day:
        raise AnalyticsError(f"The last day, {last_day}, lies before the first, {first_day}.")
    return Window(first_day, last_day)


def pinned(engine: DuckDBEngine, query: str, as_of: str | None) -> Snapshot:
    """Pin the tables of a query, now or as `--as-of` says.

    Raises:
        AnalyticsError: the text is neither an instant nor a version, a version is asked of several
            tables, or a table is missing or was not there yet.
    """
    moment = None if as_of is None else _moment(as_of)
    if isinstance(moment, int) and len(tables := engine.base_tables(query)) > 1:
        raise AnalyticsError(
            f"--as-of {as_of!r}: a version belongs to one table and {', '.join(sorted(tables))} are read; "
            "give an instant."
        )
    return engine.snapshot(query, moment)


def _moment(text: str) -> datetime | int:
    number = text.removeprefix("version").strip()
    if number.isdecimal():
        return int(number)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise AnalyticsError(
            f"--as-of {text!r} is no moment: write an ISO instant such as 2026-01-31T09:00, or 'version 3'."
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
