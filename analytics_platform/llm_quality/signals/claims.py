"""What one output sentence claims against the source sentences it rests on.

Each function gives 0 (nothing to object) to 1. They look at what both texts say, so that a paraphrase that
shares few words is doubted for its novelty alone.
"""

from bisect import bisect
from collections.abc import Iterable, Sequence

from analytics_platform.llm_quality.signals.alignment import Postings
from analytics_platform.llm_quality.signals.lexicons import ALLIES, OPPOSITES
from analytics_platform.llm_quality.signals.numbers import Quantity, agrees
from analytics_platform.llm_quality.signals.source import Source
from analytics_platform.llm_quality.signals.words import Sentence

PASSIVE = "by"
NEGATED_STEMS = 3
FEWEST_ORDERED = 3


def number_novelty(claimed: list[Quantity], source: Source) -> float:
    """Share of the sentence's numbers that the source nowhere bears out."""
    if not claimed:
        return 0.0
    return sum(not any(agrees(one, known) for known, _ in source.numbers) for one in claimed) / len(claimed)


def number_misplaced(claimed: list[Quantity], source: Source, aligned: Iterable[int]) -> float:
    """Share of the numbers that the source has, but not beside what this sentence speaks of.

    Beside means in the aligned sentences; numbers that the source lacks are `number_novelty`'s.
    """
    if not claimed:
        return 0.0
    near = set(aligned)
    misplaced = 0
    for one in claimed:
        places = {place for known, place in source.numbers if agrees(one, known)}
        misplaced += bool(places) and places.isdisjoint(near)
    return misplaced / len(claimed)


def name_novelty(found: list[str], source: Source) -> float:
    """Share of the words in names that the source lacks, also as initials."""
    if not found:
        return 0.0
    new = [stem for stem in found if stem not in source.vocabulary]
    return sum(stem not in source.acronyms for stem in new) / len(found) if new else 0.0


def name_misplaced(found: list[str], source: Source, aligned: Iterable[int]) -> float:
    """Share of the words in names that the source holds only away from the aligned sentences."""
    if not found:
        return 0.0
    near = set().union(*(source.stems[place] for place in aligned))
    return sum(stem in source.vocabulary and stem not in near for stem in found) / len(found)


def pair_novelty(sentence: Sentence, postings: Postings, home: set[str]) -> float:
    """Share of neighbouring content words that no source sentence holds together.

    A sentence and the one before or after count as one. Known words in new company are a relation that the
    source does not state.

    Args:
        sentence: of the output.
        postings: of the source, for its stems.
        home: stems of the passage that it is aligned with.

    Source: after Goyal and Durrett (2020), *Findings of EMNLP* (entailment of dependency arcs), with
    neighbourhood in place of a parse.
    """
    known = [stem for stem in sentence.content if stem in postings]
    pairs = [(a, b) for a, b in zip(known, known[1:], strict=False) if a != b]
    apart = [pair for pair in pairs if not home.issuperset(pair)]
    return sum(not _are_near(postings[a], postings[b]) for a, b in apart) / len(pairs) if apart else 0.0


def _are_near(first: Sequence[int], second: Sequence[int]) -> bool:
    """Whether two ascending lists of places hold some that differ by at most 1."""
    at = to = 0
    while at < len(first) and to < len(second):
        gap = first[at] - second[to]
        if -1 <= gap <= 1:
            return True
        if gap < 0:
            at += 1
        else:
            to += 1
    return False


def negation_mismatch(sentence: Sentence, aligned: Sentence) -> float:
    """1 where a word that both sentences hold is negated in one of them alone."""
    differing = negated(sentence) ^ negated(aligned)
    if not differing:
        return 0.0
    return float(not differing.isdisjoint(set(sentence.content).intersection(aligned.content)))


def negated(sentence: Sentence) -> set[str]:
    """Stems of the three content words behind a negation."""
    found: set[str] = set()
    left = 0
    for token in sentence.tokens:
        if token.is_negation:
            left = NEGATED_STEMS
        elif left and token.stem:
            found.add(token.stem)
            left -= 1
    return found


def direction_mismatch(sentence: Sentence, aligned: list[Sentence]) -> float:
    """1 where it says a direction whose contrary, and not itself, stands in the aligned sentences."""
    said = sentence.words & OPPOSITES.keys()
    if not said:
        return 0.0
    known = set().union(*(one.words for one in aligned))
    return float(any(_is_contrary(word, sentence.words, known) for word in said))


def _is_contrary(word: str, mine: set[str], theirs: set[str]) -> bool:
    against = OPPOSITES[word]
    return theirs.isdisjoint(ALLIES[word]) and not theirs.isdisjoint(against) and mine.isdisjoint(against)


def relation_swap(sentence: Sentence, aligned: Sentence) -> float:
    """Share of the pairs of shared content words that stand in the other order in the aligned sentence.

    0 where one of the two is passive (`by`) or fewer than three words are shared; a known failure is a
    sentence whose clauses were only put the other way round.
    """
    if (PASSIVE in sentence.words) != (PASSIVE in aligned.words):
        return 0.0
    theirs = {stem: place for place, token in enumerate(aligned.tokens) if (stem := token.stem)}
    order = [theirs[stem] for stem in dict.fromkeys(sentence.content) if stem in theirs]
    if len(order) < FEWEST_ORDERED:
        return 0.0
    if order == sorted(order):
        return 0.0
    turned, before = 0, list[int]()
    for place in order:
        at = bisect(before, place)
        turned += len(before) - at
        before.insert(at, place)
    return 2 * turned / (len(order) * (len(order) - 1))
