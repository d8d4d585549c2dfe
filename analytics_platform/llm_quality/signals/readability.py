"""School grade at which a text is read: the median of three formulas.

Source: Kincaid et al. (1975), *Navy Research Branch Report* 8-75 (Flesch–Kincaid grade); Smith and Senter
(1967), *AMRL-TR* 66-220 (ARI); Coleman and Liau (1975), *Journal of Applied Psychology* 60. Syllables are
groups of vowels less a silent ending.
"""

from collections.abc import Sequence

from analytics_platform.llm_quality.signals.words import Clause

FEWEST_WORDS = 10


def grade(clauses: Sequence[Clause]) -> float | None:
    """Grade level; None under ten words, where the formulas say nothing."""
    tokens = [token for clause in clauses for token in clause.tokens]
    sentences = sum([clause.opens for clause in clauses])
    if len(tokens) < FEWEST_WORDS:
        return None
    words = len(tokens)
    letters = sum([len(token.text) for token in tokens])
    return sorted(
        (
            flesch_kincaid(sum([token.syllables for token in tokens]), words, sentences),
            automated_readability(letters, words, sentences),
            coleman_liau(letters, words, sentences),
        )
    )[1]


def flesch_kincaid(syllables: int, words: int, sentences: int) -> float:
    """Flesch-Kincaid grade level."""
    return 0.39 * words / sentences + 11.8 * syllables / words - 15.59


def automated_readability(letters: int, words: int, sentences: int) -> float:
    """Automated readability index."""
    return 4.71 * letters / words + 0.5 * words / sentences - 21.43


def coleman_liau(letters: int, words: int, sentences: int) -> float:
    """Coleman-Liau index."""
    return 5.88 * letters / words - 29.6 * sentences / words - 15.8
