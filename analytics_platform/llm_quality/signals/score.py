"""One text after another: every signal that its feature allows, then the detector's verdict.

Outputs of one source are scored together, so that it is read once; nothing else is kept between texts.
"""

from collections.abc import Iterable
from typing import Any

import polars as pl

from analytics_platform.llm_quality.detector import DETECTOR
from analytics_platform.llm_quality.signals import safety
from analytics_platform.llm_quality.signals.columns import SCORED
from analytics_platform.llm_quality.signals.faithfulness import NOTHING, Compared, compare
from analytics_platform.llm_quality.signals.quiz import (
    FEWEST_OPTIONS,
    Checked,
    Question,
    check,
    key_position_bias,
    read_quiz,
)
from analytics_platform.llm_quality.signals.readability import grade
from analytics_platform.llm_quality.signals.rubric import rubric
from analytics_platform.llm_quality.signals.source import Source
from analytics_platform.llm_quality.signals.summaries import compression, coverage
from analytics_platform.llm_quality.signals.words import Clause, clauses_of

RULES = "rules-1"
MOST_CHARACTERS = 20_000
EMPTY = Source.of("")
INPUTS = ("feature", "source_text", "output_text", "grade_level")

Row = dict[str, Any]


def scorer_version() -> str:
    """Version of the rules and digest of the detector."""
    return f"{RULES}/{DETECTOR.version}"


def score_texts(frame: pl.DataFrame) -> pl.DataFrame:
    """Signals and verdict of every text.

    Args:
        frame: columns feature, source_text, output_text (texts) and grade_level (a number), all nullable; a
            feature other than summarize, quiz and explain is taken as prose.

    Returns:
        One row a text, in order, with the columns of `SCORED`. Read are the first 100,000 characters of a
        source and the first 20,000 of an output.
    """
    told = frame.select(INPUTS).with_row_index("place").sort("source_text", maintain_order=True)
    rows: list[Row] = [{}] * frame.height
    text, source, injected = "", EMPTY, False
    for place, feature, given, output, declared in told.iter_rows():
        if (given or "") != text:
            text = given or ""
            source, injected = Source.of(text), safety.is_injection_suspected(text)
        rows[place] = _row(feature, source, (output or "")[:MOST_CHARACTERS], declared)
        rows[place]["is_injection_suspected"] = injected
    signals = pl.DataFrame(rows, _SCHEMA).with_columns(frame["feature"])
    judged = DETECTOR.judged(signals).with_columns(scorer_version=pl.lit(scorer_version()))
    return judged.select(SCORED.keys())


def _row(feature: str | None, source: Source, output: str, declared: float | None) -> Row:
    found = clauses_of(output)
    own, compared = (_quiz if feature == "quiz" else _prose)(feature, source, output, found)
    worst = compared.worst.span(output) if compared.worst else (None, None)
    level = grade(found)
    return {
        **compared.signals,
        **own,
        "worst_start": worst[0],
        "worst_end": worst[1],
        "words": sum(len(clause.tokens) for clause in found),
        "readability_grade": level,
        "readability_gap": None if level is None or declared is None else level - declared,
        "pii_count": safety.pii_count(output),
        "toxicity": safety.toxicity(token.word for clause in found for token in clause.tokens),
        "is_refusal": safety.is_refusal(output),
    }


def _prose(feature: str | None, source: Source, output: str, found: list[Clause]) -> tuple[Row, Compared]:
    compared = compare(found, source)
    own: Row = {"is_format_failure": safety.is_prose_failure(output, lambda: _repeated(found))}
    if feature == "summarize" and found and source.clauses:
        own |= {"coverage": coverage(found, source), "compression": compression(found, source)}
    elif feature == "explain" and found:
        own |= rubric(output, found)
    return own, compared


def _quiz(_: str | None, source: Source, output: str, __: list[Clause]) -> tuple[Row, Compared]:
    questions = read_quiz(output)
    complete = [question for question in questions if question.is_complete]
    keys = [question.key for question in complete]
    own: Row = {
        "quiz_questions": len(questions),
        "quiz_duplicate_options": sum(question.duplicates for question in questions),
        "quiz_keys": "".join(chr(ord("A") + key) for key in keys),
        "quiz_key_position_bias": key_position_bias(keys, _options(complete)) if len(keys) > 1 else None,
        "is_format_failure": not complete or len(complete) < len(questions),
        "quiz_is_valid": False,
    }
    if not complete or not source.clauses:
        return own, NOTHING
    checked = [check(question, source) for question in complete]
    compared = compare([each.claim for each in checked], source)
    return own | _of_questions(checked) | {"quiz_is_valid": _is_valid(questions, checked)}, compared


def _of_questions(checked: list[Checked]) -> Row:
    return {
        "quiz_answerable_share": _mean(each.is_answerable for each in checked),
        "quiz_answer_leak_share": _mean(each.is_leaked for each in checked),
        "quiz_distractor_plausibility": _mean(each.plausibility for each in checked),
        "quiz_key_doubt": max(each.doubt for each in checked),
    }


def _is_valid(questions: list[Question], checked: list[Checked]) -> bool:
    return (
        len(checked) == len(questions)
        and not any(question.duplicates for question in questions)
        and all(each.is_answerable and not each.is_leaked for each in checked)
    )


def _options(questions: list[Question]) -> int:
    return max((len(question.options) for question in questions), default=FEWEST_OPTIONS)


def _repeated(found: list[Clause]) -> float:
    """Share of sentences that repeat an earlier one."""
    said = [tuple(token.word for token in clause.tokens) for clause in found]
    return 1 - len(set(said)) / len(said) if said else 0.0


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed)


_KINDS: dict[str, Any] = {"double": pl.Float64, "int64": pl.Int64, "bool": pl.Boolean, "string": pl.String}
_SCHEMA = {name: _KINDS[str(kind)] for name, (kind, _) in SCORED.items()}
