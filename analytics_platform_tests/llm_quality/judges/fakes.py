"""A detector that anybody can compute in their head."""

from dataclasses import dataclass, field

import polars as pl


@dataclass
class WordDetector:
    """The share of the output's words that the source lacks; null without a source."""

    version: str = "words 1"
    threshold: float = 0.5
    seen: list[pl.DataFrame] = field(default_factory=list)

    def unsupported_probability(self, texts: pl.DataFrame) -> pl.Series:
        self.seen.append(texts)
        return pl.Series(
            [_novelty(source, output) for _, source, output in texts.iter_rows()], dtype=pl.Float64
        )


def _novelty(source: str | None, output: str) -> float | None:
    words = output.split()
    return None if source is None else sum(word not in source.split() for word in words) / len(words)
