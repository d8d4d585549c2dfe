"""What the heuristic judge needs of a detector, so that judges know no signal."""

from typing import Protocol

import polars as pl


class Detector(Protocol):
    """Estimates how likely an answer holds a claim that its source does not support.

    Attributes:
        version: names its rules and what it was trained to.
        threshold: probability from which an answer is said to hold such a claim.
    """

    @property
    def version(self) -> str: ...

    @property
    def threshold(self) -> float: ...

    def unsupported_probability(self, texts: pl.DataFrame) -> pl.Series:
        """Calibrated probabilities, null where there is nothing to compare.

        Args:
            texts: columns feature, source_text (nullable) and output_text, one row a text.
        """
        ...
