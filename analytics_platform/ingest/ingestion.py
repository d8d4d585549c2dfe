"""Ingesting a log: every file is read and judged before the first row is written."""

import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from analytics_platform.errors import AnalyticsError
from analytics_platform.event_contract import EVENTS, INGESTED_FILES
from analytics_platform.ingest.load import Load
from analytics_platform.ingest.mapping import Mapping
from analytics_platform.ingest.sources import Source, find_files, open_source
from analytics_platform.ingest.staging import Reading
from analytics_platform.ingest.summary import FileSummary, Summary
from analytics_platform.ingest.writing import exclusive
from analytics_platform.lakehouse import Lake


def _silent(_: str) -> None: ...


@dataclass(frozen=True)
class Terms:
    """Conditions of an ingest.

    Attributes:
        threshold: share of rejected rows above which nothing is written.
        accept: write whatever the share.
        dry_run: judge only, write nothing.
        spill_dir: where staged rows lie meanwhile; None: the system's place for temporary files.
        now: the present, a day after which times become absurd; None: the clock.
        report: told in a few words what is being done.
    """

    threshold: float = 0.05
    accept: bool = False
    dry_run: bool = False
    spill_dir: Path | None = None
    now: datetime | None = None
    report: Callable[[str], None] = _silent


DEFAULT_TERMS = Terms()


def ingest(lake: Lake, path: str, mapping: Mapping, zone: ZoneInfo, terms: Terms = DEFAULT_TERMS) -> Summary:
    """Bring the events of a log into the lake.

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
    now = terms.now or datetime.now(UTC)
    sources = [open_source(file, mapping.file) for file in find_files(path)]
    _check_lake(lake, zone)
    with exclusive(lake):
        ledger = _ledger(lake)
        known = set(ledger.filter(pl.col("mapping_sha256") == mapping.sha256)["file_sha256"])
        fresh = _distinct(source for source in sources if source.sha256 not in known)
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


def _check_lake(lake: Lake, zone: ZoneInfo) -> None:
    if not lake.exists(EVENTS.table):
        return
    if not lake.exists(INGESTED_FILES.table):
        raise AnalyticsError(
            f"The lake {lake.root} holds simulated events, and real ones would mix with them: name another "
            "lake, such as --lake data/mine."
        )
    held = lake.days(EVENTS.table)
    edges = pl.col("event_date").is_in([held[0], held[-1]]) if held else pl.lit(value=False)
    days = pl.col("event_time").dt.convert_time_zone(zone.key).dt.date()
    if lake.scan(EVENTS.table).filter(edges).select((days != pl.col("event_date")).any()).collect().item():
        raise AnalyticsError(
            f"The days of the lake {lake.root} were cut in another time zone than {zone.key}: set "
            "the timezone back, or ingest everything into a new lake."
        )


def _ledger(lake: Lake) -> pl.DataFrame:
    if not lake.exists(INGESTED_FILES.table):
        return pl.DataFrame(schema=INGESTED_FILES.polars_schema())
    return lake.scan(INGESTED_FILES.table).select(INGESTED_FILES.names).collect()


def _distinct(sources: Iterable[Source]) -> list[Source]:
    """The first of the files that share their content."""
    first: dict[str, Source] = {}
    for source in sources:
        first.setdefault(source.sha256, source)
    return list(first.values())


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
    if summary.quarantined_share > terms.threshold and not terms.accept:
        return replace(summary, outcome="refused")
    return summary if terms.dry_run else replace(summary, outcome="written")
