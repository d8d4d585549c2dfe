"""The library of texts that interactions draw from: notes and answers to them, clean and with errors.

Six answers belong to a note: a clean one and one with an error for each feature. The answers to every
32nd note are none: something in the wrong format, or a refusal. So the kind of a text follows from its
number, and a text is written when it is first asked for.
"""

from enum import IntEnum
from functools import lru_cache, partial
from random import Random
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics_platform.simulation.text.answers import write_answer
from analytics_platform.simulation.text.grammar import wording
from analytics_platform.simulation.text.notes import Note, write_note
from analytics_platform.simulation.text.quizzes import write_quiz

FEATURES = ("summarize", "quiz", "explain")
ANSWERS_PER_NOTE = 2 * len(FEATURES)
NOTES_PER_FAILURE = 32
LEAST_SIZE = 2 * NOTES_PER_FAILURE * ANSWERS_PER_NOTE
FORMAT_FAILURE, REFUSAL = "format_failure", "refusal"
HARMLESS = ("answer_leak", "duplicate_options", FORMAT_FAILURE, REFUSAL)
SCHEMA: dict[str, pl.DataType] = {
    "text_id": pl.Int64(),
    "feature": pl.String(),
    "subject": pl.String(),
    "grade_level": pl.Int64(),
    "source_text": pl.String(),
    "output_text": pl.String(),
    "error_type": pl.String(),
    "severity": pl.Int64(),
    "span_start": pl.Int64(),
    "span_end": pl.Int64(),
}

Ints = NDArray[np.int64]


class WrittenText(NamedTuple):
    """A row of `library`, whose columns it has."""

    text_id: int
    feature: str
    subject: str
    grade_level: int
    source_text: str
    output_text: str
    error_type: str | None = None
    severity: int | None = None
    span_start: int | None = None
    span_end: int | None = None


class Kind(IntEnum):
    """What a text is, as far as its number tells."""

    CLEAN = 0
    ERROR = 1
    FORMAT_FAILURE = 2
    REFUSAL = 3


@lru_cache(maxsize=2)
def library(seed: int, size: int) -> pl.DataFrame:
    """Texts 0 to size − 1 of a seed; a text does not depend on the size.

    Half of the answers hold a planted error. An error of the types in `HARMLESS` is a fault of another
    kind: nothing in the answer is unsupported by the note.

    Args:
        seed: of all draws.
        size: rows.

    Returns:
        Columns text_id, feature (summarize, quiz, explain), subject, grade_level, source_text,
        output_text, error_type (null: clean), severity (1 to 3, null: clean), span_start and span_end
        (characters of output_text that hold the error, null where none do).
    """
    rows = [write_text(seed, text_id) for text_id in range(size)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def write_text(seed: int, text_id: int) -> WrittenText:
    """One row of `library`."""
    number, place = divmod(text_id, ANSWERS_PER_NOTE)
    return _write_texts(seed, number)[place]


@lru_cache(maxsize=20_000)
def _write_texts(seed: int, number: int) -> tuple[WrittenText, ...]:
    """The answers to one note."""
    note = write_note(Random(f"{seed} note {number}"))  # noqa: S311
    first = number * ANSWERS_PER_NOTE
    return tuple(
        _row(text_id, note, Random(f"{seed} answer {text_id}"))  # noqa: S311
        for text_id in range(first, first + ANSWERS_PER_NOTE)
    )


def text_ids(feature: Ints, kind: Ints, lot: NDArray[np.float64], size: int) -> Ints:
    """Numbers of texts of given kinds, by draws from (0, 1).

    Args:
        feature: positions among `FEATURES`, shape (n,).
        kind: values of `Kind`, shape (n,).
        lot: which of the texts of that kind, shape (n,).
        size: texts of the library, at least `LEAST_SIZE`.
    """
    groups = size // ANSWERS_PER_NOTE // NOTES_PER_FAILURE
    is_failure = kind >= Kind.FORMAT_FAILURE
    answered = NOTES_PER_FAILURE - 1
    rank = (lot * np.where(is_failure, groups, groups * answered)).astype(np.int64)
    note = np.where(is_failure, rank * NOTES_PER_FAILURE + answered, rank + rank // answered)
    return note * ANSWERS_PER_NOTE + (kind % 2) * len(FEATURES) + feature


def _row(text_id: int, note: Note, rng: Random) -> WrittenText:
    number, place = divmod(text_id, ANSWERS_PER_NOTE)
    feature = FEATURES[place % len(FEATURES)]
    is_clean = place < len(FEATURES)
    written = partial(WrittenText, text_id, feature, note.course.name, note.grade, note.text)
    is_failure = number % NOTES_PER_FAILURE == NOTES_PER_FAILURE - 1
    if is_failure and not is_clean:
        return written(rng.choice(wording()["refusals"]), REFUSAL, 1)
    if feature == "quiz":
        text, planted = write_quiz(note, rng, is_clean=is_clean)
    else:
        text, planted = write_answer(feature, note, rng, is_clean=is_clean)
    if is_failure:
        return written(_broken(text.text, rng), FORMAT_FAILURE, 2)
    if planted is None:
        return written(text.text)
    return written(text.text, planted.error_type, planted.severity, text.start, text.end)


def _broken(text: str, rng: Random) -> str:
    """Nothing, a stump, a wrong format, or noise."""
    stump = text[: max(len(text) // 5, 12)]
    noise = "".join(rng.choice("�\\x0{}[]<>|#@~ etaoin") for _ in range(80))
    return rng.choice(("", stump, f'{{"error": null, "content": "{stump}', noise))
