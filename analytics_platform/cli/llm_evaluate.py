"""`llm evaluate`: the detector's measures on the labelled rows of a file."""

from pathlib import Path

import polars as pl

from analytics_platform.cli.formats import Format, notes, show

TITLE = "The detector on your labels; a weak signal, never the share of unsupported answers."


def evaluate_file(file: Path, form: Format, source: str, output: str, label: str) -> None:
    """Score, measure and print."""
    # scikit-learn and scipy take a second to import, which help need not wait for.
    from analytics_platform.llm_quality.evaluation import MEASURES, measures  # noqa: PLC0415
    from analytics_platform.llm_quality.labelled_file import read_labelled  # noqa: PLC0415
    from analytics_platform.llm_quality.signals.score import score_texts, scorer_version  # noqa: PLC0415

    rows = read_labelled(file, source, output, label)
    scored = score_texts(rows).with_columns(rows["is_unsupported"])
    compared = scored.drop_nulls("unsupported_probability")
    found = measures(compared["is_unsupported"].to_numpy(), compared["unsupported_probability"].to_numpy())
    told = [
        {
            "measure": name,
            "estimate": each.estimate,
            "low": each.low,
            "high": each.high,
            "n": each.n,
            "meaning": MEASURES[name],
        }
        for name, each in found.items()
    ]
    show(pl.DataFrame(told).with_columns(pl.col(pl.Float64).fill_nan(None)), form, TITLE)
    if compared.height < rows.height:
        notes.print(f"{rows.height - compared.height} texts without a word to compare left out.")
    notes.print(f"Scorer {scorer_version()}, threshold {_threshold():.3f}.")


def _threshold() -> float:
    from analytics_platform.llm_quality.detector import DETECTOR  # noqa: PLC0415

    return DETECTOR.threshold
