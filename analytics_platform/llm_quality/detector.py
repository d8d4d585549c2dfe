"""The detector: signals of a text to a calibrated chance that it holds an unsupported claim.

A straight line through few signals, none of which may speak for a text the more doubtful it is (Dawes 1979,
*American Psychologist* 34: such lines carry over to new populations best), then Platt's calibration. It was
fitted on planted errors in simulated notes (`validation.detector_training`) and is kept as plain JSON,
read without executing anything. On real texts the ranking carries over in part and the level does not: it is
a weak signal, and how often answers are unsupported comes from human labels with it (`prevalence`).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics_platform.errors import AnalyticsError

FILE = Path(__file__).with_name("detector.json")
FORMAT = 1
DIGITS = 9
"""Of a chance: what follows may depend on the texts scored beside."""
NOT_COMPARED = "lexical_novelty"

Floats = NDArray[np.float64]

DOUBTS: Mapping[str, pl.Expr] = {
    "lexical_novelty": pl.col("lexical_novelty"),
    "bigram_novelty": pl.col("bigram_novelty"),
    "number_novelty": pl.col("number_novelty"),
    "number_misplaced": pl.col("number_misplaced"),
    "entity_novelty": pl.col("entity_novelty"),
    "entity_misplaced": pl.col("entity_misplaced"),
    "word_misplaced": pl.col("word_misplaced"),
    "pair_novelty": pl.col("pair_novelty"),
    "negation_mismatch": pl.col("negation_mismatch"),
    "direction_mismatch": pl.col("direction_mismatch"),
    "relation_swap": pl.col("relation_swap"),
    "lack_of_support_mean": 1 - pl.col("sentence_support_mean"),
    "lack_of_support_min": 1 - pl.col("sentence_support_min"),
    "not_copied": 1 - pl.col("extractive_share"),
    "overgeneralisation": pl.col("overgeneralisation"),
    "quiz_key_doubt": pl.col("quiz_key_doubt").fill_null(0.0),
}
"""What the detector looks at: more is more doubtful."""


@dataclass(frozen=True)
class Detector:
    """A fitted detector.

    Attributes:
        weights: log odds per unit of each doubt, none below 0.
        offsets: log odds at no doubt, by feature; `other` for features not named.
        slope: of the calibration.
        threshold: chance from which a text is flagged.
        training: seed, size and figures of its training.
    """

    weights: Mapping[str, float]
    offsets: Mapping[str, float]
    slope: float
    threshold: float
    training: Mapping[str, Any]

    def logit(self, signals: pl.DataFrame) -> Floats:
        """Calibrated log odds, shape (n,); NaN where there was nothing to compare.

        Args:
            signals: columns of `signals.columns.FAITHFULNESS`, quiz_key_doubt, and feature (optional).
        """
        # Not as a matrix product, whose last digits depend on the rows beside.
        return self.slope * (design(signals) * self._line).sum(axis=1) + self._offset(signals)

    def judged(self, signals: pl.DataFrame) -> pl.DataFrame:
        """With `unsupported_probability` and `is_flagged`, null where there was nothing to compare."""
        chance = (
            pl.Series("unsupported_probability", 1 / (1 + np.exp(-self.logit(signals))))
            .round(DIGITS)
            .fill_nan(None)
        )
        return signals.with_columns(chance, (chance >= self.threshold).alias("is_flagged"))

    @cached_property
    def version(self) -> str:
        """Digest of what it computes: the first 12 digits of a SHA-256."""
        return hashlib.sha256(json.dumps(self._numbers()).encode()).hexdigest()[:12]

    @cached_property
    def _line(self) -> Floats:
        return np.array([self.weights[name] for name in DOUBTS])

    def _offset(self, signals: pl.DataFrame) -> Floats:
        if "feature" not in signals.columns:
            return np.full(signals.height, self.offsets["other"])
        named = signals["feature"].cast(pl.String)
        return named.replace_strict(
            dict(self.offsets), default=self.offsets["other"], return_dtype=pl.Float64
        ).to_numpy()

    def _numbers(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "weights": {name: self.weights[name] for name in DOUBTS},
            "offsets": dict(self.offsets),
            "slope": self.slope,
            "threshold": self.threshold,
        }

    def text(self) -> str:
        """As JSON."""
        return (
            json.dumps({**self._numbers(), "training": dict(self.training)}, indent=2, allow_nan=False) + "\n"
        )


def design(signals: pl.DataFrame) -> Floats:
    """The doubts as a matrix, shape (n, doubts); NaN where there was nothing to compare."""
    return signals.select(**DOUBTS).cast(pl.Float64).to_numpy()


def load_detector(file: Path = FILE) -> Detector:
    """The detector of a file.

    Raises:
        AnalyticsError: the file cannot be read or is not what `Detector.text` gives.
    """
    try:
        parts = json.loads(file.read_text())
        return _of_parts(parts)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        said = str(error) or type(error).__name__
        raise AnalyticsError(
            f"{file}: this detector cannot be used: {said}; train it again with "
            "`python -m analytics_platform.validation.detector_training`."
        ) from None


def _of_parts(parts: dict[str, Any]) -> Detector:
    if parts["format"] != FORMAT:
        raise ValueError(f"format {parts['format']} is not {FORMAT}")
    weights = {name: float(parts["weights"][name]) for name in DOUBTS}
    if min(weights.values()) < 0:
        raise ValueError("a weight lies below 0")
    offsets = {str(name): float(value) for name, value in parts["offsets"].items()}
    if "other" not in offsets:
        raise ValueError("no offset is called other")
    return Detector(weights, offsets, float(parts["slope"]), float(parts["threshold"]), parts["training"])


DETECTOR = load_detector()
"""The detector in force."""
