"""Whether what a chart shows may be trusted: failed checks upstream of its table, and stale data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import polars as pl

from dashboards.formats import days_in_words, instant, long_day
from dashboards.reader import Origin, Reading


@dataclass(frozen=True)
class Problem:
    """A reason to doubt a table.

    Attributes:
        table: the table it is about.
        sentence: what is wrong, as a reader may be told.
        gist: the same in a few words.
        is_error: an error, else a warning.
        days: reporting days concerned; empty: all of them.
    """

    table: str
    sentence: str
    gist: str
    is_error: bool
    days: tuple[date, ...] = ()

    def touches(self, first_day: date, last_day: date) -> bool:
        """Whether it concerns a day of a period."""
        return not self.days or any(first_day <= day <= last_day for day in self.days)


def upstream(origins: Mapping[str, Origin], table: str) -> set[str]:
    """A table and all that it was computed from, as its commits noted."""
    found: set[str] = set()
    waiting = [table]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += origins[name].inputs if name in origins else ()
    return found


def check_problems(checks: pl.DataFrame) -> list[Problem]:
    """The failed ones among the latest outcomes of checks (columns of `quality.check_results`)."""
    return [_check_problem(row) for row in checks.filter(~pl.col("passed")).iter_rows(named=True)]


def _check_problem(row: Mapping[str, str]) -> Problem:
    days = tuple(sorted(date.fromisoformat(day) for day in (row["failing_days"] or "").split(", ") if day))
    when = f" on {days_in_words(days)}" if days else ""
    claim = row["description"].rstrip(".")
    sentence = f"Check `{row['check_name']}` of `{row['table_name']}` fails{when}: “{claim}” does not hold."
    extent = f" ({long_day(days[0]) if len(days) == 1 else f'{len(days)} days'})" if days else ""
    gist = f"`{row['check_name']}` fails{extent}"
    return Problem(row["table_name"], sentence, gist, row["severity"] == "error", days)


def staleness(reading: Reading, table: str, now: datetime) -> Problem | None:
    """Whether a table lags behind what it was computed from, or a live log behind the calendar."""
    origins, zone = reading.origins, reading.settings.zone
    newer = [
        name
        for name in sorted(upstream(origins, table) - {table})
        if name in origins and origins[name].written_at > origins[table].written_at
    ]
    last_day = max(reading.days, default=None)
    yesterday = now.astimezone(zone).date() - timedelta(days=1)
    if newer:
        since = instant(origins[newer[0]].written_at, zone)
        text = f"`{newer[0]}` changed at {since}, after `{table}` was built: run it again"
    elif reading.settings.log_path and last_day is not None and last_day < yesterday:
        text = f"The data ends on {long_day(last_day)}; a daily log should reach {long_day(yesterday)}"
    else:
        return None
    return Problem(table, f"{text}.", text, is_error=False)


def problems_of(reading: Reading, table: str, now: datetime) -> list[Problem]:
    """Everything to say above a chart of a table, errors first."""
    lineage = upstream(reading.origins, table)
    found = [problem for problem in check_problems(reading.checks) if problem.table in lineage]
    stale = staleness(reading, table, now)
    return sorted([*found, *([stale] if stale else [])], key=lambda problem: not problem.is_error)


def checks_in_words(checks: pl.DataFrame, tables: Iterable[str] | None = None) -> str:
    """Such as `12 of 13 checks pass`, of some tables or of all."""
    chosen = checks if tables is None else checks.filter(pl.col("table_name").is_in(list(tables)))
    if chosen.is_empty():
        return "no checks recorded yet"
    passed = int(chosen["passed"].sum())
    if passed < chosen.height:
        return f"{passed} of {chosen.height} checks pass"
    return "1 check passes" if passed == 1 else f"all {passed} checks pass"


def last_full_day(reading: Reading) -> date:
    """The last reporting day that was over when its data was written; a simulated day always is.

    Falls back to the only day there is.
    """
    days = reading.days
    if reading.source == "simulation" or len(days) == 1:
        return days[-1]
    source = "raw.events" if "raw.events" in reading.origins else next(iter(reading.origins))
    zone = reading.settings.zone
    end = datetime.combine(days[-1] + timedelta(days=1), time(), zone)
    return days[-2] if reading.origins[source].written_at < end else days[-1]
