"""Ingesting traces and ratings: every file is read and judged before the first row is written."""

import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from analytics_platform.event_contract import QUARANTINE
from analytics_platform.ingest.ledger import check_lake, distinct, read_ledger
from analytics_platform.ingest.sources import FORMATS, find_files
from analytics_platform.ingest.summary import FileSummary, Summary, decided
from analytics_platform.ingest.terms import Terms
from analytics_platform.ingest.traces.documents import SUFFIXES
from analytics_platform.ingest.traces.judgement import UNKNOWN_CALL
from analytics_platform.ingest.traces.load import TraceLoad
from analytics_platform.ingest.traces.mapping import TraceMapping
from analytics_platform.ingest.traces.reading import Files
from analytics_platform.ingest.traces.tables import TraceTable, open_table
from analytics_platform.ingest.writing import exclusive
from analytics_platform.lakehouse import Lake


def ingest_traces(lake: Lake, path: str, mapping: TraceMapping, zone: ZoneInfo, terms: Terms) -> Summary:
    """Bring calls of a language model and human ratings into the lake.

    A file that was ingested before with the same mapping is skipped, unless ratings in it wait for calls
    that the lake lacked; a call or rating that the lake holds is not added again.

    Args:
        lake: where `raw.*` tables are written.
        path: a file, a folder or a glob.
        mapping: what the records mean.
        zone: the reporting time zone, which cuts days.
        terms: thresholds and the like.

    Returns:
        What was done; nothing was written unless its outcome is `written`.

    Raises:
        AnalyticsError: a file is unreadable or does not fit the mapping, or the lake holds simulated
            events, or was cut into days of another time zone; nothing is changed.
    """
    now = terms.now or datetime.now(UTC)
    suffixes = tuple(FORMATS) if mapping.format == "table" else SUFFIXES
    tables = distinct(open_table(file, mapping) for file in find_files(path, suffixes))
    check_lake(lake, zone)
    with exclusive(lake):
        ledger = read_ledger(lake)
        known = set(ledger.filter(pl.col("mapping_sha256") == mapping.sha256)["file_sha256"])
        waiting = known & _waiting(lake)
        fresh = [table for table in tables if table.sha256 not in known or table.sha256 in waiting]
        done = [table for table in tables if table not in fresh]
        unchanged = Summary("unchanged", tuple(_skipped(tables)), (), (), 0, 0, terms.threshold)
        if not fresh:
            return unchanged
        if terms.spill_dir is not None:
            terms.spill_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="ingest-", dir=terms.spill_dir) as folder:
            files = Files(fresh, done, mapping, zone, now)
            load = TraceLoad.judge(files, lake, Path(folder), terms.report)
            if load.is_empty and waiting.issuperset(table.sha256 for table in fresh):
                return unchanged
            summary = _summary(load, _skipped(done), terms)
            if summary.outcome == "written":
                load.write(lake, now, terms.report)
    return summary


def _waiting(lake: Lake) -> set[str]:
    """Files with ratings in quarantine whose calls the lake lacked: the calls may have come since."""
    if not lake.exists(QUARANTINE.table):
        return set()
    held = lake.scan(QUARANTINE.table).filter(pl.col("reason") == UNKNOWN_CALL)
    return set(held.select("file_sha256").unique().collect().to_series())


def _skipped(tables: Sequence[TraceTable]) -> list[FileSummary]:
    return [FileSummary(str(table.path), is_known=True) for table in tables]


def _summary(load: TraceLoad, skipped: Sequence[FileSummary], terms: Terms) -> Summary:
    files = sorted([*load.file_summaries(), *skipped], key=lambda file: file.file)
    summary = Summary(
        outcome="checked",
        files=tuple(files),
        reasons=tuple(load.reasons()),
        days=load.days,
        users_added=load.users_added,
        users_changed=load.users.height - load.users_added,
        threshold=terms.threshold,
        notes=tuple(load.notes()),
    )
    return decided(summary, terms)
