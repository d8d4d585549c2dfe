"""Each check of LLM quality passes on a lake without faults and finds the fault planted for it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from analytics_platform.lakehouse import DuckDBEngine, Lake
from analytics_platform.lakehouse.check import Finding
from analytics_platform.llm_quality import CHECKS, panel_tables
from analytics_platform.llm_quality.judgements import SCHEMA as JUDGEMENTS
from analytics_platform_tests.derived_rows import change, day
from analytics_platform_tests.llm_quality.quality_lake import WHOLE

Edit = Callable[[pl.DataFrame], pl.DataFrame]
S = "llm_quality."
FIRST = pl.int_range(pl.len()) == 0
TOLD = ("no_recent_drift", "no_regression", "judges_are_calibrated")
"""Warnings that the planted world earns: its bad spell is recent, its judge too sure."""


@pytest.fixture(scope="module")
def whole(quality: DuckDBEngine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lake with every table; only to be copied."""
    folder = tmp_path_factory.mktemp("whole") / "lake"
    shutil.copytree(str(quality.lake.root), folder)
    lake = Lake(folder)
    for name, table in panel_tables.whole_tables(DuckDBEngine(lake, {}), WHOLE.last_day, 1).items():
        lake.replace(name, [table], table.schema)
    return folder


def finding(lake: Lake, table: str, name: str) -> Finding:
    check = next(check for check in CHECKS if (check.table, check.name) == (table, name))
    return check.run(DuckDBEngine(lake, {}), WHOLE)


def test_a_lake_without_faults_passes(whole: Path):
    engine = DuckDBEngine(Lake(whole), {})
    failed = {check.name for check in CHECKS if not check.run(engine, WHOLE).passed}
    assert failed <= set(TOLD)


def put(column: str, value: object, where: pl.Expr = FIRST) -> Edit:
    return lambda rows: rows.with_columns(
        pl.when(where).then(pl.lit(value)).otherwise(pl.col(column)).cast(rows.schema[column]).alias(column)
    )


def twice(rows: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([rows, rows.head(1)])


def over_budget(rows: pl.DataFrame) -> pl.DataFrame:
    row = dict.fromkeys(rows.columns) | {
        "event_date": day(3),
        "interaction_id": 3001,
        "judge": "openai",
        "criterion": "unsupported",
        "status": "over_budget",
    }
    return pl.concat([rows, pl.DataFrame([row], schema=rows.schema)])


FAULTS = [
    ("quality_daily", "unique_key", twice),
    ("quality_daily", "quality_adds_up", put("interactions", 1)),
    ("quality_daily", "quality_identities", put("flagged", 10_000)),
    ("ratings_daily", "unique_key", twice),
    ("ratings_daily", "ratings_match_events", put("ratings", 1)),
    ("interaction_scores", "unique_key", twice),
    ("interaction_scores", "captured_answers_are_scored", lambda rows: rows.slice(1)),
    ("interaction_scores", "scores_are_shares", put("worst_end", 10_000)),
    ("judgements", "budget_holds", over_budget),
    ("rater_agreement", "unique_key", twice),
    ("rater_agreement", "agreement_is_a_share", put("alpha", 1.5)),
    ("rater_severity", "unique_key", twice),
    ("judge_calibration", "judges_are_calibrated", put("low", 0.4, pl.col("measure") == "auroc")),
    ("prevalence", "prevalence_is_a_share", put("estimate", 1.2)),
    ("prevalence", "labels_are_enough", put("high", 1.0, pl.col("method") == "ppi")),
    ("version_comparisons", "no_regression", put("verdict", "regression", pl.col("metric") == "unsupported")),
    ("drift", "no_recent_drift", put("is_alarm", value=True, where=pl.col("event_date") == WHOLE.last_day)),
]


@pytest.mark.parametrize(("table", "name", "edit"), FAULTS, ids=[f"{row[0]}-{row[1]}" for row in FAULTS])
def test_a_planted_fault_is_found(whole: Path, tmp_path: Path, table: str, name: str, edit: Edit):
    shutil.copytree(whole, tmp_path / "lake")
    lake = Lake(tmp_path / "lake")
    before = finding(lake, S + table, name).offending.num_rows
    change(lake, S + table, edit)
    assert finding(lake, S + table, name).offending.num_rows > before


def test_every_check_has_a_planted_fault():
    of_keys = {check.table for check in CHECKS if check.name == "unique_key"}
    planted = {(S + table, name) for table, name, _ in FAULTS}
    missing = {(check.table, check.name) for check in CHECKS} - planted
    assert {name for _, name in missing} <= {"unique_key"}
    assert len(of_keys) == 13
    assert JUDGEMENTS.names[0] == "event_date"
