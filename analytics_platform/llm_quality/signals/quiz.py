"""Multiple-choice quizzes: read from text, and checked against the note that they are to be made from.

Source: Haladyna, Downing and Rodriguez (2002), *Applied Measurement in Education* 15 (rules for writing
items: one right answer, plausible distractors, no clue in the stem, balanced key positions).
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from analytics_platform.llm_quality.signals.alignment import align
from analytics_platform.llm_quality.signals.numbers import quantities
from analytics_platform.llm_quality.signals.source import Source
from analytics_platform.llm_quality.signals.words import Clause, Token, tokens_of

QUESTION = re.compile(r"^\W*(?:q(?:uestion)?\s*\.?\s*)?\d{1,3}\s*[.):\]-]+[*_\s]*(\S.*)$", re.IGNORECASE)
OPTION = re.compile(r"^[\s*_•-]*[(\[]?([A-H])\s*[.):\]]+[*_\s]*(\S.*)$", re.IGNORECASE)
ANSWER = re.compile(
    r"^\W*(?:the\s+)?(?:correct\s+)?(?:answer|ans|key|solution)(?:\s+is)?\s*[*_]*\s*[:=-]?[*_\s(\[]*(\S.*)$",
    re.IGNORECASE,
)
LETTER = re.compile(r"([A-H])(?![A-Za-z'])", re.IGNORECASE)
FEWEST_OPTIONS = 3
BORNE_OUT = 0.5
OTHER_KINDS = 0.5


@dataclass
class Question:
    """One question as read.

    Attributes:
        text: the stem.
        options: texts, in order.
        key: place of the right option; -1 where none was given or it names no option.
        first: place of the first chunk of the question in its text.
        last: place of its last chunk.
    """

    text: str
    first: int
    last: int
    options: list[str] = field(default_factory=list[str])
    key: int = -1

    @property
    def is_complete(self) -> bool:
        """Whether it can be asked: a stem, three options or more, and a key among them."""
        return bool(self.text) and len(self.options) >= FEWEST_OPTIONS and 0 <= self.key < len(self.options)

    @property
    def duplicates(self) -> int:
        """Options that repeat another one, but for case and punctuation."""
        written = [" ".join(token.word for token in tokens_of(option)) for option in self.options]
        return len(written) - len(set(written))


@dataclass(frozen=True)
class Checked:
    """A question against the note.

    Attributes:
        claim: stem and key as one statement.
        is_answerable: whether the note holds the key beside what is asked.
        is_leaked: whether the stem gives the key away, and no other option.
        plausibility: mean over distractors of likeness to the key and presence in the note, 0 to 1.
        doubt: by how much the passage asked about bears out a distractor better than the key, 0 to 1.
    """

    claim: Clause
    is_answerable: bool
    is_leaked: bool
    plausibility: float
    doubt: float


def read_quiz(text: str) -> list[Question]:
    """Questions of a text.

    Understood are `1.`, `1)`, `Q1.`, `Question 1:` and stems without a number that end in a question mark;
    options `A)`, `a.`, `(A)`; keys `Answer: B`, `**Answer:** B`, `Correct answer: (b)` or the option's text.
    """
    found: list[Question] = []
    first = 0
    for line in text.split("\n"):
        chunks = len(line.split())
        if chunks:
            _read_line(line.strip(), found, first, first + chunks - 1)
        first += chunks
    return found


def check(question: Question, source: Source) -> Checked:
    """Compare a complete question with its note."""
    options = [tokens_of(option) for option in question.options]
    stem = tokens_of(question.text)
    key = options[question.key]
    claim = Clause(question.first, question.last, [*stem, *key])
    asked = Clause(question.first, question.last, stem)
    postings = source.postings({*claim.content, *(token.stem for tokens in options for token in tokens)})
    passage = align(asked, source, postings).best
    borne = [_borne_out(tokens, asked, source, passage) for tokens in options]
    nearby = _passage_support(key, source, passage)
    others = [tokens for place, tokens in enumerate(options) if place != question.key]
    rivals = max(value for place, value in enumerate(borne) if place != question.key)
    return Checked(
        claim=claim,
        is_answerable=nearby >= BORNE_OUT,
        is_leaked=_is_within(key, stem) and not any(_is_within(tokens, stem) for tokens in others),
        plausibility=sum(_plausibility(tokens, key, source) for tokens in others) / len(others),
        doubt=max(0.0, rivals - borne[question.key]),
    )


def key_position_bias(keys: Sequence[int], options: int = 4) -> float:
    """How far key positions are from even: half the sum of gaps to equal shares, 0 to 1.

    Over the questions of one text it is 0 only by luck; over many texts it should come near 0.
    """
    counts = Counter(keys)
    return (
        sum(abs(counts[place] / len(keys) - 1 / options) for place in range(max(options, max(keys) + 1))) / 2
    )


def _read_line(line: str, found: list[Question], first: int, last: int) -> None:
    current = found[-1] if found else None
    if current is not None and current.options and (said := ANSWER.match(line)):
        current.key = _key(said[1], current.options)
        current.last = last
    elif current is not None and (said := OPTION.match(line)):
        current.options.append(said[2].strip("*_ "))
        current.last = last
    elif said := QUESTION.match(line):
        found.append(Question(said[1].strip("*_ "), first, last))
    elif line.rstrip("*_ ").endswith("?"):
        found.append(Question(line.strip("*_# "), first, last))


def _key(said: str, options: Sequence[str]) -> int:
    """Place of the option meant; -1 for none."""
    written = [option.lower() for option in options]
    whole = said.strip("*_ ").lower()
    if whole in written:
        return written.index(whole)
    letter = LETTER.match(said)
    place = ord(letter[1].upper()) - ord("A") if letter else -1
    return place if place < len(options) else -1


def _stems(tokens: Sequence[Token]) -> set[str]:
    return {token.stem for token in tokens if token.stem}


def _share(tokens: Sequence[Token], source: Source, places: Sequence[int]) -> float:
    """Share of an option's content, words and numbers, that stands in clauses of the note; 1 without any."""
    numbers = quantities(tokens)
    words = {token.stem for token in tokens if token.stem and not token.is_number}
    if not numbers and not words:
        return 1.0
    near = set().union(*(source.stems[place] for place in places))
    borne = len(words & near) + sum(not source.places_of(number).isdisjoint(places) for number in numbers)
    return min(borne / (len(words) + len(numbers)), 1.0)


