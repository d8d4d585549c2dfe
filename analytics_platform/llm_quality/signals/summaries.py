"""Summaries: how many of the note's facts are there, and how much shorter it became.

Source: Grusky et al. (2018), *NAACL* (compression); coverage is pyramid-like (Nenkova and Passonneau 2004)
with clauses in place of content units.
"""

from collections.abc import Sequence

from analytics_platform.llm_quality.signals.source import Source
from analytics_platform.llm_quality.signals.words import Clause

FEWEST_WORDS = 3
BORNE_OUT = 0.5


def coverage(clauses: Sequence[Clause], source: Source) -> float | None:
    """Share of the note's clauses of whose content words the summary holds half; None without a fact."""
    facts = [stems for stems in source.stems if len(stems) >= FEWEST_WORDS]
    if not facts:
        return None
    told = {stem for clause in clauses for stem in clause.content}
    return sum(len(fact & told) >= BORNE_OUT * len(fact) for fact in facts) / len(facts)


def compression(clauses: Sequence[Clause], source: Source) -> float:
    """Words of the note per word of the summary."""
    return source.words / sum(len(clause.tokens) for clause in clauses)
