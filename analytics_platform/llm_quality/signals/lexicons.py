"""Closed word lists that signals look up: English, lower case, read once from `lexicons.txt`."""

import re
from pathlib import Path

_SECTION = re.compile(r"^\[(\w+)\]\n(.*?)(?=^\[|\Z)", re.MULTILINE | re.DOTALL)
_LISTS = dict(_SECTION.findall(Path(__file__).with_name("lexicons.txt").read_text(encoding="utf-8")))

STOP_WORDS = frozenset(_LISTS["stop_words"].split())
NEGATIONS = frozenset(_LISTS["negations"].split())
QUANTIFIERS = frozenset(_LISTS["quantifiers"].split())
HEDGES = frozenset(_LISTS["hedges"].split())
ABBREVIATIONS = frozenset(_LISTS["abbreviations"].split())
BE = frozenset(_LISTS["be"].split())
JOINTS = frozenset(_LISTS["joints"].split())
INSULTS = frozenset(_LISTS["insults"].split())

ONES = {word: value for value, word in enumerate(_LISTS["ones"].split())}
TENS = {word: 10 * (place + 2) for place, word in enumerate(_LISTS["tens"].split())}
SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_ORDINALS = {word: value + 3 for value, word in enumerate(_LISTS["ordinals"].split())}
NUMBER_WORDS = {word: float(value) for word, value in (ONES | TENS | _ORDINALS).items()}
"""Numbers that words stand for; `first` and `second` mostly order things and are left out."""

_PAIRS = [[side.split() for side in line.split("|")] for line in _LISTS["opposites"].strip().splitlines()]
_RISING_PAIRS = 2


def _joined(*, contrary: bool) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for pair in _PAIRS:
        for mine, theirs in (pair, pair[::-1]):
            for word in mine:
                found.setdefault(word, set()).update(theirs if contrary else mine)
    return {word: frozenset(others - {word} if contrary else others) for word, others in found.items()}


OPPOSITES = _joined(contrary=True)
"""Words that say the contrary, by word."""

ALLIES = _joined(contrary=False)
"""Words that say the same, itself among them, by word."""

SIGNS: dict[str, int] = {
    word: sign
    for pair in _PAIRS[:_RISING_PAIRS]
    for side, sign in zip(pair, (1, -1), strict=True)
    for word in side
}
"""Directions of words that rise (1) or fall (-1): the first two pairs."""