def _passage_support(tokens: Sequence[Token], source: Source, passage: int) -> float:
    """Share of an option that the passage asked about, or the clauses around it, hold."""
    around = [place for place in (passage - 1, passage, passage + 1) if 0 <= place < len(source.clauses)]
    return _share(tokens, source, around) if passage >= 0 else 0.0


def _borne_out(tokens: Sequence[Token], asked: Clause, source: Source, passage: int) -> float:
    """Share of an option's own content, without that of the stem, in the passage itself."""
    own = [token for token in tokens if token.stem not in asked.content]
    return _share(own, source, [passage]) if passage >= 0 else 0.0


def _is_within(option: Sequence[Token], stem: Sequence[Token]) -> bool:
    own = _stems(option)
    return bool(own) and own <= _stems(stem)


def _kind(tokens: Sequence[Token]) -> str:
    if any(token.is_figure for token in tokens):
        return "number"
    return "name" if all(token.is_raised for token in tokens if token.stem) and len(tokens) < 5 else "words"


def _plausibility(option: Sequence[Token], key: Sequence[Token], source: Source) -> float:
    """Mean of: of the key's kind, as long as the key, and made of the note's words."""
    if not option or not key:
        return 0.0
    own = _stems(option)
    alike = 1.0 if _kind(option) == _kind(key) else OTHER_KINDS
    length = min(len(option), len(key)) / max(len(option), len(key))
    present = len(own & source.vocabulary) / len(own) if own else 0.0
    return (alike + length + present) / 3
