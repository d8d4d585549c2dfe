"""A source text, read once: its clauses, their stems, and its numbers, names and phrases."""

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from analytics_platform.llm_quality.signals.entities import acronym_letters, names
from analytics_platform.llm_quality.signals.numbers import Quantity, quantities
from analytics_platform.llm_quality.signals.words import Clause, clauses_of

MOST_CHARACTERS = 100_000


@dataclass(frozen=True)
class Source:
    """What an output is compared with.

    Attributes:
        clauses: its clauses.
        stems: the stems of each clause.
        vocabulary: stems of all clauses.
        bigrams: pairs of neighbouring stems and function words.
        trigrams: the same of three.
        words: tokens in all.
    """

    clauses: list[Clause]
    stems: list[set[str]]
    vocabulary: set[str]
    bigrams: set[tuple[str, str]]
    trigrams: set[tuple[str, str, str]]
    words: int

    @classmethod
    def of(cls, text: str) -> "Source":
        """Read the first 100,000 characters."""
        found = clauses_of(text[:MOST_CHARACTERS])
        stems = [set(clause.content) for clause in found]
        keys = [token.key for clause in found for token in clause.tokens]
        return cls(
            found,
            stems,
            set().union(*stems),
            set(pairwise(keys)),
            set(zip(keys, keys[1:], keys[2:], strict=False)),
            len(keys),
        )

    def postings(self, asked: set[str]) -> dict[str, list[int]]:
        """By stem asked for, the clauses that hold it, ascending; none of unknown ones."""
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
        """Inverse document frequency by the clauses that hold a stem; unknown weighs as met once."""
        total = len(self.clauses)
        return [math.log1p(total / max(count, 1)) for count in range(total + 1)]

    def places_of(self, number: Quantity) -> set[int]:
        """The clauses that bear a number out."""
        values, places = self._numbers
        reach = number.tolerance
        near = range(bisect_left(values, number.value - reach), bisect_right(values, number.value + reach))
        kinds = (number.kind, "") if number.kind else None
        found: set[int] = set()
        for at in near:
            for kind, own in places[values[at]].items():
                if kinds is None or kind in kinds:
                    found |= own
        return found

    @cached_property
    def _numbers(self) -> tuple[list[float], dict[float, dict[str, set[int]]]]:
        """Values ascending, and the clauses of each value by kind of unit."""
        places: dict[float, dict[str, set[int]]] = {}
        for place, clause in enumerate(self.clauses):
            for number in quantities(clause.tokens):
                places.setdefault(number.value, {}).setdefault(number.kind, set()).add(place)
        return sorted(places), places

    @cached_property
    def names(self) -> set[str]:
        """Stems of the words in its names."""
        return {stem for clause in self.clauses for stem in names(clause)}

    @cached_property
    def acronyms(self) -> set[str]:
        """Initials of its capitalised phrases, as stems."""
        return {letters for clause in self.clauses for letters in acronym_letters(clause.tokens)}
