"""The shipped detector: read safely, doubtful where signals are, and worth something on real textbooks."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from analytics_platform.errors import AnalyticsError
from analytics_platform.llm_quality.detector import DETECTOR, DOUBTS, FILE, design, load_detector
from analytics_platform.llm_quality.signals import score_texts
from analytics_platform.stats.classification import auroc
from analytics_platform_tests.llm_quality import textbook_answers


@pytest.fixture(scope="module")
def scored() -> pl.DataFrame:
    note = "Marie Curie discovered radium in 1898. Germany invaded Belgium in 1914. Iron rusts in moist air."
    answers = [
        "Marie Curie discovered radium.",
        "Belgium invaded Germany in 1871.",
        "Iron never rusts.",
        None,
    ]
    rows = [(feature, note, answer, 8) for feature in ("summarize", "chat") for answer in answers]
    columns = {
        "feature": pl.String,
        "source_text": pl.String,
        "output_text": pl.String,
        "grade_level": pl.Int64,
    }
    texts = pl.DataFrame(rows, columns, orient="row")
    return score_texts(texts).with_columns(texts["feature"])


def test_the_chance_is_the_logistic_of_the_weighted_doubts(scored: pl.DataFrame):
    parts = json.loads(FILE.read_text())
    for row in scored.drop_nulls("unsupported_probability").iter_rows(named=True):
        doubts = {
            "lack_of_support_mean": 1 - row["sentence_support_mean"],
            "lack_of_support_min": 1 - row["sentence_support_min"],
            "not_copied": 1 - row["extractive_share"],
            "quiz_key_doubt": 0.0,
        }
        line = sum(
            weight * (doubts[name] if name in doubts else row[name])
            for name, weight in parts["weights"].items()
        )
        offset = parts["offsets"][row["feature"] if row["feature"] in parts["offsets"] else "other"]
        chance = 1 / (1 + np.exp(-(offset + parts["slope"] * line)))
        assert row["unsupported_probability"] == pytest.approx(chance, abs=1e-8)
        assert row["is_flagged"] == (chance >= parts["threshold"])


def test_a_missing_text_has_no_chance(scored: pl.DataFrame):
    assert scored["unsupported_probability"].is_null().to_list() == [False, False, False, True] * 2
    assert np.isnan(DETECTOR.logit(scored)).tolist() == [False, False, False, True] * 2


def test_no_doubt_lowers_the_chance(scored: pl.DataFrame):
    base = design(scored.head(1))
    assert base.shape == (1, len(DOUBTS))
    assert min(DETECTOR.weights.values()) >= 0


def test_the_version_changes_with_the_numbers_and_not_with_the_notes(tmp_path: Path):
    parts = json.loads(FILE.read_text())
    (tmp_path / "same.json").write_text(json.dumps(parts | {"training": {"said": "otherwise"}}))
    (tmp_path / "other.json").write_text(json.dumps(parts | {"threshold": 0.123}))
    assert load_detector(tmp_path / "same.json").version == DETECTOR.version
    assert load_detector(tmp_path / "other.json").version != DETECTOR.version


def test_what_is_written_is_read_again(tmp_path: Path):
    (tmp_path / "again.json").write_text(DETECTOR.text())
    assert load_detector(tmp_path / "again.json") == DETECTOR
    assert DETECTOR.text() == FILE.read_text()


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"weights": {}},
        {"weights": dict.fromkeys(DOUBTS, -1.0)},
        {"offsets": {"quiz": 1.0}},
        {"slope": None},
    ],
)
def test_a_broken_file_is_refused_with_its_mend(change: dict[str, object], tmp_path: Path):
    file = tmp_path / "detector.json"
    file.write_text(json.dumps(json.loads(FILE.read_text()) | change))
    with pytest.raises(AnalyticsError, match=r"detector\.json: this detector cannot be used.*train it again"):
        load_detector(file)


def test_no_file_is_refused(tmp_path: Path):
    with pytest.raises(AnalyticsError, match="cannot be used"):
        load_detector(tmp_path / "none.json")


@pytest.mark.real_data
@pytest.mark.skipif(
    not textbook_answers.FILE.exists(), reason="needs ../shared/data/openstax_sections.parquet"
)
def test_planted_errors_in_real_textbooks_are_ranked_first():
    answers = textbook_answers.textbook_answers(seed=11, size=500)
    texts = answers.select(
        feature=pl.lit(None, pl.String),
        source_text="source",
        output_text="output",
        grade_level=pl.lit(None, pl.Int64),
    )
    chance = score_texts(texts)["unsupported_probability"]
    found = auroc(answers["label"].to_numpy(), chance.to_numpy())
    assert found.low > 0.85
