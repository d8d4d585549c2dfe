"""Which clause of the source an output clause rests on, and how much of it that bears.

Support is the share of a clause's content words, weighted by how rare each is in the source, that its best
source clause holds; a second one may add what the first lacks, since summaries join sentences.

Source: Laban et al. (2022), *TACL* 10 (pairs of sentences, best one, then the worst over the output), with
word overlap in place of an entailment model.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from analytics_platform.llm_quality.signals.source import Source
from analytics_platform.llm_quality.signals.words import Clause

SECOND_SHARE = 0.5
"""What the second clause adds counts half: joining two facts is where relations go wrong."""

LEAST_CONTEXT = 0.3
"""Share of a clause's other words that the source must hold together before a word of it can stand apart."""

Postings = Mapping[str, Sequence[int]]


@dataclass(frozen=True)
class Alignment:
    """What the source has for one output clause.

    Attributes:
        weights: weight of each of its stems.
        borne: weight that each source clause bears, shape (clauses,).
        best: place of the source clause that bears most, the first among equals; -1 without a shared word.
        support: share of the weight borne by it and a second one, 0 to 1; 1 for a clause without content.
    """

    weights: Mapping[str, float]
    borne: Sequence[float]
    best: int
    support: float

    def displacement(self, stem: str, places: Collection[int], source: Source) -> float:
        """How much worse a word's company is where the source holds the word than in the best place, 0 to 1.

        Args:
            stem: the word.
            places: clauses that hold it, in whatever form; at least one.
            source: of the alignment.
        """
        own = self.weights.get(stem, 0.0)
        company = self.borne
        if own:
            company = [
                weight - own if stem in stems else weight
                for weight, stems in zip(self.borne, source.stems, strict=True)
            ]
        most = max(company)
        if most < LEAST_CONTEXT * (sum(self.weights.values()) - own) or most < own * LEAST_CONTEXT:
            return 0.0
        return 1 - max(company[place] for place in places) / most if most else 0.0


def align(clause: Clause, source: Source, postings: Postings) -> Alignment:
    """Find the best source clause and the one that complements it.

    Args:
        clause: of the output.
        source: what it is to rest on, with a clause at least.
        postings: of the source, for the stems of the output.
    """
    by_count = source.weights
    # In the order of the text: sums of a set would differ in their last digit from process to process.
    weights = {stem: by_count[len(postings.get(stem, ()))] for stem in clause.content}
    borne = _borne(weights, source, postings)
    most, total = max(borne), sum(weights.values())
    if not most:
        return Alignment(weights, borne, -1, 0.0 if total else 1.0)
    best = borne.index(most)
    rest = {stem: weight for stem, weight in weights.items() if stem not in source.stems[best]}
    added = max(_borne(rest, source, postings)) if rest else 0.0
    return Alignment(weights, borne, best, (most + SECOND_SHARE * added) / total)


def _borne(weights: Mapping[str, float], source: Source, postings: Postings) -> list[float]:
    borne = [0.0] * len(source.clauses)
    for stem, weight in weights.items():
        for place in postings.get(stem, ()):
            borne[place] += weight
    return borne
