"""The library of texts that interactions draw from: notes and answers to them, clean and with errors."""

from functools import lru_cache
from random import Random

import polars as pl

from analytics_platform.simulation.text.answers import write_answer
from analytics_platform.simulation.text.grammar import wording
from analytics_platform.simulation.text.notes import Note, write_note
from analytics_platform.simulation.text.quizzes import write_quiz

FEATURES = ("summarize", "quiz", "explain")
ANSWERS_PER_NOTE = 6
ERROR_SHARE = 0.5
FAILURE_SHARE, REFUSAL_SHARE = 0.02, 0.01
HARMLESS = ("answer_leak", "duplicate_options", "format_failure", "refusal")
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
    rows: list[tuple[object, ...]] = []
    for number in range(-(-size // ANSWERS_PER_NOTE)):
        note = write_note(Random(f"{seed} note {number}"))
        for text_id in range(number * ANSWERS_PER_NOTE, min((number + 1) * ANSWERS_PER_NOTE, size)):
            rows.append((text_id, *_row(text_id, note, Random(f"{seed} answer {text_id}"))))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _row(text_id: int, note: Note, rng: Random) -> tuple[object, ...]:
    feature = FEATURES[text_id % len(FEATURES)]
    known = (feature, note.course.name, note.grade, note.text)
    lot = rng.random()
    if lot < REFUSAL_SHARE:
        return (*known, rng.choice(wording()["refusals"]), "refusal", 1, None, None)
    is_failure = lot < REFUSAL_SHARE + FAILURE_SHARE
    is_clean = is_failure or rng.random() >= ERROR_SHARE
    if feature == "quiz":
        text, planted = write_quiz(note, rng, is_clean=is_clean)
    else:
        text, planted = write_answer(feature, note, rng, is_clean=is_clean)
    if is_failure:
        return (*known, _broken(text.text, rng), "format_failure", 2, None, None)
    if planted is None:
        return (*known, text.text, None, None, None, None)
    return (*known, text.text, planted.error_type, planted.severity, text.start, text.end)


def _broken(text: str, rng: Random) -> str:
    """Nothing, a stump, a wrong format, or noise."""
    stump = text[: max(len(text) // 5, 12)]
    noise = "".join(rng.choice("�\\x0{}[]<>|#@~ etaoin") for _ in range(80))
    return rng.choice(("", stump, f'{{"error": null, "content": "{stump}', noise))
