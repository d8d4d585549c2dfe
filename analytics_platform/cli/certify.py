"""`certify`: run every statistical method on simulated experiments whose truth is known."""

from pathlib import Path
from typing import Annotated

import polars as pl
import pyarrow as pa
import typer
from rich.progress import Progress

from analytics_platform.cli.formats import FormatOption, notes, show
from analytics_platform.validation.certificate_pages import markdown
from analytics_platform.validation.certificates import (
    CERTIFICATES_SCHEMA,
    SEED,
    TABLE,
    Mode,
    Verdict,
    certificate_rows,
    judge,
)
from analytics_platform.validation.state import State
from analytics_platform.workspace import open_workspace

CELL = ["method", "metric_kind", "design", "sample", "quantity", "effect_kind"]
VALUES = ["nominal", "observed", "lower_band", "upper_band", "replications", "is_within_band", "is_shipped"]


def certify(
    *,
    full: Annotated[
        bool, typer.Option("--full/--quick", help="10,000 replications a cell, or 1,000 in a minute or two.")
    ] = False,
    seed: Annotated[
        int, typer.Option("--draws-seed", help="The same seed gives the same numbers.", min=0)
    ] = SEED,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="METHOD", help="Only this method; may be repeated. The lake's table stays."),
    ] = None,
    write: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the table as a Markdown document too.")
    ] = None,
    form: FormatOption = "table",
) -> None:
    """Certify every statistical method by simulation, and say which cells lie outside their band.

    What was certified before with the same code, seed and number of replications is not run again, so
    that a run that was broken off goes on. Ends with code 1 where a method is outside its band, or a
    method that is wrong on purpose was not caught.

    Example:
        analytics-platform certify
        analytics-platform certify --full --write docs/certificates.md
        analytics-platform certify --only cuped --format csv
    """
    lake = open_workspace().lake
    state = State(lake.root.with_name(f"{lake.root.name}.certificates.jsonl"))
    mode: Mode = "full" if full else "quick"
    with Progress(console=notes, transient=True, disable=not notes.is_terminal) as bar:
        task = bar.add_task("certifying", total=None)
        rows = certificate_rows(
            mode,
            seed,
            methods=only or (),
            state=state,
            progress=lambda name, done, total: bar.update(
                task, completed=done, total=total, description=name
            ),
        )
    table = pa.Table.from_pylist(rows, CERTIFICATES_SCHEMA)
    if not only:
        lake.replace(TABLE, [table], CERTIFICATES_SCHEMA, {"mode": mode, "seed": str(seed)})
    if write:
        write.write_text(markdown(rows))
    show(pl.DataFrame(table).select(CELL + VALUES), form)
    verdict = judge(rows)
    _say(verdict, len(rows))
    raise typer.Exit(0 if verdict.passed else 1)


def _say(verdict: Verdict, quantities: int) -> None:
    for row in verdict.outside:
        cell = " · ".join(row[name] for name in CELL if row[name])
        notes.print(f"Outside its band: {cell} is {row['observed']}.")
    for name in verdict.not_caught:
        notes.print(f"The foil was not caught: {name}.")
    if verdict.passed:
        notes.print(f"All {quantities:,} quantities are as they should be, and every foil was caught.")
