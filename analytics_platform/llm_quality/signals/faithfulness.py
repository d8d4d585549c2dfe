"""Is an output borne out by its source? Signals of a text from those of its clauses.

Novelties are shares over the whole text; mismatches and misplacements are those of the worst clause, since
one wrong statement makes a text unsupported.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from analytics_platform.llm_quality.signals import claims
from analytics_platform.llm_quality.signals.alignment import Postings, align
from analytics_platform.llm_quality.signals.columns import FAITHFULNESS
from analytics_platform.llm_quality.signals.entities import names
from analytics_platform.llm_quality.signals.lexicons import HEDGES
from analytics_platform.llm_quality.signals.numbers import quantities
from analytics_platform.llm_quality.signals.source import Source
from analytics_platform.llm_quality.signals.words import Clause

Signals = dict[str, float | None]

SUPPORT_TO_JUDGE = 0.4
"""Support under which an aligned clause is about something else, and its negations say nothing."""


@dataclass(frozen=True)
class Compared:
    """An output against its source.

    Attributes:
        signals: by name; None where there is nothing to compare.
        worst: the clause that is borne out least; None without one.
    """

    signals: Signals
    worst: Clause | None


class _OfClause(NamedTuple):
    """What is found in one clause."""

    support: float
    number_novelty: float
    entity_novelty: float
    number_misplaced: float = 0.0
    entity_misplaced: float = 0.0
    word_misplaced: float = 0.0
    pair_novelty: float = 0.0
    negation_mismatch: float = 0.0
    direction_mismatch: float = 0.0
    relation_swap: float = 0.0
    overgeneralisation: float = 0.0

    @property
    def doubt(self) -> float:
        """How little it is borne out: lack of support and every objection to it."""
        return sum(self[1:]) + 1 - self.support


NOTHING = Compared(dict.fromkeys(FAITHFULNESS), None)


def compare(clauses: Sequence[Clause], source: Source) -> Compared:
    """Signals of an output's clauses; all None when either text holds no word."""
    if not clauses or not source.clauses:
        return NOTHING
    postings = source.postings({stem for clause in clauses for stem in clause.content})
    found = [_of_clause(clause, source, postings) for clause in clauses]
    doubts = [each.doubt for each in found]
    support, *worst = zip(*found, strict=True)
    tokens = sum([len(clause.tokens) for clause in clauses])
    signals: Signals = {
        **_novelty(clauses, source),
        **dict(zip(_OfClause._fields[1:], map(max, worst), strict=True)),
        "pair_novelty": sum([each.pair_novelty for each in found]) / len(found),
        "sentence_support_mean": sum(support) / len(found),
        "sentence_support_min": min(support),
        "hedging": sum([len(clause.words & HEDGES) for clause in clauses]) / tokens,
        "length_ratio": tokens / source.words,
    }
    return Compared(signals, clauses[doubts.index(max(doubts))])


def _of_clause(clause: Clause, source: Source, postings: Postings) -> _OfClause:
    aligned = align(clause, source, postings)
    numbers, named = quantities(clause.tokens), names(clause)
    number_novelty = claims.number_novelty(numbers, source)
    entity_novelty = claims.name_novelty(named, source)
    if aligned.best < 0:
        return _OfClause(aligned.support, number_novelty, entity_novelty)
    best, home = source.clauses[aligned.best], source.stems[aligned.best]
    is_judged = aligned.support >= SUPPORT_TO_JUDGE
    away = [stem for stem in clause.content if stem in postings and stem not in home]
    called = [stem for stem in away if stem in source.names] if away else away
    return _OfClause(
        support=aligned.support,
        number_novelty=number_novelty,
        entity_novelty=entity_novelty,
        number_misplaced=claims.number_misplaced(numbers, source, aligned) if numbers else 0.0,
        entity_misplaced=claims.word_misplaced(called, source, aligned, postings),
        word_misplaced=claims.word_misplaced(away, source, aligned, postings),
        pair_novelty=claims.pair_novelty(clause, postings, home),
        negation_mismatch=claims.negation_mismatch(clause, best) if is_judged else 0.0,
        direction_mismatch=claims.direction_mismatch(clause, best) if is_judged else 0.0,
        relation_swap=claims.relation_swap(clause, best) if is_judged else 0.0,
        overgeneralisation=claims.overgeneralisation(clause, best) if is_judged else 0.0,
    )


def _novelty(clauses: Sequence[Clause], source: Source) -> Signals:
    """Shares of content words, bigrams and trigrams that are new, and how much is copied.

    Source: See et al. (2017), *ACL* (novel n-grams); Grusky et al. (2018), *NAACL* (coverage and density of
    extractive fragments, found here as runs of known bigrams).
    """
    keys = [token.key for clause in clauses for token in clause.tokens]
    content = [stem for clause in clauses for stem in clause.content]
    unknown = set(content) - source.vocabulary
    is_known = list(map(source.bigrams.__contains__, pairwise(keys)))
    triples = set(zip(keys, keys[1:], keys[2:], strict=False))
    runs = _runs(is_known)
    return {
        "lexical_novelty": sum(map(unknown.__contains__, content)) / len(content) if unknown else 0.0,
        "bigram_novelty": 1 - sum(is_known) / len(is_known) if is_known else 0.0,
        "trigram_novelty": len(triples - source.trigrams) / len(triples) if triples else 0.0,
        "extractive_share": sum(runs) / len(keys),
        "extractive_density": sum([run * run for run in runs]) / len(keys),
    }


def _runs(is_known: Sequence[bool]) -> list[int]:
    """Lengths, in tokens, of the runs of known bigrams."""
    runs: list[int] = []
    length = 0
    for known in [*is_known, False]:
        if known:
            length += 1
        elif length:
            runs.append(length + 1)
            length = 0
    return runs
