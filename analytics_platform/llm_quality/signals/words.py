"""Clauses and tokens of English text, and what can be said of a word alone.

A text is cut at white space; each chunk (a word with its punctuation) is analysed once and remembered, since
texts repeat their words: that is what makes thousands of texts a second possible. A stem drops common
endings and keeps seven letters, so that `evaporates` and `evaporation` meet.

Source: Harman (1991), *JASIS* 42 (weak stemming); McNamee and Mayfield (2004), *Information Retrieval* 7
(stems of fixed length).
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from analytics_platform.llm_quality.signals.lexicons import (
    ABBREVIATIONS,
    JOINTS,
    NEGATIONS,
    NUMBER_WORDS,
    STOP_WORDS,
)

STEM_LETTERS = 7
LEAST_ROOT = 3
REMEMBERED = 100_000
LONGEST_REMEMBERED = 40
LONGEST_CLAUSE = 60
"""Tokens; a longer one, such as a transcript without stops, is cut."""
FEWEST_CHUNKS = 3
"""White-spaced words on either side of a cut inside a sentence."""

TOKEN = re.compile(r"\d+(?:[.,]\d+)*%?(?!\w)|[^\W_]+(?:['’][^\W_]+)*|°[CF]\b")
CHUNK = re.compile(r"\S+")
STOP = re.compile(r"[.!?…]+[\"'”’)\]*_]*$")
OPENING = "\"'“\u2018([*_-–—•"
LIST_MARK = re.compile(r"(?:\d{1,2}|[A-Za-z])[.)]$")
ENDINGS = re.compile(
    r"(?<=\w\w\w)(?:ations?|ates?|ated|ating|ings?|ions?|ments?|ness(?:es)?|ively|ive|ally|als?|edly|ed|ly|ies|ity|ers?|es|s|e|y)$"
)
SILENT = re.compile(r"(?:[^aeiouysxzcgh]es|[^aeiouytd]ed|[^aeiouyl]e|[aeiouy]le)$")
VOWELS = re.compile(r"[aeiouy]+")


class Span(NamedTuple):
    """Characters from `start` up to `end` of a text."""

    start: int
    end: int


class Token(NamedTuple):
    """A word or number.

    Attributes:
        text: as written.
        word: in lower case, apostrophes straight, without a possessive.
        stem: its stem; empty for a function word.
        key: the stem, or the function word.
        is_raised: whether it opens with a capital.
        is_negation: whether it denies what follows.
        is_figure: whether it opens with a digit.
        is_number: whether a number may open with it.
        syllables: at least 1.
    """

    text: str
    word: str
    stem: str
    key: str
    is_raised: bool
    is_negation: bool
    is_figure: bool
    is_number: bool
    syllables: int


class Chunk(NamedTuple):
    """What stands between two white spaces.

    Attributes:
        tokens: its tokens.
        may_end: whether a sentence may end with it.
        may_open: whether one may open with it.
        ends_clause: whether it ends with a semicolon, colon or dash.
        has_comma: whether it ends with a comma.
        is_joint: whether it may open a clause behind a comma.
    """

    tokens: tuple[Token, ...]
    may_end: bool
    may_open: bool
    ends_clause: bool
    has_comma: bool
    is_joint: bool


class Clause:
    """A sentence, or the part of one between a semicolon or `, and` and the next.

    Attributes:
        first: place, in its text, of the first chunk of the sentence that it belongs to.
        last: place of that sentence's last chunk.
        opens: whether the sentence begins with it.
        tokens: at least one.
        content: stems of its content words, in order.
    """

    __slots__ = ("_words", "content", "first", "last", "opens", "tokens")

    def __init__(self, first: int, last: int, tokens: list[Token], *, opens: bool = True) -> None:
        self.first = first
        self.last = last
        self.tokens = tokens
        self.opens = opens
        self.content = [token.stem for token in tokens if token.stem]
        self._words: set[str] | None = None

    @property
    def words(self) -> set[str]:
        """Its words in lower case."""
        if self._words is None:
            self._words = {token.word for token in self.tokens}
        return self._words

    def span(self, text: str) -> Span:
        """Where its sentence stands in the text."""
        chunks = [found.span() for found in CHUNK.finditer(text)]
        return Span(chunks[self.first][0], chunks[self.last][1])


class _Chunks(dict[str, Chunk]):
    """Analysed chunks; learns what it is asked, and forgets all when it grew too large."""

    def __missing__(self, text: str) -> Chunk:
        found = _chunk(text)
        if len(text) <= LONGEST_REMEMBERED:
            if len(self) >= REMEMBERED:
                self.clear()
            self[text] = found
        return found


CHUNKS = _Chunks()


def clauses_of(text: str) -> list[Clause]:
    """Clauses that hold a token.

    Sentences end with a stop before a capital or digit, and at line breaks; clauses at semicolons, colons and
    at a comma before `and`, `while` and the like, unless too few words would be cut off.
    """
    found: list[Clause] = []
    first = 0
    for line in text.split("\n"):
        chunks = list(map(CHUNKS.__getitem__, line.split()))
        if chunks:
            _append(found, chunks, first)
            first += len(chunks)
    return found


def tokens_of(text: str) -> list[Token]:
    """All tokens of a text."""
    return [token for chunk in map(CHUNKS.__getitem__, text.split()) for token in chunk.tokens]


def _append(found: list[Clause], chunks: list[Chunk], first: int) -> None:
    """Add the sentences of a line whose first chunk is the text's chunk of number `first`."""
    ends = [place for place, chunk in enumerate(chunks[:-1]) if chunk.may_end and chunks[place + 1].may_open]
    start = 0
    for end in (*ends, len(chunks) - 1):
        opens = True
        for begin, stop in _parts(chunks, start, end + 1):
            tokens = [token for chunk in chunks[begin:stop] for token in chunk.tokens]
            for at in range(0, len(tokens), LONGEST_CLAUSE):
                piece = tokens[at : at + LONGEST_CLAUSE]
                found.append(Clause(first + start, first + end, piece, opens=opens))
                opens = False
        start = end + 1


