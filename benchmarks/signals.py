"""Scores of answers by signals alone: `python -m benchmarks.signals [FILE] [--texts N] [--json FILE]`.

FILE has a column `text` with notes, such as the textbook sections of the tests; without it the notes are
those of the simulated library. Notes of 150 to 350 words are kept, an answer is a few of a note's sentences,
60 to 120 words, and no two answers share a note's parse but by the library's own repeats. Words are
remembered from text to text, as in production, so the first pass is timed apart.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.table import Table

from analytics_platform.llm_quality.signals import score_texts
from analytics_platform.llm_quality.signals.words import clauses_of
from analytics_platform.simulation.text import library
from benchmarks.stages import Cost, measure

SEED = 90
NOTE_WORDS = 150, 350
ANSWER_WORDS = 60, 120
TEXTS = 3_000


def texts_of(file: Path | None, texts: int) -> pl.DataFrame:
    """Notes with an answer each; columns feature, source_text, output_text, grade_level."""
    notes = library(SEED, texts)["source_text"] if file is None else pl.read_parquet(file)["text"]
    kept = notes.filter(notes.str.split(" ").list.len().is_between(*NOTE_WORDS))
    rows = [("summarize", note, answer, 8) for note in kept if (answer := _answer(note))]
    schema = {
        "feature": pl.String,
        "source_text": pl.String,
        "output_text": pl.String,
        "grade_level": pl.Int64,
    }
    return pl.DataFrame(rows[:texts], schema, orient="row")


def costs(rows: pl.DataFrame) -> list[Cost]:
    """Cost of a first pass over the texts and of a second."""

    def scored() -> tuple[int, int]:
        return score_texts(rows).height, rows.height

    return [measure(name, scored) for name in ("first pass", "second pass")]


def _answer(note: str) -> str:
    """Every second sentence of a note up to 120 words; empty where that gives fewer than 60."""
    said: list[str] = []
    for clause in [clause for clause in clauses_of(note) if clause.opens][::2]:
        sentence = note[slice(*clause.span(note))]
        if len(" ".join([*said, sentence]).split()) <= ANSWER_WORDS[1]:
            said.append(sentence)
    answer = " ".join(said)
    return answer if len(answer.split()) >= ANSWER_WORDS[0] else ""


def table(found: Sequence[Cost]) -> Table:
    """The costs."""
    shown = Table(box=None)
    shown.add_column("stage")
    for heading in ("texts", "CPU s", "texts/CPU s", "peak MiB"):
        shown.add_column(heading, justify="right")
    for cost in found:
        pace = f"{cost.events_per_cpu_second:,.0f}"
        shown.add_row(cost.stage, f"{cost.rows:,}", f"{cost.cpu_seconds:.2f}", pace, f"{cost.peak_mib:,.0f}")
    return shown


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.signals", description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", help="Parquet with notes in the column text")
    parser.add_argument("--texts", type=int, default=TEXTS, help="answers to score")
    parser.add_argument("--json", type=Path, help="file for the same figures as JSON")
    given = parser.parse_args(arguments)
    found = costs(texts_of(given.file, given.texts))
    Console().print(table(found))
    if given.json:
        given.json.write_text(json.dumps([asdict(cost) for cost in found], indent=2) + "\n")


if __name__ == "__main__":
    main()
