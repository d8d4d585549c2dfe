"""Labelled texts from a file of somebody's own: what is read, and what is refused with its mend."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from analytics_platform.errors import AnalyticsError
from analytics_platform.yaml_file import nearest

READERS = {
    ".csv": lambda file: pl.read_csv(file, infer_schema_length=None),
    ".jsonl": lambda file: pl.read_ndjson(file, infer_schema_length=None),
    ".parquet": pl.read_parquet,
}
FEATURE = "feature"
ROW = "\0row"
"""A column of our own, which no name of the user's is."""


def read_labelled(file: Path, source: str, output: str, label: str) -> pl.DataFrame:
    """Texts and labels of a file.

    Args:
        file: CSV, JSON Lines or Parquet, one row a text; a column `feature` (summarize, quiz, explain) may be
            there.
        source: column of what the output was made from.
        output: column of the text judged.
        label: column with 1 for unsupported and 0 for supported; true and false will do.

    Returns:
        Columns feature, source_text, output_text, grade_level (null) and is_unsupported.

    Raises:
        AnalyticsError: the file cannot be read or lacks a column; a text is empty, a label is neither 0 nor
            1, or all labels are the same.
    """
    table = _table(file).with_row_index(ROW, 1)
    _check_columns(
        table, file, {"--source-column": source, "--output-column": output, "--label-column": label}
    )
    feature = pl.col(FEATURE).cast(pl.String) if FEATURE in table.columns else pl.lit(None, pl.String)
    rows = table.select(
        ROW,
        feature.alias(FEATURE),
        pl.col(source).cast(pl.String).alias("source_text"),
        pl.col(output).cast(pl.String).alias("output_text"),
        pl.lit(None, pl.Int64).alias("grade_level"),
        _label(table.schema[label], label).alias("is_unsupported"),
    )
    for column, mine in ((source, "source_text"), (output, "output_text")):
        _refuse(
            rows,
            pl.col(mine).fill_null("").str.strip_chars() == "",
            file,
            column,
            "the text is empty; leave the row out",
        )
    _refuse(
        rows, pl.col("is_unsupported").is_null(), file, label, "a label is 1 (unsupported) or 0 (supported)"
    )
    if rows["is_unsupported"].n_unique() < 2:
        only = int(rows["is_unsupported"][0])
        raise AnalyticsError(
            f"{file}: column {label}: every label is {only}; a measure needs texts of both kinds."
        )
    return rows.drop(ROW)


def _table(file: Path) -> pl.DataFrame:
    read = READERS.get(file.suffix.lower())
    if read is None:
        raise AnalyticsError(f"{file}: end the file's name with one of {', '.join(READERS)}.")
    if not file.is_file():
        raise AnalyticsError(f"{file} cannot be read: no such file.")
    try:
        table = read(file)
    except OSError as error:
        raise AnalyticsError(f"{file} cannot be read: {error.strerror or 'write it anew'}.") from None
    except (pl.exceptions.NoDataError, pl.exceptions.PolarsError) as error:
        said = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
        raise AnalyticsError(f"{file} cannot be read as {file.suffix[1:]}: {said}.") from None
    if table.is_empty():
        raise AnalyticsError(f"{file} holds no row.")
    return table


def _check_columns(table: pl.DataFrame, file: Path, asked: Mapping[str, str]) -> None:
    for option, name in asked.items():
        if name not in table.columns:
            known = [column for column in table.columns if column != ROW]
            raise AnalyticsError(
                f"{file} has no column {name!r}; name yours with {option}: {nearest(name, known)}"
            )


def _label(kind: pl.DataType, column: str) -> pl.Expr:
    """The label as a boolean; null where it is neither 0 nor 1."""
    if kind == pl.Boolean:
        return pl.col(column)
    number = pl.col(column).cast(pl.String).str.strip_chars().str.to_lowercase()
    written = {"1": True, "0": False, "1.0": True, "0.0": False, "true": True, "false": False}
    return number.replace_strict(written, default=None, return_dtype=pl.Boolean)


def _refuse(rows: pl.DataFrame, wrong: pl.Expr, file: Path, column: str, mend: str) -> None:
    found = rows.filter(wrong)
    if found.height:
        raise AnalyticsError(f"{file}: row {found[ROW][0]}, column {column}: {mend} ({found.height} in all).")
