"""What the heuristic judge needs of a detector, so that judges know no signal."""

from typing import Protocol

import polars as pl


class Detector(Protocol):
    """Estimates how likely an answer holds a claim that its source does not support.

    Attributes:
        version: names what it was trained to.
    """

    @property
    def version(self) -> str: ...

    def unsupported_probability(self, texts: pl.DataFrame) -> pl.Series:
        """Calibrated probabilities, null where there is nothing to compare.

        Args:
            texts: columns feature, source_text (nullable) and output_text, one row a text.
        """
        ...
