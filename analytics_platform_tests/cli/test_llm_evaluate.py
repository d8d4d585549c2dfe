"""`llm evaluate`: a labelled file, printed for people and for programs."""

import json
from pathlib import Path

import polars as pl
import pytest

from analytics_platform.llm_quality.evaluation import MEASURES
from analytics_platform_tests.cli.conftest import Command

NOTE = "Marie Curie discovered radium in 1898. Iron rusts in moist air. Germany invaded Belgium in 1914."
RIGHT = ["Curie discovered radium.", "Iron rusts in moist air.", "Germany invaded Belgium in 1914."]
WRONG = ["Einstein discovered penicillin in 1871.", "Iron never rusts.", "Belgium invaded Germany in 1898."]


@pytest.fixture
def rows() -> pl.DataFrame:
    outputs = RIGHT + WRONG
    return pl.DataFrame({"source": [NOTE] * 6, "output": outputs, "label": [0, 0, 0, 1, 1, 1]})


@pytest.mark.parametrize("end", ["csv", "jsonl", "parquet"])
def test_every_kind_of_file_gives_the_same_measures(
    end: str, rows: pl.DataFrame, analytics: Command, tmp_path: Path
):
    write = {"csv": rows.write_csv, "jsonl": rows.write_ndjson, "parquet": rows.write_parquet}[end]
    write(tmp_path / f"texts.{end}")

    printed = analytics("llm", "evaluate", f"texts.{end}", "--format", "json")

    found = {row["measure"]: row for row in json.loads(printed.out)}
    assert printed.code == 0
    assert list(found) == list(MEASURES)
    assert found["auroc"]["estimate"] == 1
    assert found["prevalence"]["estimate"] == 0.5
    assert found["auroc"]["n"] == 6


def test_columns_may_have_other_names_and_labels_other_types(
    rows: pl.DataFrame, analytics: Command, tmp_path: Path
):
    named = rows.rename({"source": "article", "output": "summary", "label": "bad"})
    named.with_columns(pl.col("bad").cast(pl.Boolean), feature=pl.lit("summarize")).write_parquet(
        tmp_path / "t.parquet"
    )
    words = (
        "--source-column",
        "article",
        "--output-column",
        "summary",
        "--label-column",
        "bad",
        "--format",
        "csv",
    )

    printed = analytics("llm", "evaluate", "t.parquet", *words)

    assert printed.code == 0
    assert printed.out.splitlines()[0] == "measure,estimate,low,high,n,meaning"


def test_people_are_told_what_the_numbers_mean(rows: pl.DataFrame, analytics: Command, tmp_path: Path):
    rows.write_csv(tmp_path / "t.csv")

    printed = analytics("llm", "evaluate", "t.csv")

    assert "weak signal" in printed.out
    assert "calibration_in_the_large" in printed.out
    assert "flagged from a chance of" in printed.err


BROKEN = {
    "no column": (
        {"label": "lable"},
        {},
        "has no column 'label'; name yours with --label-column: did you mean 'lable'?",
    ),
    "a label": (
        {},
        {"label": [0, 1, 2, 1, 0, 1]},
        "row 3, column label: a label is 1 (unsupported) or 0 (supported)",
    ),
    "one class": ({}, {"label": [1] * 6}, "every label is 1"),
    "an empty text": (
        {},
        {"output": ["a", " ", "b", "c", "d", "e"]},
        "row 2, column output: the text is empty",
    ),
    "a missing text": (
        {},
        {"source": ["a", "b", None, "c", "d", "e"]},
        "row 3, column source: the text is empty",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_cannot_be_used_is_refused_with_its_mend(
    case: str, rows: pl.DataFrame, analytics: Command, tmp_path: Path
):
    renamed, changed, said = BROKEN[case]
    rows.with_columns(**{name: pl.Series(values) for name, values in changed.items()}).rename(
        renamed
    ).write_parquet(tmp_path / "t.parquet")

    printed = analytics("llm", "evaluate", "t.parquet")

    assert printed.code == 1
    assert said in printed.err.replace("\n", " ")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("none.csv", None, "no such file"),
        ("t.xlsx", "x", "end the file's name with one of .csv, .jsonl, .parquet"),
        ("t.jsonl", "{broken", "cannot be read as jsonl"),
        ("t.csv", "source,output,label\n", "holds no row"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    name: str, content: str | None, said: str, analytics: Command, tmp_path: Path
):
    if content is not None:
        (tmp_path / name).write_text(content)

    printed = analytics("llm", "evaluate", name)

    assert printed.code == 1
    assert said in printed.err


def test_options_of_the_other_action_are_refused(analytics: Command):
    assert "--save belongs to" in analytics("llm", "evaluate", "t.csv", "--save", "x.csv").err
    assert "belong to `llm evaluate`" in analytics("llm", "judge", "t.csv", "--label-column", "x").err
