"""Writing a prepared load, the ledger last, so that a run cut short is mended by running again."""

import fcntl
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date

import polars as pl
import pyarrow as pa

from analytics_platform.errors import AnalyticsError
from analytics_platform.event_contract import CONTRACTS, EVENTS, INGESTED_FILES, QUARANTINE, USERS, Contract
from analytics_platform.ingest.preparation import SORTED, Prepared, chunks
from analytics_platform.lakehouse import Lake, Window


@contextmanager
def exclusive(lake: Lake) -> Generator[None]:
    """Hold the lake's ingest lock; the system frees it however the process ends.

    Raises:
        AnalyticsError: another process is ingesting into this lake.
    """
    lock = lake.root.with_name(f"{lake.root.name}.ingest.lock")
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AnalyticsError(
                f"Another ingest is writing to {lake.root}: wait for it, then run again."
            ) from None
        yield


def create_tables(lake: Lake, day: date) -> None:
    """Create every raw table that the lake lacks, empty, the ledger first: it marks a lake of logs."""
    missing = sorted(CONTRACTS.keys() - set(lake.tables()), key=lambda name: name != INGESTED_FILES.table)
    for name in missing:
        contract = CONTRACTS[name]
        if contract.is_daily:
            lake.replace_days(name, Window(day, day), [], contract.arrow_schema())
        else:
            lake.replace(name, [], contract.arrow_schema())


def write_events(lake: Lake, prepared: Prepared) -> None:
    """Add new events; days that get none are not touched."""
    new = prepared.counts.group_by("event_date").agg(pl.col("new").sum())
    _merge(lake, EVENTS, prepared.events(), {day: rows for day, rows in new.iter_rows() if rows}, SORTED)


def add_rows(lake: Lake, contract: Contract, new: pl.LazyFrame, order: Sequence[str]) -> None:
    """Add rows to a daily table; days that get none are not touched."""
    rows = new.group_by("event_date").len().collect(engine="streaming")
    _merge(lake, contract, new, dict(rows.iter_rows()), order)


def write_users(lake: Lake, users: pl.DataFrame) -> None:
    """Put these users in place of the rows that the lake holds of them."""
    held = lake.scan(USERS.table).select("user_id", "event_date")
    changed = pl.col("user_id").is_in(users["user_id"].implode())
    left = held.filter(changed).group_by("event_date").len().collect()
    rows = pl.concat([left, users.group_by("event_date").len()]).group_by("event_date").sum()
    _merge(lake, USERS, users.lazy(), dict(rows.iter_rows()), ("event_date", "user_id"), ~changed)


def _merge(
    lake: Lake,
    contract: Contract,
    new: pl.LazyFrame,
    rows_by_day: dict[date, int],
    order: Sequence[str],
    kept: pl.Expr | None = None,
) -> None:
    """Write new rows beside those held (where `kept`), one commit for each run of touched days."""
    held = lake.scan(contract.table).group_by("event_date").len().collect(engine="streaming")
    held_by_day: dict[date, int] = dict(held.iter_rows())

    def tables(run: Window) -> Iterator[pa.Table]:
        rows = {day: n + held_by_day.get(day, 0) for day, n in rows_by_day.items() if day in run}
        for window in chunks(rows):
            is_inside = pl.col("event_date").is_between(window.first_day, window.last_day)
            old = lake.scan(contract.table).select(contract.names).filter(is_inside)
            old = old if kept is None else old.filter(kept)
            both = pl.concat([old, new.filter(is_inside).select(contract.names)])
            yield both.sort(order).collect(engine="streaming").to_arrow()

    for run in runs(rows_by_day, held_by_day):
        lake.replace_days(contract.table, run, tables(run), contract.arrow_schema())


def runs(touched: Iterable[date], held: Iterable[date]) -> Iterator[Window]:
    """Windows that cover the touched days and no other day that holds rows."""
    days = sorted(touched)
    others = sorted(set(held) - set(days))
    first: date | None = None
    for position, day in enumerate(days):
        first = first or day
        following = days[position + 1] if position + 1 < len(days) else None
        if following is None or any(day < other < following for other in others):
            yield Window(first, day)
            first = None


def write_quarantine(lake: Lake, rejected: pl.DataFrame, files: Sequence[str]) -> None:
    """Put these rejected rows in place of what earlier readings of the same files (by hash) left."""
    held = lake.scan(QUARANTINE.table).select(QUARANTINE.names).collect()
    others = held.filter(~pl.col("file_sha256").is_in(list(files)))
    if rejected.height or others.height < held.height:
        rows = pl.concat([others, rejected.select(QUARANTINE.names)])
        lake.replace(QUARANTINE.table, [rows.to_arrow()], QUARANTINE.arrow_schema())


def write_ledger(lake: Lake, entries: pl.DataFrame) -> None:
    """Put the files into the ledger, in place of earlier readings: with this commit the load is complete."""
    held = lake.scan(INGESTED_FILES.table).select(INGESTED_FILES.names).collect()
    others = held.join(entries, on=INGESTED_FILES.key, how="anti", maintain_order="left")
    rows = pl.concat([others, entries.select(INGESTED_FILES.names)])
    lake.replace(INGESTED_FILES.table, [rows.to_arrow()], INGESTED_FILES.arrow_schema())
