"""A source text, read once: its sentences, their stems, and its numbers, names and phrases."""

import math
from dataclasses import dataclass
from functools import cached_property

from analytics_platform.llm_quality.signals.entities import acronym_letters
from analytics_platform.llm_quality.signals.numbers import Quantity, quantities
from analytics_platform.llm_quality.signals.words import Sentence, sentences

MOST_CHARACTERS = 100_000


@dataclass(frozen=True)
class Source:
    """What an output is compared with.

    Attributes:
        sentences: its sentences.
        stems: the stems of each sentence.
        vocabulary: stems of all sentences.
        bigrams: pairs of neighbouring stems and function words.
        trigrams: the same of three.
    """

    sentences: list[Sentence]
    stems: list[set[str]]
    vocabulary: set[str]
    bigrams: set[tuple[str, str]]
    trigrams: set[tuple[str, str, str]]

    @classmethod
    def of(cls, text: str) -> "Source":
        """Read the first 100,000 characters."""
        found = sentences(text[:MOST_CHARACTERS])
        stems = [set(sentence.content) for sentence in found]
        keys = [token.key for sentence in found for token in sentence.tokens]
        return cls(
            found,
            stems,
            set().union(*stems),
            set(zip(keys, keys[1:], strict=False)),
            set(zip(keys, keys[1:], keys[2:], strict=False)),
        )

    def postings(self, asked: set[str]) -> dict[str, list[int]]:
        """By stem asked for, the sentences that hold it, ascending; none of unknown ones."""
        found: dict[str, list[int]] = {}
        for place, stems in enumerate(self.stems):
            for stem in asked & stems:
                if stem in found:
                    found[stem].append(place)
                else:
                    found[stem] = [place]
        return found

    @cached_property
    def weights(self) -> list[float]:
        """Inverse document frequency by the sentences that hold a stem; an unknown one weighs as if met once."""
        total = len(self.sentences)
        return [math.log1p(total / max(count, 1)) for count in range(total + 1)]

    @cached_property
    def numbers(self) -> list[tuple[Quantity, int]]:
        """Numbers, each with its sentence."""
        return [
            (number, place)
            for place, sentence in enumerate(self.sentences)
            for number in quantities(sentence.tokens)
        ]

    @cached_property
    def acronyms(self) -> set[str]:
        """Initials of its capitalised phrases, as stems."""
        return {letters for sentence in self.sentences for letters in acronym_letters(sentence.tokens)}

    @cached_property
    def words(self) -> int:
        return sum(len(sentence.tokens) for sentence in self.sentences)

