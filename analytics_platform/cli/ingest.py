"""`analytics-platform ingest`: bring event logs, traces and ratings into the lake, or propose a mapping."""

import json
import sys
from collections.abc import Mapping as Table
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal, cast

import polars as pl
import typer

from analytics_platform import ingest as logs
from analytics_platform.cli.formats import Format, notes, show
from analytics_platform.errors import AnalyticsError
from analytics_platform.lakehouse import Lake
from analytics_platform.settings import Settings, load_settings

SHOWN_CHARACTERS = 100
SHOWN_FILES = 20

PathArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="PATH",
        help="A file, a folder or a quoted glob: .parquet, .csv, .jsonl or .ndjson, of traces also .json; "
        "the texts also .gz. Default: the setting log_path.",
        show_default=False,
    ),
]
MappingOption = Annotated[
    Path | None,
    typer.Option(
        "--mapping",
        "-m",
        metavar="FILE",
        help="What the log's columns mean (docs/ingest.md). Default: the setting log_mapping; traces in a "
        "known format need none.",
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
Written = Literal["table", "csv", "json", "otel", "langfuse", "phoenix"]
FormatOption = Annotated[
    Written,
    typer.Option(
        "--format",
        help="otel, langfuse or phoenix: PATH holds traces, exported in that format. table, csv or json: how "
        "to print the result.",
    ),
]
TracesOption = Annotated[
    logs.TraceFormat | None,
    typer.Option(
        "--traces",
        help="The format of traces, where --format says how to print the result.",
        show_default=False,
    ),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Judge every row and write nothing.")]


def ingest(
    path: PathArgument = None,
    mapping: MappingOption = None,
    infer: InferOption = False,  # noqa: FBT002
    accept: AcceptOption = False,  # noqa: FBT002
    dry_run: DryRunOption = False,  # noqa: FBT002
    form: FormatOption = "table",
    traces: TracesOption = None,
) -> None:
    """Bring a real event log, or traces of a language model and human ratings, into the lake.

    Rows that break the contract go to raw.quarantine with the reason; files that were ingested before
    are skipped. Above the quarantine threshold nothing is written and the exit code is not zero.

    Let `--infer` propose a mapping of events, mend what it guessed, then ingest with it. Traces in a known
    format need no mapping; one that is given changes what the format says by itself.

    Example:
        analytics-platform ingest events.csv --infer > mapping.yaml
        analytics-platform ingest events.csv --mapping mapping.yaml
        analytics-platform ingest traces.json --format otel
    """
    settings = load_settings()
    place = path or settings.log_path
    if place is None:
        raise AnalyticsError("Name the log: analytics-platform ingest PATH --mapping FILE.")
    if infer:
        sys.stdout.write(logs.infer_mapping(place))
        return
    printed = cast("Format", "table" if form in logs.TRACE_FORMATS else form)
    meaning = _meaning(place, mapping, settings, _trace_format(form, traces))
    summary = _ingested(settings, place, meaning, accept=accept, dry_run=dry_run)
    _print(summary, printed)
    if summary.outcome == "refused":
        raise AnalyticsError(summary.mend)


def _trace_format(form: Written, traces: logs.TraceFormat | None) -> logs.TraceFormat | None:
    if form not in logs.TRACE_FORMATS:
        return traces
    if traces not in {None, form}:
        raise AnalyticsError(f"--format says {form} and --traces {traces}: leave one out.")
    return form


def _meaning(
    place: str, mapping: Path | None, settings: Settings, trace_format: logs.TraceFormat | None
) -> logs.Mapping | logs.TraceMapping:
    """The mapping of the file; a known format has one of its own, which a file named here may change."""
    if trace_format is not None and mapping is None:
        return logs.default_mapping(trace_format)
    file = mapping or settings.log_mapping
    if file is None:
        raise AnalyticsError(
            "Say what the columns mean with --mapping FILE; "
            f"`analytics-platform ingest {place} --infer` proposes one for events. "
            f"Traces need their format instead: --format {', '.join(logs.TRACE_FORMATS)}."
        )
    return logs.load_mapping(file, trace_format)


def _ingested(
    settings: Settings,
    place: str,
    mapping: logs.Mapping | logs.TraceMapping,
    *,
    accept: bool,
    dry_run: bool,
) -> logs.Summary:
    with notes.status("looking at the files") as status:
        terms = logs.Terms(
            threshold=settings.quarantine_threshold,
            accept=accept,
            dry_run=dry_run,
            spill_dir=settings.spill_dir or settings.beside_lake("spill"),
            report=status.update,
        )
        return logs.ingest(Lake(settings.lake), place, mapping, settings.zone, terms)


def _print(summary: logs.Summary, form: Format) -> None:
    if form == "json":
        sys.stdout.write(json.dumps(summary.as_dict(), indent=2, ensure_ascii=False) + "\n")
        return
    shown = summary.files[:SHOWN_FILES] if form == "table" else summary.files
    totals = [summary.totals] if form == "table" and len(summary.files) > 1 else []
    is_events = not (summary.totals.interactions or summary.totals.ratings)
    rows = pl.DataFrame([_counts(file) for file in (*shown, *totals)])
    rows = rows.drop("interactions", "ratings") if is_events else rows
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
            return "The lake held all of this already."
        case "written":
            return (
                f"{_added(summary.totals)} on {len(summary.days):,} days from "
                f"{summary.days[0]} to {summary.days[-1]}; {summary.users_added:,} new users. "
                f"Next: `analytics-platform run --lake {load_settings().lake}`."
            )


def _added(totals: logs.FileSummary) -> str:
    counts = {"interactions": totals.interactions, "ratings": totals.ratings}
    traces = [f"{count:,} new {name}" for name, count in counts.items() if count]
    events = [f"{totals.events:,} new events"] if totals.events or not traces else []
    return ", ".join([*traces, *events])
