"""Ingesting a log: every file is read and judged before the first row is written."""

import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from analytics_platform.ingest.ledger import check_lake, distinct, read_ledger
from analytics_platform.ingest.load import Load
from analytics_platform.ingest.mapping import Mapping
from analytics_platform.ingest.sources import find_files, open_source
from analytics_platform.ingest.staging import Reading
from analytics_platform.ingest.summary import FileSummary, Summary, decided
from analytics_platform.ingest.terms import Terms
from analytics_platform.ingest.traces import TraceMapping, ingest_traces
from analytics_platform.ingest.writing import exclusive
from analytics_platform.lakehouse import Lake

DEFAULT_TERMS = Terms()


def ingest(
    lake: Lake, path: str, mapping: Mapping | TraceMapping, zone: ZoneInfo, terms: Terms = DEFAULT_TERMS
) -> Summary:
    """Bring the events of a log, or traces and ratings, into the lake.

    A file that was ingested before with the same mapping is skipped; an event that the lake holds is not
    added again; days without new events are not rewritten. A run cut short is mended by running again.

    Args:
        lake: where `raw.*` tables are written.
        path: a file, a folder or a glob.
        mapping: what the log's columns mean.
        zone: the reporting time zone, which cuts days.
        terms: thresholds and the like.

    Returns:
        What was done; nothing was written unless its outcome is `written`.

    Raises:
        AnalyticsError: a file is unreadable or does not fit the mapping, or the lake holds simulated
            events, or was cut into days of another time zone; nothing is changed.
    """
    if isinstance(mapping, TraceMapping):
        return ingest_traces(lake, path, mapping, zone, terms)
    now = terms.now or datetime.now(UTC)
    sources = [open_source(file, mapping.file) for file in find_files(path)]
    check_lake(lake, zone)
    with exclusive(lake):
        ledger = read_ledger(lake)
        known = set(ledger.filter(pl.col("mapping_sha256") == mapping.sha256)["file_sha256"])
        fresh = distinct(source for source in sources if source.sha256 not in known)
        skipped = [FileSummary(str(s.path), is_known=True) for s in sources if s not in fresh]
        if not fresh:
            return Summary("unchanged", tuple(skipped), (), (), 0, 0, terms.threshold)
        if terms.spill_dir is not None:
            terms.spill_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="ingest-", dir=terms.spill_dir) as folder:
            readings = [Reading(source, mapping, zone, now) for source in fresh]
            load = Load.judge(readings, lake, Path(folder), terms.report)
            load.check_earlier(ledger)
            summary = _summary(load, skipped, terms)
            if summary.outcome == "written":
                load.write(lake, now, terms.report)
    return summary


def _summary(load: Load, skipped: Sequence[FileSummary], terms: Terms) -> Summary:
    files = sorted([*load.file_summaries(), *skipped], key=lambda file: file.file)
    summary = Summary(
        outcome="checked",
        files=tuple(files),
        reasons=tuple(load.reasons()),
        days=load.prepared.days,
        users_added=load.prepared.users_added,
        users_changed=load.prepared.users.height - load.prepared.users_added,
        threshold=terms.threshold,
        notes=tuple(load.notes()),
    )
    return decided(summary, terms)
