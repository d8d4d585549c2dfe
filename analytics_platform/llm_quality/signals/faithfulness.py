"""Is an output borne out by its source? Signals of a text from those of its sentences.

Novelties are shares over the whole text; mismatches and misplacements are those of the worst sentence, since
one wrong statement makes a text unsupported.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from analytics_platform.llm_quality.signals import claims
from analytics_platform.llm_quality.signals.alignment import Alignment, Postings, align
from analytics_platform.llm_quality.signals.entities import names
from analytics_platform.llm_quality.signals.lexicons import HEDGES, QUANTIFIERS
from analytics_platform.llm_quality.signals.numbers import quantities
from analytics_platform.llm_quality.signals.source import Source
from analytics_platform.llm_quality.signals.words import Sentence

Signals = dict[str, float | None]

SIGNALS = (
    "lexical_novelty",
    "bigram_novelty",
    "trigram_novelty",
    "number_novelty",
    "number_misplaced",
    "entity_novelty",
    "entity_misplaced",
    "pair_novelty",
    "negation_mismatch",
    "direction_mismatch",
    "relation_swap",
    "sentence_support_mean",
    "sentence_support_min",
    "extractive_share",
    "extractive_density",
    "overgeneralisation",
    "hedging",
    "length_ratio",
)
SUPPORT_TO_JUDGE = 0.4
"""Support under which an aligned sentence is about something else, and its negations say nothing."""


@dataclass(frozen=True)
class Compared:
    """An output against its source.

    Attributes:
        signals: by name; None where there is nothing to compare.
        worst: the least supported sentence; None without one.
    """

    signals: Signals
    worst: Sentence | None


class _OfSentence(NamedTuple):
    """What is found in one sentence."""

    number_novelty: float
    number_misplaced: float
    entity_novelty: float
    entity_misplaced: float
    pair_novelty: float
    negation_mismatch: float
    direction_mismatch: float
    relation_swap: float
    support: float
    overgeneralisation: float

    @property
    def doubt(self) -> float:
        """How little it is borne out: lack of support and every objection to it."""
        return (
            1 - self.support + self.number_novelty + self.entity_novelty + self.pair_novelty / 2
            + (self.number_misplaced + self.entity_misplaced) / 2
            + (self.negation_mismatch + self.direction_mismatch + self.relation_swap) / 2
            + self.overgeneralisation / 4
        )  # fmt: skip


NOTHING = Compared(dict.fromkeys(SIGNALS), None)


def compare(sentences: Sequence[Sentence], source: Source) -> Compared:
    """Signals of an output's sentences; all None when either text holds no word."""
    if not sentences or not source.sentences:
        return NOTHING
    postings = source.postings({stem for sentence in sentences for stem in sentence.content})
    found = [_of_sentence(sentence, source, postings) for sentence in sentences]
    doubts = [each.doubt for each in found]
    worst = sentences[doubts.index(max(doubts))]
    support = [each.support for each in found]
    tokens = sum(len(sentence.tokens) for sentence in sentences)
    hedges = sum(len(sentence.words & HEDGES) for sentence in sentences)
    signals: Signals = {
        **_novelty(sentences, source),
        **{name: max(getattr(each, name) for each in found) for name in _WORST},
        "pair_novelty": sum(each.pair_novelty for each in found) / len(found),
        "sentence_support_mean": sum(support) / len(found),
        "sentence_support_min": min(support),
        "overgeneralisation": max(each.overgeneralisation for each in found),
        "hedging": hedges / tokens,
        "length_ratio": tokens / source.words,
    }
    return Compared(signals, worst)


_WORST = (
    "number_novelty",
    "number_misplaced",
    "entity_novelty",
    "entity_misplaced",
    "negation_mismatch",
    "direction_mismatch",
    "relation_swap",
)


def _of_sentence(sentence: Sentence, source: Source, postings: Postings) -> _OfSentence:
    aligned = align(sentence, source, postings)
    near = _near(aligned, len(source.sentences))
    numbers, named = quantities(sentence.tokens), names(sentence)
    known = [source.sentences[place] for place in (aligned.best, aligned.second) if place >= 0]
    judged = aligned.best >= 0 and aligned.support >= SUPPORT_TO_JUDGE
    best = source.sentences[aligned.best]
    return _OfSentence(
        number_novelty=claims.number_novelty(numbers, source),
        number_misplaced=claims.number_misplaced(numbers, source, near),
        entity_novelty=claims.name_novelty(named, source),
        entity_misplaced=claims.name_misplaced(named, source, near),
        pair_novelty=claims.pair_novelty(sentence, postings, source.stems[aligned.best]),
        negation_mismatch=claims.negation_mismatch(sentence, best) if judged else 0.0,
        direction_mismatch=claims.direction_mismatch(sentence, known) if judged else 0.0,
        relation_swap=claims.relation_swap(sentence, best) if judged else 0.0,
        support=aligned.support,
        overgeneralisation=_overgeneralisation(sentence, known),
    )


def _near(aligned: Alignment, places: int) -> list[int]:
    """The aligned sentences and the neighbours of the best one, where pronouns lead."""
    if aligned.best < 0:
        return []
    around = (aligned.best, aligned.best - 1, aligned.best + 1, aligned.second)
    return [place for place in around if 0 <= place < places]


def _overgeneralisation(sentence: Sentence, known: Sequence[Sentence]) -> float:
    """1 where the sentence says all, always or never, and the aligned sentences do not."""
    said = sentence.words & QUANTIFIERS
    return float(bool(said) and not said <= set().union(*(one.words for one in known)))


def _novelty(sentences: Sequence[Sentence], source: Source) -> Signals:
    """Shares of content words, bigrams and trigrams that are new, and how much is copied.

    Source: See et al. (2017), *ACL* (novel n-grams); Grusky et al. (2018), *NAACL* (coverage and density of
    extractive fragments, found here as runs of known bigrams).
    """
    content = new = bigrams = new_bigrams = trigrams = new_trigrams = copied = squares = tokens = 0
    for sentence in sentences:
        keys = [token.key for token in sentence.tokens]
        stems = sentence.content
        content += len(stems)
        unknown = set(stems) - source.vocabulary
        new += sum(map(unknown.__contains__, stems)) if unknown else 0
        pairs = list(zip(keys, keys[1:], strict=False))
        is_known = list(map(source.bigrams.__contains__, pairs))
        bigrams += len(pairs)
        new_bigrams += len(pairs) - sum(is_known)
        triples = set(zip(keys, keys[1:], keys[2:], strict=False))
        trigrams += len(triples)
        new_trigrams += len(triples - source.trigrams)
        runs = _runs(is_known)
        tokens += len(keys)
        copied += sum(runs)
        squares += sum(run * run for run in runs)
    return {
        "lexical_novelty": new / content if content else 0.0,
        "bigram_novelty": new_bigrams / bigrams if bigrams else 0.0,
        "trigram_novelty": new_trigrams / trigrams if trigrams else 0.0,
        "extractive_share": copied / tokens,
        "extractive_density": squares / tokens,
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
