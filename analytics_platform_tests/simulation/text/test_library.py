"""Texts: the same for the same seed, errors where they are said to be, and no way to tell but by reading."""

import re

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from analytics_platform.simulation.text import HARMLESS, LEAST_SIZE, Kind, library, text_ids, write_text
from analytics_platform.simulation.text.library import ANSWERS_PER_NOTE, FEATURES

SIZE = 6_000
WORD = re.compile(r"[a-z0-9]+(?:[.,'-][a-z0-9]+)*")
SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+|; |, while |, whereas |, and ")
BLOCK = re.compile(r"\d\. [^\n]+\?\nA\) [^\n]+\nB\) [^\n]+\nC\) [^\n]+\nD\) [^\n]+\nAnswer: [A-D]")


@pytest.fixture(scope="module")
def texts() -> pl.DataFrame:
    return library(7, SIZE)


@pytest.fixture(scope="module")
def answers(texts: pl.DataFrame) -> pl.DataFrame:
    """Answers that are clean or unsupported, with the planted words."""
    chosen = texts.filter(~pl.col("error_type").is_in(HARMLESS).fill_null(value=False))
    return chosen.with_columns(is_wrong=pl.col("error_type").is_not_null())


def auroc(is_wrong: NDArray[np.bool_], score: NDArray[np.float64]) -> float:
    """Chance that a wrong answer scores above a clean one, ties counted half."""
    ranks = pl.Series(score).rank().to_numpy()
    wrong = is_wrong.sum()
    return (ranks[is_wrong].sum() - wrong * (wrong + 1) / 2) / (wrong * (~is_wrong).sum())


def test_a_text_depends_on_seed_and_number_alone(texts: pl.DataFrame) -> None:
    rows = [write_text(7, text_id) for text_id in (5999, 3, 640)]
    assert [texts.row(row.text_id) for row in rows] == rows
    assert library(7, 100).equals(texts.head(100))
    assert not library(8, 100)["source_text"].equals(texts.head(100)["source_text"])


def test_notes_have_120_to_350_words_and_answers_are_not_copies(texts: pl.DataFrame) -> None:
    words = texts["source_text"].str.count_matches(r"\S+")
    assert words.min() >= 120
    assert words.max() <= 350
    clean = texts.filter(pl.col("error_type").is_null() & (pl.col("feature") != "quiz"))
    sentences = [
        (line in source)
        for source, output in clean.select("source_text", "output_text").rows()
        for line in output.split(". ")
    ]
    assert np.mean(sentences) < 0.15


def test_numbers_name_kinds(texts: pl.DataFrame) -> None:
    lot = np.linspace(0.0005, 0.9995, 400)
    for kind, errors in (
        (Kind.CLEAN, {None}),
        (Kind.FORMAT_FAILURE, {"format_failure"}),
        (Kind.REFUSAL, {"refusal"}),
    ):
        for position, feature in enumerate(FEATURES):
            ids = text_ids(np.full(400, position), np.full(400, kind), lot, SIZE)
            rows = texts[ids]
            assert set(rows["feature"]) == {feature}
            assert set(rows["error_type"]) == errors
    wrong = text_ids(np.zeros(400, np.int64), np.full(400, Kind.ERROR), lot, SIZE)
    assert texts[wrong]["error_type"].null_count() == 0
    assert len(set(wrong.tolist())) == 400


def test_the_smallest_library_has_texts_of_every_kind() -> None:
    ids = text_ids(np.repeat([0, 1, 2], 4), np.tile([0, 1, 2, 3], 3), np.full(12, 0.999), LEAST_SIZE)
    assert ids.max() < LEAST_SIZE


def test_all_error_types_occur_with_severities(texts: pl.DataFrame) -> None:
    found = set(texts["error_type"].drop_nulls())
    prose = {"wrong_number", "wrong_entity", "relation_swap", "negation", "direction", "overgeneralisation"}
    quiz = {"wrong_key", "unanswerable", "answer_leak", "duplicate_options"}
    assert found == prose | quiz | {"extrinsic", "format_failure", "refusal"}
    assert set(texts.filter(pl.col("error_type").is_not_null())["severity"]) == {1, 2, 3}
    assert set(texts.filter(pl.col("feature") != "quiz")["error_type"].drop_nulls()).isdisjoint(quiz)


def test_spans_hold_the_planted_words(answers: pl.DataFrame) -> None:
    wrong = answers.filter("is_wrong")
    assert wrong["span_start"].null_count() == 0
    planted = wrong.select(
        "feature",
        "error_type",
        "source_text",
        "output_text",
        words=pl.col("output_text").str.slice(
            pl.col("span_start"), pl.col("span_end") - pl.col("span_start")
        ),
    )
    assert planted["words"].str.len_chars().min() >= 1
    by_type = {kind[0]: rows for kind, rows in planted.group_by("error_type")}
    keys = by_type["wrong_key"]["words"]
    assert set(keys) == set("ABCD")
    assert by_type["unanswerable"]["words"].str.ends_with("?").all()
    prose = by_type["wrong_number"].filter(pl.col("feature") != "quiz")["words"]
    assert prose.str.contains(r"\d|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve").all()
    always = by_type["overgeneralisation"]["words"].str.to_lowercase()
    assert always.str.contains("always|invariably|without exception|in every case").all()