def _parts(chunks: list[Chunk], start: int, end: int) -> Iterable[tuple[int, int]]:
    """The clauses of a sentence as ranges of chunks."""
    cuts = [
        place + 1
        for place in range(start + FEWEST_CHUNKS - 1, end - FEWEST_CHUNKS)
        if (chunk := chunks[place]).ends_clause or (chunk.has_comma and chunks[place + 1].is_joint)
    ]
    begin = start
    for cut in cuts:
        if cut - begin >= FEWEST_CHUNKS:
            yield begin, cut
            begin = cut
    yield begin, end


def _chunk(text: str) -> Chunk:
    inner = text.lstrip(OPENING)
    return Chunk(
        tokens=tuple(_token(found) for found in TOKEN.findall(text)),
        may_end=bool(STOP.search(text)) and not _is_abbreviated(text),
        may_open=bool(inner) and (inner[0].isupper() or inner[0].isdigit()),
        ends_clause=text.endswith((";", ":", "—", "–")),
        has_comma=text.endswith(","),
        is_joint=text in JOINTS,
    )


def _token(text: str) -> Token:
    word = text.lower().replace("’", "'").removesuffix("'s").removesuffix("'")
    is_negation = word in NEGATIONS or word.endswith("n't")
    is_function = is_negation or word in STOP_WORDS or word.partition("'")[0] in STOP_WORDS
    stem = "" if is_function else _stem(word)
    is_figure = text[0].isdigit()
    is_number = is_figure or word in NUMBER_WORDS
    return Token(
        text, word, stem, stem or word, text[0].isupper(), is_negation, is_figure, is_number, _syllables(word)
    )


def _is_abbreviated(text: str) -> bool:
    """Whether the stop belongs to `Dr.`, an initial, `U.S.` or the number of a list."""
    if not text.endswith("."):
        return False
    word = text.lstrip(OPENING)[:-1]
    if LIST_MARK.match(word + ".") and (word.isdigit() or word.isupper()):
        return len(word) <= 2
    return word.lower() in ABBREVIATIONS or ("." in word and all(len(part) <= 1 for part in word.split(".")))


def _stem(word: str) -> str:
    if not word.isalpha() or len(word) <= LEAST_ROOT:
        return word[:LONGEST_REMEMBERED]
    ending = ENDINGS.search(word)
    if ending is None:
        return word[:STEM_LETTERS]
    root = word[: ending.start()]
    if len(root) > LEAST_ROOT and root[-1] == root[-2] and root[-1] not in "aeiouls":
        root = root[:-1]
    return root[:STEM_LETTERS]


def _syllables(word: str) -> int:
    """Groups of vowels, a silent ending left out; right for about nine words of ten."""
    return max(len(VOWELS.findall(word)) - bool(SILENT.search(word)), 1)
