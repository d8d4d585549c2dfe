"""`llm_quality.judgements`: which answers of a day are judged, and what the judge says of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from analytics_platform.lakehouse import Engine, Window
from analytics_platform.lakehouse.described import described
from analytics_platform.llm_quality.judges.judge import Case, Judge, Verdict
from analytics_platform.llm_quality.judges.rubrics import Rubrics

TABLE = "llm_quality.judgements"
QUERY = Path(__file__).with_suffix(".sql").read_text()

_TEXT, _NUMBER, _COUNT, _FLAG = pa.string(), pa.float64(), pa.int64(), pa.bool_()

SCHEMA = described(
    {
        "event_date": (pa.date32(), "Reporting day of the answer."),
        "interaction_id": (_COUNT, "The answer judged; a key of `raw.interactions`."),
        "judge": (_TEXT, "Who judged."),
        "rubric_version": (_TEXT, "Rubric or detector that was judged by."),
        "criterion": (_TEXT, "What was judged, such as `unsupported`."),
        "score": (_NUMBER, "On the rubric's scale; null unless the status is ok: a failure is no zero."),
        "probability": (_NUMBER, "That the score is 1; null where the judge gives none."),
        "status": (
            _TEXT,
            "`ok`, `failed`, `refused` (by the model), or `over_budget` (may be judged another day).",
        ),
        "reason": (_TEXT, "Why there is no score."),
        "rationale": (_TEXT, "Why, in the judge's words; made from untrusted text."),
        "parse_status": (
            _TEXT,
            "What the last reply was: parsed, malformed, truncated or invalid; none without one.",
        ),
        "is_injection_suspected": (_FLAG, "Whether source or answer seem to instruct the judge."),
        "is_rated": (_FLAG, "Whether people rated this answer on this criterion."),
        "is_drawn": (_FLAG, "Whether the answer belongs to the day's draw: only such rows stand for all."),
        "sampling_probability": (_NUMBER, "Of an answer of the day to be drawn."),
        "input_tokens": (_COUNT, "Tokens sent, over all attempts."),
        "output_tokens": (_COUNT, "Tokens received, over all attempts."),
        "cost_usd": (_NUMBER, "US dollars booked, over all attempts; null where the judge has no price."),
        "price_version": (_TEXT, "Price table."),
        "latency_ms": (_COUNT, "Milliseconds from first attempt to last reply."),
        "attempts": (_COUNT, "Requests sent."),
        "is_cached": (_FLAG, "Taken from memory: tokens, cost, latency and attempts are the first time's."),
        "key": (_TEXT, "What the verdict is remembered by; null for a judge without memory."),
    }
)  # fmt: skip


@dataclass(frozen=True)
class Draw:
    """How many answers of a day are drawn at random.

    Attributes:
        cases_a_day: answers drawn, each judged on every criterion that fits it.
        seed: of the draw; with the same one, days built again draw the same answers.
    """

    cases_a_day: int
    seed: int


@dataclass(frozen=True)
class _Chosen:
    """A case with what its row says of the choice."""

    case: Case
    is_rated: bool
    is_drawn: bool
    sampling_probability: float


def judgements(engine: Engine, window: Window, judge: Judge, rubrics: Rubrics, draw: Draw) -> pa.Table:
    """Rows of a window: all that people rated, on the criteria they rated, then the draw, on every criterion.

    The order is that in which a budget is used up. A judge with a memory is not asked twice, so that a
    day is built again without a bill, and what was over the budget is made up for.

    Args:
        engine: answers from `raw.interactions` and `raw.human_ratings`.
        window: days asked for.
        judge: who judges; criteria unknown to it are left out.
        rubrics: what fits which answer.
        draw: how many are judged besides.

    Raises:
        AnalyticsError: the judge cannot work.
    """
    days = [_rows(day, judge, chosen) for day, chosen in _days(engine, window, judge, rubrics, draw)]
    return pa.concat_tables(days) if days else SCHEMA.empty_table()


def verdict_fields(verdict: Verdict) -> dict[str, Any]:
    """The columns that a verdict fills, by name."""
    return {name: value for name, value in vars(verdict).items() if name in SCHEMA.names}


def _days(
    engine: Engine, window: Window, judge: Judge, rubrics: Rubrics, draw: Draw
) -> Iterator[tuple[date, list[_Chosen]]]:
    """The cases of each day that has any; a week's texts are in memory at a time."""
    for week in _weeks(window):
        parameters = {**week.parameters(), "salt": f"{draw.seed}:", "cases_a_day": draw.cases_a_day}
        rows = pl.DataFrame(engine.query(QUERY, parameters))
        for answers in rows.partition_by("event_date", maintain_order=True):
            chosen = _chosen(answers, frozenset(judge.criteria), rubrics, draw.cases_a_day)
            if chosen:
                yield answers["event_date"][0], chosen


def _weeks(window: Window) -> Iterator[Window]:
    first = window.first_day
    while first <= window.last_day:
        last = min(first + timedelta(days=6), window.last_day)
        yield Window(first, last)
        first = last + timedelta(days=1)


def _chosen(
    rows: pl.DataFrame, criteria: frozenset[str], rubrics: Rubrics, cases_a_day: int
) -> list[_Chosen]:
    """Rated cases first, then those of the draw, each in the order of the draw.

    Args:
        rows: one row an answer and rated criterion, in the order of the draw.
        criteria: those that the judge knows.
        rubrics: what fits which answer.
        cases_a_day: how many answers are drawn.
    """
    rated: list[_Chosen] = []
    drawn: list[_Chosen] = []
    for answer in rows.partition_by("interaction_id", maintain_order=True):
        row = answer.row(0, named=True)
        of_people = {name for name in answer["rated_criterion"] if name is not None}
        is_drawn = row["draw"] <= cases_a_day
        share = min(1.0, cases_a_day / row["answers"])
        for criterion in sorted(criteria & rubrics.keys()):
            if not (is_drawn or criterion in of_people):
                continue
            if rubrics[criterion].fits(row["feature"], row["source_text"]):
                texts = row["feature"], row["source_text"], row["output_text"]
                case = Case.of(row["interaction_id"], *texts, criterion)
                part = rated if criterion in of_people else drawn
                part.append(_Chosen(case, criterion in of_people, is_drawn, share))
    return rated + drawn


def _rows(day: date, judge: Judge, chosen: list[_Chosen]) -> pa.Table:
    verdicts = judge.score([one.case for one in chosen])
    rows = [
        {
            "event_date": day,
            "interaction_id": one.case.interaction_id,
            "judge": judge.name,
            "criterion": one.case.criterion,
            "is_rated": one.is_rated,
            "is_drawn": one.is_drawn,
            "sampling_probability": one.sampling_probability,
            **verdict_fields(verdict),
        }
        for one, verdict in zip(chosen, verdicts, strict=True)
    ]
    return pa.Table.from_pylist(rows, SCHEMA)
