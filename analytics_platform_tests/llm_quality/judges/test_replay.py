"""Recorded verdicts: given again by their key, and missing without one."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analytics_platform.errors import AnalyticsError
from analytics_platform.llm_quality.judges.judge import Case
from analytics_platform.llm_quality.judges.prompt import cache_key
from analytics_platform.llm_quality.judges.replay import ReplayJudge
from analytics_platform.llm_quality.judges.rubrics import load_rubrics
from analytics_platform.llm_quality.judges.sampling_parameters import PARAMETERS

RUBRICS = load_rubrics()


def case(output: str = "Light is slow.", criterion: str = "unsupported") -> Case:
    return Case.of(1, "summarize", "Light is fast.", output, criterion)


def row(of: Case, **changes: Any) -> dict[str, Any]:
    key = cache_key("m", of, RUBRICS[of.criterion], PARAMETERS)
    return {"key": key, "judge": "openai/m", "status": "ok", "score": 1, "probability": 0.9, **changes}


def recording(folder: Path, *rows: dict[str, Any]) -> Path:
    file = folder / "recording.jsonl"
    file.write_text("".join(json.dumps(each) + "\n" for each in rows))
    return file


def test_a_recorded_verdict_is_given_again(tmp_path: Path):
    judge = ReplayJudge.of(recording(tmp_path, row(case(), cost_usd=0.5, rationale="Slow?")), RUBRICS)

    (found,) = judge.score([case()])

    assert (judge.name, found.status, found.score, found.probability) == ("openai/m", "ok", 1.0, 0.9)
    assert (found.cost_usd, found.rationale, found.is_cached) == (0.5, "Slow?", True)
    assert found.rubric_version == "unsupported 1"


def test_parquet_and_json_lines_say_the_same(tmp_path: Path):
    lines = recording(tmp_path, row(case()), row(case("x"), status="refused", score=None, probability=None))
    parquet = tmp_path / "recording.parquet"
    pl.read_ndjson(lines).write_parquet(parquet)
    batch = [case(), case("x")]

    assert ReplayJudge.of(lines, RUBRICS).score(batch) == ReplayJudge.of(parquet, RUBRICS).score(batch)


def test_what_was_not_recorded_is_missing(tmp_path: Path):
    judge = ReplayJudge.of(recording(tmp_path, row(case()), row(case("odd"), score=7)), RUBRICS)

    other, odd, unknown = judge.score([case("Light is blue."), case("odd"), case(criterion="fun")])

    assert [each.status for each in (other, odd, unknown)] == ["failed"] * 3
    assert [each.score for each in (other, odd, unknown)] == [None] * 3
    assert other.key == cache_key("m", case("Light is blue."), RUBRICS["unsupported"], PARAMETERS)
    assert "not on the scale" in str(odd.reason)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"status": "done"}, "row 2, column status: 'done' is none of ok, failed"),
        ({"score": None}, "row 2, column score: a score stands where status is ok"),
        ({"status": "failed"}, "row 2, column score: a score stands where status is ok"),
        ({"probability": 3.5}, "row 2, column probability: 3.5 is no probability"),
        ({"judge": "openai/n"}, "one judge is replayed at a time; found openai/m, openai/n"),
        ({"score": "much"}, "judge_replay"),
    ],
)
def test_a_wrong_recording_is_named_with_its_row(tmp_path: Path, change: dict[str, Any], said: str):
    file = recording(tmp_path, row(case()), row(case("x"), **change))

    with pytest.raises(AnalyticsError, match=said) as refused:
        ReplayJudge.of(file, RUBRICS)

    assert str(file) in str(refused.value)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("said.csv", "key\n", r"ends in one of \.jsonl, \.parquet"),
        ("said.jsonl", "no json\n", "cannot be read"),
        ("said.jsonl", '{"key": "a", "judge": "m", "status": "ok"}\n', "score is missing"),
        ("said.parquet", "no parquet", "cannot be read"),
    ],
)
def test_a_file_that_is_no_recording_is_refused(tmp_path: Path, name: str, content: str, said: str):
    file = tmp_path / name
    file.write_text(content)

    with pytest.raises(AnalyticsError, match=said):
        ReplayJudge.of(file, RUBRICS)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(AnalyticsError, match=r"nowhere\.jsonl \(setting judge_replay\) cannot be read"):
        ReplayJudge.of(tmp_path / "nowhere.jsonl", RUBRICS)
