"""Which answers of a day are judged, in what order, and what is kept of the verdicts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from scipy import stats

from analytics_platform.lakehouse import DuckDBEngine, Lake, Window
from analytics_platform.llm_quality.judgements import SCHEMA, TABLE, Draw, judgements
from analytics_platform.llm_quality.judges.heuristic import HeuristicJudge
from analytics_platform.llm_quality.judges.judge import Case, Judge, Verdict
from analytics_platform.llm_quality.judges.rubrics import load_rubrics
from analytics_platform_tests.llm_quality.judges.fakes import WordDetector
from analytics_platform_tests.raw_rows import FIRST_DAY, instant, interaction, write_raw

RUBRICS = load_rubrics()
ANSWERS = 40
RATED = {3: ("unsupported", "helpful"), 17: ("unsupported", "acceptable"), 60: ("helpful", "own_criterion")}
TEXTS = {"source_text": "light is fast", "output_text": "light is slow"}


@dataclass
class Recorder:
    """A judge of everything who notes the order; judges no more than `limit` cases of a batch."""

    name: str = "recorder"
    rubric_version: str = "1"
    criteria: frozenset[str] = frozenset(RUBRICS)
    limit: int = 10**9
    batches: list[list[Case]] = field(default_factory=list)

    def score(self, batch: Sequence[Case]) -> list[Verdict]:
        self.batches.append(list(batch))
        return [
            Verdict("ok", "1", score=1.0, probability=0.5, cost_usd=0.25)
            if number < self.limit
            else Verdict("over_budget", "1")
            for number in range(len(batch))
        ]


def rating(number: int, criterion: str, rater_id: int = 1) -> dict[str, Any]:
    day = FIRST_DAY + timedelta(days=9)
    return {
        "interaction_id": number,
        "rater_id": rater_id,
        "rater_group": "teacher",
        "criterion": criterion,
        "score": 1.0,
        "rated_at": instant(9),
        "source_rater_id": None,
        "event_date": day,
    }


@pytest.fixture
def engine(tmp_path: Path) -> DuckDBEngine:
    """Two days of 40 answers each, three of them rated twice nine days later, and some that are none."""
    lake = Lake(tmp_path / "lake")
    answers = [
        interaction(number, instant(number // 41), feature="quiz" if number % 2 else "explain", **TEXTS)
        for number in range(1, 2 * ANSWERS + 1)
    ]
    unfit = [
        interaction(101, instant(0), status="refused", **TEXTS),
        interaction(102, instant(0), source_text="light", output_text=None),
        interaction(103, instant(0), source_text="light", output_text="  "),
        interaction(104, instant(0), feature="explain", source_text=None, output_text="light"),
    ]
    ratings = [
        rating(number, criterion, rater)
        for number, criteria in RATED.items()
        for criterion in criteria
        for rater in (1, 2)
    ]
    write_raw(lake, interactions=[*answers, *unfit], human_ratings=ratings)
    return DuckDBEngine(lake)


def built(
    engine: DuckDBEngine, judge: Judge, cases_a_day: int = 5, seed: int = 2, days: tuple[int, int] = (0, 1)
) -> pl.DataFrame:
    first, last = (FIRST_DAY + timedelta(days=offset) for offset in days)
    rows = judgements(engine, Window(first, last), judge, RUBRICS, Draw(cases_a_day, seed))
    assert rows.schema.equals(SCHEMA)
    return pl.DataFrame(rows)


def test_what_people_rated_is_judged_first_and_on_what_they_rated(engine: DuckDBEngine):
    judge = Recorder()
    rows = built(engine, judge, cases_a_day=0)

    assert {(row["interaction_id"], row["criterion"]) for row in rows.iter_rows(named=True)} == {
        (3, "unsupported"),
        (3, "helpful"),
        (17, "unsupported"),
        (17, "acceptable"),
        (60, "helpful"),
    }
    assert rows["is_rated"].all()
    assert not rows["is_drawn"].any()
    mixed = built(engine, judge, cases_a_day=5)
    assert mixed["is_rated"].sum() == 5
    for _, day in mixed.group_by("event_date"):
        assert day["is_rated"].to_list() == sorted(day["is_rated"], reverse=True)


def test_the_draw_has_its_size_and_every_criterion_that_fits(engine: DuckDBEngine):
    drawn = built(engine, Recorder()).filter("is_drawn")

    per_day = drawn.group_by("event_date").agg(pl.col("interaction_id").n_unique())
    assert per_day["interaction_id"].to_list() == [5, 5]
    for (number,), answer in drawn.group_by("interaction_id"):
        features = {"unsupported", "helpful"} | ({"acceptable"} if int(str(number)) % 2 else set())
        expected = {"helpful"} if number == 104 else features
        assert set(answer["criterion"]) == expected
    shares = dict(drawn.select("event_date", "sampling_probability").unique().iter_rows())
    assert shares == {FIRST_DAY: pytest.approx(5 / 41), FIRST_DAY + timedelta(days=1): pytest.approx(5 / 40)}


def test_a_day_with_fewer_answers_is_drawn_whole(engine: DuckDBEngine):
    rows = built(engine, Recorder(), cases_a_day=1000)

    assert rows["is_drawn"].all()
    assert set(rows["sampling_probability"]) == {1.0}
    assert rows["interaction_id"].n_unique() == 2 * ANSWERS + 1


def test_the_draw_is_the_same_in_any_window_and_another_for_another_seed(engine: DuckDBEngine):
    whole = built(engine, Recorder())
    parts = pl.concat([built(engine, Recorder(), days=(day, day)) for day in (0, 1)])
    other = built(engine, Recorder(), seed=3)

    assert whole.equals(parts)
    assert set(other["interaction_id"]) != set(whole["interaction_id"])


def test_a_larger_draw_holds_the_smaller_one(engine: DuckDBEngine):
    small, large = (set(built(engine, Recorder(), cases_a_day=size)["interaction_id"]) for size in (5, 12))

    assert small < large


def test_every_answer_is_equally_likely_to_be_drawn(tmp_path: Path):
    lake = Lake(tmp_path / "many")
    write_raw(lake, interactions=[interaction(number, instant(0), **TEXTS) for number in range(5000)])
    rows = built(DuckDBEngine(lake), Recorder(), cases_a_day=1500, days=(0, 0))
    drawn = np.unique(rows["interaction_id"].to_numpy())

    assert drawn.size == 1500
    for bins in (np.bincount(drawn // 500, minlength=10), np.bincount(drawn % 10, minlength=10)):
        assert stats.chisquare(bins).pvalue > 1e-4
    # Were neighbours drawn together, or apart, gaps of one would be more, or fewer, than chance has them.
    low, high = stats.binom.interval(0.9999, 1499, 0.3)
    assert low <= (np.diff(drawn) == 1).sum() <= high


def test_a_case_over_the_budget_stays_as_missing(engine: DuckDBEngine):
    rows = built(engine, Recorder(limit=4), days=(0, 0))

    assert rows["status"].to_list() == ["ok"] * 4 + ["over_budget"] * (rows.height - 4)
    assert rows.filter(pl.col("status") != "ok")["score"].null_count() == rows.height - 4
    assert rows["is_rated"].head(4).all()


def test_a_judge_of_one_criterion_gets_no_other(engine: DuckDBEngine):
    rows = built(engine, HeuristicJudge(WordDetector()), cases_a_day=1000)

    assert set(rows["criterion"]) == {"unsupported"}
    assert 104 not in rows["interaction_id"]
    assert set(rows["status"]) == {"ok"}
    assert rows["probability"].to_list() == pytest.approx([1 / 3] * rows.height)
    assert set(rows["judge"]) == {"heuristic"}


def test_days_without_answers_give_no_rows(engine: DuckDBEngine):
    judge = Recorder()
    assert built(engine, judge, days=(5, 6)).is_empty()
    assert judge.batches == []


def test_the_table_holds_the_rows(engine: DuckDBEngine, tmp_path: Path):
    lake = Lake(tmp_path / "lake")
    window = Window(FIRST_DAY, date(2025, 9, 2))
    rows = judgements(engine, window, Recorder(), RUBRICS, Draw(5, 2))
    lake.replace_days(TABLE, window, [rows], SCHEMA)

    assert lake.scan(TABLE).collect().height == rows.num_rows
    assert isinstance(rows, pa.Table)
    keys = rows.select(["interaction_id", "judge", "criterion"]).to_pylist()
    assert len({tuple(key.values()) for key in keys}) == rows.num_rows


def test_every_column_has_a_sentence():
    assert [column.name for column in SCHEMA if not column.metadata[b"comment"].endswith(b".")] == []
