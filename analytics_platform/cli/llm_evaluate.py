"""`llm evaluate`: the detector's measures on the labelled rows of a file."""

from pathlib import Path

import polars as pl

from analytics_platform.cli.formats import Format, notes, show
from analytics_platform.llm_quality.detector import DETECTOR
from analytics_platform.llm_quality.evaluation import MEASURES, measures
from analytics_platform.llm_quality.labelled_file import read_labelled
from analytics_platform.llm_quality.signals.score import score_texts, scorer_version

TITLE = "The built-in detector on your labels: a weak signal, never the share of unsupported answers."


def evaluate_file(file: Path, form: Format, source: str, output: str, label: str) -> None:
    """Score, measure and print; texts without a word to compare are left out, and said to be."""
    rows = read_labelled(file, source, output, label)
    with notes.status(f"{rows.height} texts"):
        scored = score_texts(rows).with_columns(rows["is_unsupported"])
    compared = scored.drop_nulls("unsupported_probability")
    chance = compared["unsupported_probability"].to_numpy()
    told = [
        {"measure": name, "estimate": found.estimate, "low": found.low, "high": found.high, "n": found.n}
        for name, found in measures(compared["is_unsupported"].to_numpy(), chance).items()
    ]
    meanings = pl.Series("meaning", list(MEASURES.values()))
    show(pl.DataFrame(told).with_columns(meanings, pl.col(pl.Float64).fill_nan(None)), form, TITLE)
    if compared.height < rows.height:
        notes.print(f"{rows.height - compared.height} texts without a word to compare left out.")
    notes.print(f"Scorer {scorer_version()}; flagged from a chance of {DETECTOR.threshold:.3f}.")
