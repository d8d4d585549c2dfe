"""`analytics-platform ingest`: bring a real event log into the lake, or propose a mapping for one."""

import json
import sys
from collections.abc import Mapping as Table
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from analytics_platform import ingest as logs
from analytics_platform.cli.formats import Format, FormatOption, notes, show
from analytics_platform.errors import AnalyticsError
from analytics_platform.lakehouse import Lake
from analytics_platform.settings import Settings, load_settings

SHOWN_CHARACTERS = 100
SHOWN_FILES = 20

PathArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="PATH",
        help="A file, a folder or a quoted glob: .parquet, .csv, .jsonl or .ndjson, the texts also .gz. "
        "Default: the setting log_path.",
        show_default=False,
    ),
]
MappingOption = Annotated[
    Path | None,
    typer.Option(
        "--mapping",
        "-m",
        metavar="FILE",
        help="What the log's columns mean (docs/ingest.md). Default: the setting log_mapping.",
        show_default=False,
    ),
]
InferOption = Annotated[
    bool, typer.Option("--infer", help="Print a proposed mapping for the log instead of ingesting it.")
]
AcceptOption = Annotated[
    bool,
    typer.Option("--accept", help="Write even when more rows are rejected than quarantine_threshold allows."),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Judge every row and write nothing.")]


def ingest(
    path: PathArgument = None,
    mapping: MappingOption = None,
    infer: InferOption = False,  # noqa: FBT002
    accept: AcceptOption = False,  # noqa: FBT002
    dry_run: DryRunOption = False,  # noqa: FBT002
    form: FormatOption = "table",
) -> None:
    """Bring a real event log into the lake.

    Rows that break the contract go to raw.quarantine with the reason; files that were ingested before
    are skipped. Above the quarantine threshold nothing is written and the exit code is not zero.

    Let `--infer` propose a mapping, mend what it guessed, then ingest with it.

    Example:
        analytics-platform ingest events.csv --infer > mapping.yaml
        analytics-platform ingest events.csv --mapping mapping.yaml
    """
    settings = load_settings()
    place = path or settings.log_path
    if place is None:
        raise AnalyticsError("Name the log: analytics-platform ingest PATH --mapping FILE.")
    if infer:
        sys.stdout.write(logs.infer_mapping(place))
        return
    file = mapping or settings.log_mapping
    if file is None:
        raise AnalyticsError(
            "Say what the columns mean with --mapping FILE; "
            f"`analytics-platform ingest {place} --infer` proposes one."
        )
    summary = _ingested(settings, place, file, accept=accept, dry_run=dry_run)
    _print(summary, form)
    if summary.outcome == "refused":
        raise AnalyticsError(summary.mend)


def _ingested(settings: Settings, place: str, file: Path, *, accept: bool, dry_run: bool) -> logs.Summary:
    with notes.status("looking at the files") as status:
        terms = logs.Terms(
            threshold=settings.quarantine_threshold,
            accept=accept,
            dry_run=dry_run,
            spill_dir=settings.spill_dir or settings.beside_lake("spill"),
            report=status.update,
        )
        return logs.ingest(Lake(settings.lake), place, logs.load_mapping(file), settings.zone, terms)


def _print(summary: logs.Summary, form: Format) -> None:
    if form == "json":
        sys.stdout.write(json.dumps(summary.as_dict(), indent=2, ensure_ascii=False) + "\n")
        return
    shown = summary.files[:SHOWN_FILES] if form == "table" else summary.files
    totals = [summary.totals] if form == "table" and len(summary.files) > 1 else []
    rows = pl.DataFrame([_counts(file) for file in (*shown, *totals)])
    show(rows.rename({"is_known": "remark"}), form, "Files")
    if form == "csv":
        return
    if summary.reasons:
        notes.print()
        show(pl.DataFrame([_reason(reason) for reason in summary.reasons]), form, "Rejected rows")
    notes.print(_sentence(summary))
    for note in summary.notes:
        notes.print(note)


def _counts(file: logs.FileSummary) -> Table[str, object]:
    counts = asdict(file)
    return {**counts, "is_known": "skipped: ingested before" if counts["is_known"] else ""}


def _reason(reason: logs.ReasonSummary) -> Table[str, object]:
    shown = reason.original[:SHOWN_CHARACTERS]
    return {
        "reason": reason.reason,
        "rows": reason.rows,
        "first in": f"{Path(reason.file).name} row {reason.row_number}",
        "which reads": shown + ("…" if shown != reason.original else ""),
    }


def _sentence(summary: logs.Summary) -> str:
    match summary.outcome:
        case "unchanged":
            return "Every file was ingested before with this mapping; nothing changed."
        case "checked":
            return "A dry run: nothing was written."
        case "refused":
            return ""
        case "written" if not summary.days:
            return "The lake held all of these events already."
        case "written":
            return (
                f"{summary.totals.events:,} new events on {len(summary.days):,} days from "
                f"{summary.days[0]} to {summary.days[-1]}; {summary.users_added:,} new users. "
                f"Next: `analytics-platform run --lake {load_settings().lake}`."
            )
