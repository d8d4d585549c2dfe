"""The detector that is built in: what `llm_quality/signals` finds, as the heuristic judge asks for it."""

from dataclasses import dataclass

import polars as pl

from analytics_platform.llm_quality.detector import DETECTOR
from analytics_platform.llm_quality.signals.score import score_texts, scorer_version


@dataclass(frozen=True)
class SignalsDetector:
    """A `Detector` over the signals."""

    @property
    def version(self) -> str:
        return scorer_version()

    @property
    def threshold(self) -> float:
        return DETECTOR.threshold

    def unsupported_probability(self, texts: pl.DataFrame) -> pl.Series:
        """See `Detector`."""
        return score_texts(texts.with_columns(grade_level=pl.lit(None, pl.Int64)))["unsupported_probability"]
