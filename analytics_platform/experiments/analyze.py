"""The readout of somebody's own experiment: a table of users, or of moments."""

import csv
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from analytics_platform.errors import AnalyticsError
from analytics_platform.experiments import diagnostics, moments_file, users_file
from analytics_platform.experiments.analysis_config import AnalysisConfig, load_config
from analytics_platform.experiments.decision import Evidence, decisions
from analytics_platform.experiments.mismatch import srm
from analytics_platform.experiments.plan import Plan
from analytics_platform.experiments.planning import power_plans
from analytics_platform.experiments.readout import readouts
from analytics_platform.experiments.sample import Samples
from analytics_platform.experiments.segments import SegmentMoments, segment_effects

Row = dict[str, Any]

NO_SHARES = "the configuration plans no shares"


@dataclass(frozen=True)
class FileData:
    """A file read as an experiment.

    Attributes:
        samples: by metric and variant.
        segments: moments by metric, segment and variant.
        counts: units by variant, for the sample ratio.
        notes: what was done to rows, as sentences.
    """

    samples: Samples
    segments: dict[str, SegmentMoments]
    counts: pl.DataFrame
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Analysis:
    """A readout of a file.

    Attributes:
        rows: rows by table, `experiments.readouts` and so on.
        notes: what was done to rows of the file, as sentences.
    """

    rows: dict[str, list[Row]]
    notes: tuple[str, ...]


def analyze(file: Path, config_file: Path) -> Analysis:
    """Read a file and say what it shows.

    Args:
        file: CSV or Parquet; one row a unit, or one row a variant and metric with their moments.
        config_file: YAML; see `AnalysisConfig`.

    Raises:
        AnalyticsError: a file cannot be read, or something in it is wrong; file, row, column are named.
    """
    config = load_config(config_file)
    table = read_table(file)
    reader = moments_file if moments_file.is_moments(table) else users_file
    return evaluate(config, FileData(*reader.read(table, config, str(file))))


def evaluate(config: AnalysisConfig, data: FileData) -> Analysis:
    """All rows of a readout."""
    plan = config.plan()
    rows = readouts(plan, data.samples)
    ratio = srm(plan, data.counts)
    if not config.has_planned_shares:
        ratio = [_untested(ratio[0])]
    checks = diagnostics.pre_period(plan, data.samples)
    return Analysis(
        {
            "experiments.decisions": decisions(plan, Evidence(rows, ratio, checks)),
            "experiments.readouts": rows,
            "experiments.srm": ratio,
            "experiments.diagnostics": checks,
            "experiments.segment_effects": segment_effects(plan, data.segments),
            "experiments.power_plans": _plans(plan, data.samples),
        },
        data.notes,
    )


def read_table(file: Path) -> pl.DataFrame:
    """The file as a frame.

    Raises:
        AnalyticsError: it cannot be read, holds no row, or its extension is neither of CSV nor of Parquet.
    """
    readers = {".csv": _csv, ".parquet": pl.read_parquet}
    if file.suffix.lower() not in readers:
        raise AnalyticsError(f"{file}: end the file's name with one of {', '.join(readers)}.")
    if not file.is_file():
        raise AnalyticsError(f"{file} cannot be read: no such file.")
    try:
        table = readers[file.suffix.lower()](file)
    except OSError as error:
        raise AnalyticsError(f"{file} cannot be read: {error.strerror or 'write it anew'}.") from None
    except pl.exceptions.NoDataError:
        raise AnalyticsError(f"{file} holds no row.") from None
    except pl.exceptions.PolarsError:
        raise AnalyticsError(f"{file} cannot be read: {_what_is_wrong(file)}.") from None
    if table.is_empty():
        raise AnalyticsError(f"{file} holds no row.")
    return table


def _csv(file: Path) -> pl.DataFrame:
    return pl.read_csv(file, infer_schema_length=None, try_parse_dates=True)


def _what_is_wrong(file: Path) -> str:
    """What keeps polars from reading a file, in words that mend it."""
    if file.suffix.lower() != ".csv":
        return "it is no whole Parquet file; write it anew"
    content = file.read_bytes()
    try:
        lines = content.decode("utf-8-sig").splitlines(keepends=True)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return f"line {line} is not UTF-8 text; save the file as CSV in UTF-8"
    rows = csv.reader(lines)
    width = len(next(rows))
    wide = next((row for row in rows if len(row) > width), None)
    if wide is None:
        return "it is no CSV with a header and commas between its columns; write it anew"
    return (
        f"line {rows.line_num} has {len(wide)} fields where the header has {width}; "
        "write texts that hold commas in quotation marks"
    )


def _untested(overall: Row) -> Row:
    numbers = ("chi_square", "p_value", "adjusted_p_value", "sequential_p_value", "expected")
    return {**overall, **dict.fromkeys(numbers), "is_mismatch": False, "reason": NO_SHARES}


def _plans(plan: Plan, samples: Samples) -> list[Row]:
    """A file says nothing of the pace at which units came."""
    return [{**row, "required_days": None} for row in power_plans(replace(plan, days=1), samples, None)]
