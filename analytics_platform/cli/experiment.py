"""`experiment`: a readout of somebody's own file, and the experiments of the catalogue."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

import polars as pl
import typer

from analytics_platform.cli.files import FORMATS, file_format, write_file
from analytics_platform.cli.formats import FormatOption, notes, show
from analytics_platform.errors import AnalyticsError
from analytics_platform.experiments.analyze import Analysis, analyze
from analytics_platform.experiments.catalogue_in_force import catalogue_in_force
from analytics_platform.experiments.catalogue_table import catalogue_rows
from analytics_platform.experiments.tables import arrow, frame
from analytics_platform.workspace import Workspace, open_workspace

Action = Literal["analyze", "list", "show"]

SHOWN = {
    "experiments.readouts": (
        "metric", "variant", "method", "is_decisive", "control_units", "treatment_units", "control_mean",
        "treatment_mean", "effect", "effect_low", "effect_high", "relative_effect", "relative_low",
        "relative_high", "p_value", "adjusted_p_value", "reason",
    ),
    "experiments.srm": ("scope", "units", "observed", "expected", "p_value", "is_mismatch", "reason"),
    "experiments.segment_effects": (
        "metric", "variant", "dimension", "segment", "control_units", "treatment_units", "relative_effect",
        "relative_low", "relative_high", "shrunken_relative_effect", "adjusted_p_value", "reason",
    ),
    "experiments.power_plans": (
        "metric", "baseline_mean", "baseline_sd", "current_units", "current_minimum_detectable_effect",
        "target_effect", "required_units", "reason",
    ),
}  # fmt: skip
TITLES = {
    "experiments.readouts": "Effects; the decisive row of each metric is the one to report.",
    "experiments.srm": "Sample ratio: are the arms as large as planned?",
    "experiments.segment_effects": "Segments: a search, not a test; believe the shrunken effects.",
    "experiments.power_plans": "Power: the least relative effect that 80 % of such experiments find.",
}


def experiment(
    action: Annotated[Action, typer.Argument(help="analyze a file; list the catalogue; show one of it.")],
    name: Annotated[
        str | None, typer.Argument(help="The file to analyze, CSV or Parquet; or the experiment to show.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", help="YAML: what the file's columns mean.", show_default=False)
    ] = None,
    form: FormatOption = "table",
    save: Annotated[
        Path | None,
        typer.Option(
            "--save", help="Write the readout to this file, its other tables beside it.", show_default=False
        ),
    ] = None,
) -> None:
    """Read out an experiment of your own from a file, or look up those of the catalogue.

    The file has one row a unit, or one row a variant and metric with their moments; docs/experiments.md
    explains both and the configuration.

    Example:
        analytics-platform experiment analyze users.csv --config users.yaml
        analytics-platform experiment analyze users.csv --config users.yaml --format json --save readout.csv
        analytics-platform experiment list
        analytics-platform experiment show session_time_layout
    """
    if action == "analyze":
        _analyze(name, config, form, save)
    elif config is not None or save is not None:
        raise AnalyticsError(
            f"--config and --save belong to `experiment analyze`, not to `experiment {action}`."
        )
    elif action == "list":
        _list(form)
    else:
        _show(name, form)


def _analyze(name: str | None, config: Path | None, form: FormatOption, save: Path | None) -> None:
    if name is None or config is None:
        raise AnalyticsError("Name the file and its configuration: experiment analyze FILE --config FILE.")
    if save is not None:
        file_format(save)
    found = analyze(Path(name), config)
    if save is not None:
        _check_overwrites(_files(found, save).values(), (Path(name), config))
    if form == "table":
        _print(found)
    elif form == "json":
        sys.stdout.write(json.dumps(_document(found), indent=2, default=str) + "\n")
    else:
        show(frame("experiments.readouts", found.rows["experiments.readouts"]), form)
    if form != "table":
        _note(found)
    if save is not None:
        _save(found, save)


def _print(found: Analysis) -> None:
    """Verdict and reasons first, then the tables that hold anything."""
    for row in found.rows["experiments.decisions"]:
        sys.stdout.write(f"{row['variant']}: {row['headline']}\n\n{row['reasons']}\n\n")
    for note in found.notes:
        sys.stdout.write(f"Note: {note}\n")
    for table, columns in SHOWN.items():
        if rows := found.rows[table]:
            sys.stdout.write("\n")
            shown = frame(table, rows).select(columns)
            show(
                shown.select(column for column in shown if column.null_count() < shown.height),
                "table",
                TITLES[table],
            )


def _document(found: Analysis) -> dict[str, object]:
    named = {table.removeprefix("experiments."): rows for table, rows in found.rows.items()}
    return {**named, "notes": list(found.notes)}


def _files(found: Analysis, save: Path) -> dict[str, Path]:
    """The readouts in the file itself; decisions, sample ratio and the rest beside it."""
    extension = next(end for end in sorted(FORMATS, key=len, reverse=True) if save.name.lower().endswith(end))
    stem, end = save.name[: -len(extension)], save.name[-len(extension) :]
    parts = {table: table.removeprefix("experiments.") for table, rows in found.rows.items() if rows}
    beside = {table: save.with_name(f"{stem}.{part}{end}") for table, part in parts.items()}
    return {**beside, "experiments.readouts": save}


def _check_overwrites(files: Iterable[Path], inputs: tuple[Path, ...]) -> None:
    for file in files:
        if any(file.exists() and file.samefile(given) for given in inputs):
            raise AnalyticsError(f"--save would overwrite {file}, which is read here; name another file.")


def _save(found: Analysis, save: Path) -> None:
    for table, file in _files(found, save).items():
        write_file(arrow(table, found.rows[table]).to_reader(), file)
        notes.print(f"Wrote {file}.")


def _note(found: Analysis) -> None:
    for note in found.notes:
        notes.print(note)


def _list(form: FormatOption) -> None:
    opened = open_workspace()
    listed = _catalogue(opened).select(
        "experiment_id", "unit", "start_date", "end_date", "primary_metric", "hypothesis"
    )
    verdicts = _verdicts(opened)
    if verdicts is not None:
        listed = listed.join(verdicts, on="experiment_id", how="left", maintain_order="left")
    show(listed, form)


def _show(name: str | None, form: FormatOption) -> None:
    opened = open_workspace()
    rows = _catalogue(opened)
    known = ", ".join(rows["experiment_id"]) or "none"
    if name is None:
        raise AnalyticsError(f"Name the experiment to show; the catalogue has {known}.")
    if name not in rows["experiment_id"]:
        raise AnalyticsError(f"No experiment is called {name!r}; the catalogue has {known}.")
    row = rows.filter(pl.col("experiment_id") == name).row(0, named=True)
    verdicts = _verdicts(opened)
    if verdicts is not None and name in verdicts["experiment_id"]:
        row |= verdicts.filter(pl.col("experiment_id") == name).row(0, named=True)
    fields = [(field, None if value is None else str(value)) for field, value in row.items()]
    show(pl.DataFrame(fields, {"field": pl.String, "value": pl.String}, orient="row"), form)


def _catalogue(opened: Workspace) -> pl.DataFrame:
    return pl.DataFrame(catalogue_rows(catalogue_in_force(opened.settings, opened.source)))


def _verdicts(opened: Workspace) -> pl.DataFrame | None:
    """What was decided, where the lake holds decisions."""
    if not opened.lake.exists("experiments.decisions"):
        return None
    rows = opened.lake.scan("experiments.decisions").select("experiment_id", "verdict", "headline", "reasons")
    return rows.unique("experiment_id", keep="last", maintain_order=True).collect()