def test_a_span_covers_characters_of_its_own_output_only(answers: pl.DataFrame) -> None:
    wrong = answers.filter("is_wrong")
    assert (wrong["span_end"] <= wrong["output_text"].str.len_chars()).all()
    assert wrong["output_text"].str.contains("[\ue000\ue001]").sum() == 0


def test_quizzes_follow_the_format_with_one_key_each(answers: pl.DataFrame) -> None:
    quizzes = answers.filter(pl.col("feature") == "quiz")["output_text"]
    blocks = [block for quiz in quizzes for block in quiz.split("\n\n")]
    assert all(BLOCK.fullmatch(block) for block in blocks)
    keys = [block[-1] for block in blocks]
    shares = [keys.count(letter) / len(keys) for letter in "ABCD"]
    assert shares == pytest.approx([0.25] * 4, abs=0.02)


def test_clean_quizzes_have_four_different_options(answers: pl.DataFrame, texts: pl.DataFrame) -> None:
    clean = answers.filter((pl.col("feature") == "quiz") & ~pl.col("is_wrong"))["output_text"]
    doubled = texts.filter(pl.col("error_type") == "duplicate_options")["output_text"]

    def has_twins(quiz: str) -> bool:
        options = [re.findall(r"^[A-D]\) (.*)$", block, re.MULTILINE) for block in quiz.split("\n\n")]
        return any(len(set(block)) < 4 for block in options)

    assert not any(has_twins(quiz) for quiz in clean)
    assert all(has_twins(quiz) for quiz in doubled)


@pytest.mark.parametrize("feature", FEATURES)
def test_length_and_framing_do_not_tell_wrong_from_clean(answers: pl.DataFrame, feature: str) -> None:
    rows = answers.filter(pl.col("feature") == feature)
    wrong, output = rows["is_wrong"].to_numpy(), rows["output_text"]
    for pattern in (r"\S+", r"[.!?](\s|$)", r"\d", r"(?i)\bnot\b|\bno\b|\bnever\b", r", "):
        score = output.str.count_matches(pattern).to_numpy().astype(float)
        assert 0.44 < auroc(wrong, score) < 0.57, pattern


def words(text: str) -> list[str]:
    return WORD.findall(text.lower())


def signals(feature: str, source: str, output: str) -> list[float]:
    """Novelty and the support of each claim by the best sentence of the note."""
    claims = SENTENCE.split(output)
    if feature == "quiz":
        claims = []
        for block in output.split("\n\n"):
            question, *options, key = block.split("\n")
            claims.append(f"{question} {options['ABCD'.index(key[-1])][3:]}")
    known = set(words(source))
    lines = [set(words(line)) for line in SENTENCE.split(source)]
    weight = {word: 1 / max(sum(word in line for line in lines), 1) for word in known}
    support, misplaced = [], []
    for claim in claims:
        own = set(words(claim))
        scores = [sum(weight[word] for word in own & line) for line in lines]
        best = lines[int(np.argmax(scores))]
        total = sum(weight.get(word, 0.3) for word in own)
        support.append(max(scores) / total if total else 1.0)
        misplaced.append(sum(word[0].isdigit() and word not in best for word in own))
    novel = np.mean([word not in known for word in words(output)])
    return [float(np.mean(support)), min(support), float(max(misplaced)), float(sum(misplaced)), float(novel)]


def fitted_auroc(rows: pl.DataFrame) -> float:
    """Of a linear discriminant on a third of the notes, fitted on the others."""
    matrix = np.array([signals(*row) for row in rows.select("feature", "source_text", "output_text").rows()])
    wrong = rows["is_wrong"].to_numpy()
    is_test = (rows["text_id"].to_numpy() // ANSWERS_PER_NOTE) % 3 == 0
    train, truth = matrix[~is_test], wrong[~is_test]
    gap = train[truth].mean(axis=0) - train[~truth].mean(axis=0)
    within = np.cov(train[truth].T) + np.cov(train[~truth].T) + 1e-6 * np.eye(train.shape[1])
    return auroc(wrong[is_test], matrix[is_test] @ np.linalg.solve(within, gap))


@pytest.mark.parametrize("feature", FEATURES)
def test_a_plain_lexical_detector_finds_errors_neither_never_nor_always(
    answers: pl.DataFrame, feature: str
) -> None:
    assert 0.60 < fitted_auroc(answers.filter(pl.col("feature") == feature)) < 0.85
