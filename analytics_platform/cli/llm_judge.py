"""`llm judge`: verdicts on the rows of a file, and their cost."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import typer

from analytics_platform.cli.files import file_format, write_file
from analytics_platform.cli.formats import Format, notes, show
from analytics_platform.errors import AnalyticsError
from analytics_platform.experiments.analyze import read_table
from analytics_platform.llm_quality.judgements import SCHEMA, verdict_fields
from analytics_platform.llm_quality.judges.endpoint_judge import EndpointJudge
from analytics_platform.llm_quality.judges.in_force import judge_in_force
from analytics_platform.llm_quality.judges.judge import Case, Judge, Verdict
from analytics_platform.llm_quality.judges.rubrics import load_rubrics
from analytics_platform.llm_quality.judges.signals_detector import SignalsDetector
from analytics_platform.settings import load_settings
from analytics_platform.yaml_file import nearest

CRITERION, FEATURE = "unsupported", "unknown"
"""What is judged, and of what, where the file does not say."""

OF_THE_CHOICE = ("event_date", "interaction_id", "is_rated", "is_drawn", "sampling_probability")
"""Columns of `llm_quality.judgements` that a file has none of."""

SHOWN = (
    "row", "criterion", "status", "score", "probability", "is_injection_suspected", "cost_usd", "is_cached",
    "reason", "rationale",
)  # fmt: skip


def judge_file(file: Path, form: Format, save: Path | None) -> None:
    """Judge, print and save; exits with 1 when not one verdict has a score."""
    if save is not None:
        file_format(save)
        if save.exists() and save.samefile(file):
            raise AnalyticsError(f"--save would overwrite {file}, which is read here; name another file.")
    judge = judge_in_force(load_settings(), SignalsDetector(), load_rubrics())
    cases = read_cases(file, judge)
    with notes.status(f"{len(cases)} cases before {judge.name}"):
        verdicts = judge.score(cases)
    rows = verdict_rows(judge, cases, verdicts)
    shown = rows.select(SHOWN) if form == "table" else rows
    show(
        shown.select(column for column in shown if form != "table" or column.null_count() < shown.height),
        form,
    )
    _note(judge, verdicts)
    if save is not None:
        write_file(rows.to_arrow().to_reader(), save)
        notes.print(f"Wrote {save}.")
    if not any(verdict.status == "ok" for verdict in verdicts):
        raise typer.Exit(1)


def read_cases(file: Path, judge: Judge) -> list[Case]:
    """The rows of a file as cases, numbered from 1.

    Raises:
        AnalyticsError: a column is missing, an output is empty, or the judge does not know a criterion.
    """
    table = read_table(file)
    for name in ("source", "output"):
        if name not in table.columns:
            raise AnalyticsError(
                f"{file}: the column {name} is missing; found {', '.join(table.columns)}. Rename yours."
            )
    defaults = {"criterion": CRITERION, "feature": FEATURE}
    filled = table.with_columns(
        (pl.col(name) if name in table.columns else pl.lit(None))
        .cast(pl.String)
        .fill_null(default)
        .alias(name)
        for name, default in defaults.items()
    )
    columns = filled.select(pl.col("source", "output", "criterion", "feature").cast(pl.String))
    cases: list[Case] = []
    for number, (source, output, criterion, feature) in enumerate(columns.iter_rows(), start=1):
        if not (output or "").strip():
            raise AnalyticsError(
                f"{file}: row {number}, column output: there is no answer to judge; leave the row out."
            )
        if criterion not in judge.criteria:
            said = nearest(criterion, sorted(judge.criteria))
            raise AnalyticsError(
                f"{file}: row {number}, column criterion: {judge.name} does not judge {criterion!r}; {said}"
                f"{'' if said.endswith('?') else '.'}"
            )
        cases.append(Case.of(number, feature, source, output, criterion))
    return cases


def verdict_rows(judge: Judge, cases: list[Case], verdicts: list[Verdict]) -> pl.DataFrame:
    """One row a case: its number, then the columns of `llm_quality.judgements` that belong to a verdict."""
    names = [name for name in SCHEMA.names if name not in OF_THE_CHOICE]
    kinds = pl.DataFrame(SCHEMA.empty_table()).schema
    rows = [
        {
            "row": case.interaction_id,
            "judge": judge.name,
            "criterion": case.criterion,
            **verdict_fields(verdict),
        }
        for case, verdict in zip(cases, verdicts, strict=True)
    ]
    return pl.DataFrame(rows, {"row": pl.Int64, **{name: kinds[name] for name in names}})


def _note(judge: Judge, verdicts: list[Verdict]) -> None:
    """How it went, and what it cost."""
    counts = Counter(verdict.status for verdict in verdicts)
    parts = [f"{counts['ok']} of {len(verdicts)} judged"]
    parts += [f"{counts[status]} {status.replace('_', ' ')}" for status in counts if status != "ok"]
    if suspected := sum(verdict.is_injection_suspected for verdict in verdicts):
        parts.append(f"{suspected} with texts that seem to address the judge")
    notes.print(f"{', '.join(parts)}.")
    if isinstance(judge, EndpointJudge):
        spent = sum(verdict.cost_usd or 0.0 for verdict in verdicts if not verdict.is_cached)
        today = sum(
            day.cost_usd for day in judge.store.spendings() if day.spent_date == datetime.now(UTC).date()
        )
        notes.print(f"{spent:.4f} USD for this run; {today:.4f} of {judge.budget_usd:g} USD today.")
