"""What one output clause claims against the source clause it rests on.

Each function gives 0 (nothing to object) to 1. They look at what both texts say, so that a paraphrase that
shares few words is doubted for its novelty alone.
"""

from bisect import bisect
from collections.abc import Sequence
from itertools import pairwise

from analytics_platform.llm_quality.signals.alignment import Alignment, Postings
from analytics_platform.llm_quality.signals.lexicons import ALLIES, BE, HEDGES, OPPOSITES, QUANTIFIERS, SIGNS
from analytics_platform.llm_quality.signals.numbers import Quantity
from analytics_platform.llm_quality.signals.source import Source
from analytics_platform.llm_quality.signals.words import Clause, Token

AGENT = "by"
NEGATED_STEMS = 3
CONTRASTS = frozenset({"and", "but", "though"})
FEWEST_ORDERED = 2
PLAIN_SOURCE = 0.5
"""Overgeneralising where the source says neither all nor some."""


def number_novelty(claimed: list[Quantity], source: Source) -> float:
    """Share of the clause's numbers that the source nowhere bears out."""
    if not claimed:
        return 0.0
    return sum(not source.places_of(one) for one in claimed) / len(claimed)


def number_misplaced(claimed: list[Quantity], source: Source, aligned: Alignment) -> float:
    """How far from its company the most displaced number stands in the source; 0 for unknown ones."""
    worst = 0.0
    for one in claimed:
        places = source.places_of(one)
        if places and aligned.best not in places:
            worst = max(worst, aligned.displacement(one.word, places, source))
    return worst


def name_novelty(found: list[str], source: Source) -> float:
    """Share of the words in names that the source lacks, also as initials."""
    new = [stem for stem in found if stem not in source.vocabulary]
    return sum(stem not in source.acronyms for stem in new) / len(found) if new else 0.0


def word_misplaced(away: Sequence[str], source: Source, aligned: Alignment, postings: Postings) -> float:
    """How far from its company the most displaced of some words stands; the source holds all elsewhere."""
    return max((aligned.displacement(stem, postings[stem], source) for stem in away), default=0.0)


def pair_novelty(clause: Clause, postings: Postings, home: set[str]) -> float:
    """Share of neighbouring content words that no source clause holds together.

    A clause and the one before or after count as one. Known words in new company are a relation that the
    source does not state.

    Args:
        clause: of the output.
        postings: of the source, for its stems.
        home: stems of the source clause that it is aligned with.

    Source: after Goyal and Durrett (2020), *Findings of EMNLP* (entailment of dependency arcs), with
    neighbourhood in place of a parse.
    """
    known = [stem for stem in clause.content if stem in postings]
    pairs = [(a, b) for a, b in pairwise(known) if a != b]
    apart = [pair for pair in pairs if not home.issuperset(pair)]
    return sum(not _are_near(postings[a], postings[b]) for a, b in apart) / len(pairs) if apart else 0.0


def negation_mismatch(clause: Clause, aligned: Clause) -> float:
    """1 where a word that both clauses hold is negated in one of them alone."""
    differing = negated(clause) ^ negated(aligned)
    if not differing:
        return 0.0
    return float(not differing.isdisjoint(set(clause.content).intersection(aligned.content)))


def negated(clause: Clause) -> set[str]:
    """Stems of the three content words behind a negation; `and not` sets apart and denies neither."""
    found: set[str] = set()
    left, before = 0, ""
    for token in clause.tokens:
        if token.is_negation:
            left = 0 if before in CONTRASTS else NEGATED_STEMS
        elif left and token.stem:
            found.add(token.stem)
            left -= 1
        before = token.word
    return found


def direction_mismatch(clause: Clause, aligned: Clause) -> float:
    """1 where the two say contrary directions.

    Rising and falling multiply: `as A rises, B falls` is borne out by `as A falls, B rises`, and is not by
    `as A rises, B rises`. Of other contraries (before, after) one stands in either clause, not both.
    """
    said, known = clause.words & OPPOSITES.keys(), aligned.words
    if not said:
        return 0.0
    mine, theirs = _sign(clause.tokens), _sign(aligned.tokens)
    if mine and theirs and mine[1] == theirs[1]:
        return float(mine[0] != theirs[0])
    return float(any(_is_contrary(word, clause.words, known) for word in said))


def relation_swap(clause: Clause, aligned: Clause) -> float:
    """Share of the pairs of shared content words that stand in the other order in the aligned clause.

    A passive is read as an active: what follows `by` comes first. A known failure is a clause whose parts
    were only put the other way round.
    """
    mine, theirs = _order(clause), _order(aligned)
    order = [theirs[stem] for stem in mine if stem in theirs]
    if len(order) < FEWEST_ORDERED or order == sorted(order):
        return 0.0
    turned, before = 0, list[int]()
    for place in order:
        at = bisect(before, place)
        turned += len(before) - at
        before.insert(at, place)
    return 2 * turned / (len(order) * (len(order) - 1))


def overgeneralisation(clause: Clause, aligned: Clause) -> float:
    """1 where all, always or never is said of what the source hedges, .5 where the source says neither."""
    if clause.words.isdisjoint(QUANTIFIERS) or not aligned.words.isdisjoint(QUANTIFIERS):
        return 0.0
    return PLAIN_SOURCE if aligned.words.isdisjoint(HEDGES) else 1.0


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


def _sign(tokens: Sequence[Token]) -> tuple[int, int] | None:
    """Product of the directions said, and how many; None without any."""
    signs = [SIGNS[token.word] for token in tokens if token.word in SIGNS]
    return ((-1) ** signs.count(-1), len(signs)) if signs else None


def _is_contrary(word: str, mine: set[str], theirs: set[str]) -> bool:
    against = OPPOSITES[word]
    return theirs.isdisjoint(ALLIES[word]) and not theirs.isdisjoint(against) and mine.isdisjoint(against)


def _order(clause: Clause) -> dict[str, int]:
    """Where each content word stands, as an active; words that it holds twice are left out."""
    stems = [token.stem for token in _active(clause.tokens) if token.stem]
    places = {stem: place for place, stem in enumerate(stems)}
    if len(places) < len(stems):
        return {stem: place for stem, place in places.items() if stems.count(stem) == 1}
    return places


def _active(tokens: list[Token]) -> list[Token]:
    """The tokens of a passive in the order of its active: who, does, what."""
    words = [token.word for token in tokens]
    if AGENT not in words:
        return tokens
    agent = words.index(AGENT)
    verb = next((place for place in range(agent - 1, max(agent - 5, -1), -1) if words[place] in BE), None)
    return tokens if verb is None else [*tokens[agent + 1 :], *tokens[verb:agent], *tokens[:verb]]
