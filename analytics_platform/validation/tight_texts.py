"""Library texts without their filler: what is left are statements about the note, right or wrong.

Half of the sentences of a simulated answer state nothing ("this is worth knowing"), so that faults do not
stand out. Texts of unknown origin, such as news summaries, hold little of that; the detector learns from
both kinds, and the level for a text of unknown feature comes from this one.
"""

from collections.abc import Iterator

import polars as pl

from analytics_platform.llm_quality.signals.alignment import align
from analytics_platform.llm_quality.signals.source import Source
from analytics_platform.llm_quality.signals.words import clauses_of

FEATURE = "other"
ABOUT_THE_NOTE = 0.4
"""Support from which a sentence is taken to speak of the note."""


def tight(texts: pl.DataFrame) -> pl.DataFrame:
    """Prose of a library without the sentences that state nothing; the planted span always stays.

    Args:
        texts: rows of a library.

    Returns:
        The same columns, feature `other`; texts of which nothing is left are left out, spans are null.
    """
    prose = texts.filter(pl.col("feature") != "quiz")
    outputs = [" ".join(_kept(*row)) for row in prose.select(_READ).iter_rows()]
    return prose.with_columns(
        pl.Series("output_text", outputs, pl.String),
        feature=pl.lit(FEATURE),
        span_start=pl.lit(None, pl.Int64),
        span_end=pl.lit(None, pl.Int64),
    ).filter(pl.col("output_text") != "")


_READ = ("source_text", "output_text", "span_start", "span_end")


def _kept(source_text: str, output: str, start: int | None, end: int | None) -> Iterator[str]:
    """Sentences that hold the planted span or speak of the note."""
    source = Source.of(source_text)
    clauses = clauses_of(output)
    if not source.clauses:
        return
    postings = source.postings({stem for clause in clauses for stem in clause.content})
    support: dict[tuple[int, int], float] = {}
    for clause in clauses:
        span = clause.span(output)
        support[span] = max(support.get(span, 0.0), align(clause, source, postings).support)
    for (first, last), best in support.items():
        is_planted = start is not None and end is not None and first < end and last > start
        if is_planted or best >= ABOUT_THE_NOTE:
            yield output[first:last]
