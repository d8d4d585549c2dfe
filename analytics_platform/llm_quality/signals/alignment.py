"""Which sentences of the source an output sentence rests on, and how much of it they bear.

Support is the share of a sentence's content words, weighted by how rare each is in the source, that its
best source sentence holds; a second sentence may add what the first lacks, since summaries join sentences.

Source: Laban et al. (2022), *TACL* 10 (sentence pairs, best one, then the worst over the output), with word
overlap in place of an entailment model.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analytics_platform.llm_quality.signals.source import Source
from analytics_platform.llm_quality.signals.words import Sentence

SECOND_SHARE = 0.5
"""What the second sentence adds counts half: joining two facts is where relations go wrong."""

Postings = Mapping[str, Sequence[int]]


@dataclass(frozen=True)
class Alignment:
    """The source sentences of one output sentence.

    Attributes:
        best: place of the best one; -1 without any shared word.
        second: place of the one that adds most; -1 without.
        support: share of the weight that they bear, 0 to 1; 1 for a sentence without content words.
    """

    best: int
    second: int
    support: float


def align(sentence: Sentence, source: Source, postings: Postings) -> Alignment:
    """The best source sentence and the one that complements it.

    Args:
        sentence: of the output.
        source: what it is to rest on.
        postings: of the source, for the stems of the output.
    """
    stems = set(sentence.content)
    by_count = source.weights
    weights = {stem: by_count[len(postings[stem])] if stem in postings else by_count[0] for stem in stems}
    total = sum(weights.values())
    if not total:
        return Alignment(-1, -1, 1.0)
    best, borne = _best(weights, len(source.sentences), postings)
    if best < 0:
        return Alignment(-1, -1, 0.0)
    rest = {stem: weights[stem] for stem in stems - source.stems[best]}
    second, added = _best(rest, len(source.sentences), postings)
    return Alignment(best, second, (borne + SECOND_SHARE * added) / total)


def _best(weights: Mapping[str, float], places: int, postings: Postings) -> tuple[int, float]:
    """Source sentence that holds most weight, the first among equals, and that weight; -1 without any."""
    borne = [0.0] * places
    for stem, weight in weights.items():
        for place in postings.get(stem, ()):
            borne[place] += weight
    most = max(borne)
    return (borne.index(most), most) if most else (-1, 0.0)
