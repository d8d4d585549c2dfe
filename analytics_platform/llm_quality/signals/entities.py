"""Names in English text: capitalised words that no sentence opens, and acronyms.

A word that opens a sentence is a name when the next one is capitalised too, or when it stands capitalised
elsewhere; known failure: texts in capitals or in lower case have no names.
"""

from collections.abc import Sequence

from analytics_platform.llm_quality.signals.words import Clause, Token

NOT_NAMES = frozenset({"I", "A"})
SMALL_WORDS = frozenset({"of", "the", "and", "for"})
LOUD_SHARE = 0.7
FEWEST_LOUD = 5


def names(sentence: Clause) -> list[str]:
    """Stems of the words that belong to names, in order; none in a text of capitals or a heading."""
    tokens = sentence.tokens
    raised = [place for place, token in enumerate(tokens) if token.is_raised and token.stem]
    if not raised or _is_loud(tokens):
        return []
    return [tokens[place].stem for place in raised if _is_name(tokens, place)]


def acronym_letters(tokens: Sequence[Token]) -> set[str]:
    """Initials of every run of two to six capitalised words, small words left out, as stems."""
    found: set[str] = set()
    run = ""
    for token in tokens:
        if token.is_raised:
            run += token.text[0].lower()
        elif run:
            found.update(_endings(run))
            run = run if token.word in SMALL_WORDS else ""
    return found | _endings(run)


def _is_loud(tokens: Sequence[Token]) -> bool:
    """Whether most of five words or more are capitalised, as in a heading."""
    count = sum([token.is_raised for token in tokens])
    return count >= FEWEST_LOUD and count > LOUD_SHARE * len(tokens)


def _endings(run: str) -> set[str]:
    return {run[at:] for at in range(max(len(run) - 6, 0), len(run) - 1)}


def _is_name(tokens: Sequence[Token], place: int) -> bool:
    text = tokens[place].text
    if place or (len(text) > 1 and text.isupper()):
        return text not in NOT_NAMES
    return len(tokens) > 1 and tokens[1].is_raised and bool(tokens[1].stem)
