"""Scores by day: every captured answer, each text scored once, the same rows however a window is cut."""

from datetime import timedelta
from pathlib import Path
from unittest import mock

import polars as pl
import pytest

from analytics_platform.lakehouse import DuckDBEngine, Lake, Window
from analytics_platform.llm_quality import interaction_scores as module
from analytics_platform.llm_quality.interaction_scores import SCHEMA, TABLE, content_hash, interaction_scores
from analytics_platform.llm_quality.signals import score_texts
from analytics_platform_tests.raw_rows import FIRST_DAY, instant, interaction, write_raw

NOTE = "Marie Curie discovered radium in 1898. Iron rusts in moist air."
GOOD, BAD = (
    "Curie discovered radium. Iron rusts in air.",
    "Iron rusts in air. Einstein discovered radium in 1871.",
)


def answer(interaction_id: int, day: int, output: str | None, **columns: object) -> dict[str, object]:
    texts = {"feature": "summarize", "source_text": NOTE, "output_text": output, "grade_level": 8}
    return interaction(interaction_id, instant(day), **(texts | columns))


@pytest.fixture
def engine(tmp_path: Path) -> DuckDBEngine:
    lake = Lake(tmp_path / "lake")
    rows = [
        answer(1, 0, GOOD), answer(2, 0, BAD), answer(3, 0, GOOD), answer(4, 0, None),
        answer(5, 1, GOOD), answer(6, 1, "New words here."), answer(7, 2, BAD),
        answer(8, 2, GOOD, grade_level=3),
    ]  # fmt: skip
    write_raw(lake, interactions=rows)
    return DuckDBEngine(lake)


def days(first: int, last: int) -> Window:
    return Window(FIRST_DAY + timedelta(days=first), FIRST_DAY + timedelta(days=last))


def scored(engine: DuckDBEngine, window: Window) -> pl.DataFrame:
    rows = interaction_scores(engine, window, engine.lake.days(TABLE))
    return pl.concat([pl.DataFrame(part) for part in rows])


def test_every_captured_answer_has_its_row(engine: DuckDBEngine):
    found = scored(engine, days(0, 2))
    assert found["interaction_id"].to_list() == [1, 2, 3, 5, 6, 7, 8]
    assert found.columns == SCHEMA.names
    assert found["event_date"].is_sorted()


def test_rows_hold_the_scores_of_their_texts(engine: DuckDBEngine):
    found = scored(engine, days(0, 2)).row(1, named=True)
    texts = pl.DataFrame(
        {"feature": ["summarize"], "source_text": [NOTE], "output_text": [BAD], "grade_level": [8]}
    )
    expected = score_texts(texts).row(0, named=True)
    assert {name: found[name] for name in expected} == expected
    assert BAD[found["worst_start"] : found["worst_end"]] == "Einstein discovered radium in 1871."


def test_a_text_is_scored_once(engine: DuckDBEngine):
    with mock.patch.object(module, "score_texts", wraps=score_texts) as scorer:
        found = scored(engine, days(0, 2))
    assert sum(call.args[0].height for call in scorer.call_args_list) == found["content_hash"].n_unique() == 4


def test_scores_of_days_before_are_reused_and_give_the_same_rows(engine: DuckDBEngine):
    whole = scored(engine, days(0, 2))
    engine.lake.replace_days(TABLE, days(0, 1), interaction_scores(engine, days(0, 1)), SCHEMA)
    with mock.patch.object(module, "score_texts", wraps=score_texts) as scorer:
        last = scored(engine, days(2, 2))
    assert sum(call.args[0].height for call in scorer.call_args_list) == 1
    assert last.equals(whole.filter(pl.col("event_date") == FIRST_DAY + timedelta(days=2)))


def test_scores_of_another_version_are_not_reused(engine: DuckDBEngine):
    engine.lake.replace_days(TABLE, days(0, 1), interaction_scores(engine, days(0, 1)), SCHEMA)
    with (
        mock.patch.object(module, "scorer_version", return_value="another"),
        mock.patch.object(module, "score_texts", wraps=score_texts) as scorer,
    ):
        scored(engine, days(2, 2))
    assert sum(call.args[0].height for call in scorer.call_args_list) == 2


def test_small_pieces_give_the_same_rows(engine: DuckDBEngine):
    whole = scored(engine, days(0, 2))
    with mock.patch.object(module, "ROWS_AT_ONCE", 2):
        parts = list(interaction_scores(engine, days(0, 2)))
    assert max(part.num_rows for part in parts) == 2
    assert pl.concat([pl.DataFrame(part) for part in parts]).equals(whole)


def test_days_without_answers_have_no_rows(engine: DuckDBEngine):
    assert list(interaction_scores(engine, days(5, 6))) == []


def test_the_hash_tells_its_parts_apart():
    hashes = {
        content_hash(*parts)
        for parts in [
            ("quiz", "a", "b", 8), ("quiz", "ab", "", 8), ("explain", "a", "b", 8), ("quiz", "a", "b", None),
            ("quiz", None, "b", 8), ("quiz", "", "b", 8), (None, "a", "b", 8),
        ]
    }  # fmt: skip
    assert len(hashes) == 7
    assert content_hash("quiz", "a", "b", 8) == content_hash("quiz", "a", "b", 8)
    assert all(-(2**63) <= one < 2**63 for one in hashes)
