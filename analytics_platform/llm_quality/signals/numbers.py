"""Numbers as quantities: digits and words, thousands, scales, per cent and common units.

Two numbers agree when they are equal within the rounding of the one in the output, after units of one kind
are brought to one: 1.2 million is 1,200,000 and 3 km is 3,000 m. `one` alone is taken as no number: it is a
pronoun more often.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from analytics_platform.llm_quality.signals.lexicons import NUMBER_WORDS, ONES, SCALES, TENS
from analytics_platform.llm_quality.signals.words import Token

DIGITS = re.compile(r"(\d+(?:[.,]\d+)*)(%|[a-zµ°]{0,9})$")
THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?$")
EXACT = 1e-9

_UNITS: dict[str, dict[float, str]] = {
    "length": {
        1: "m metre metres meter meters", 1000: "km kilometre kilometres kilometer kilometers",
        0.01: "cm centimetre centimetres centimeter centimeters", 1609.344: "mile miles",
        0.001: "mm millimetre millimetres millimeter millimeters", 0.3048: "foot feet ft",
        0.0254: "inch inches",
    },
    "mass": {
        1: "kg kilogram kilograms", 0.001: "g gram grams", 1e-6: "mg milligram milligrams",
        1000: "tonne tonnes",
    },
    "time": {
        1: "second seconds", 60: "minute minutes", 3600: "hour hours", 86400: "day days",
        604800: "week weeks",
    },
    "years": {1: "year years", 10: "decade decades", 100: "century centuries", 1000: "millennium millennia"},
    "share": {1: "% percent percentage"},
    "energy": {1: "joule joules j", 1000: "kj kilojoule kilojoules", 4.184: "calorie calories"},
    "power": {1: "watt watts w", 1000: "kw kilowatt kilowatts", 1e6: "mw megawatt megawatts"},
    "volume": {1: "litre litres liter liters l", 0.001: "ml millilitre millilitres milliliter milliliters"},
    "heat": {1: "°c celsius"},
    "heat_us": {1: "°f fahrenheit"},
}  # fmt: skip


class Quantity(NamedTuple):
    """One number.

    Attributes:
        value: in the base unit of its kind.
        tolerance: half a unit of the last digit shown, on the same scale.
        word: as written, in lower case, without scale and unit.
        kind: length, mass, time, years, share and the like; empty where it names no known unit.
    """

    value: float
    tolerance: float
    word: str
    kind: str


UNITS = {
    word: (kind, float(factor))
    for kind, members in _UNITS.items()
    for factor, words in members.items()
    for word in words.split()
}


def quantities(tokens: Sequence[Token]) -> list[Quantity]:
    """Numbers among the tokens of a sentence, in order; a number with its scale and unit is one."""
    places = [place for place, token in enumerate(tokens) if token.is_number]
    if not places:
        return []
    words = [token.word for token in tokens]
    found: list[Quantity] = []
    reached = 0
    for place in places:
        read = (
            None
            if place < reached
            else _digits(words[place])
            if tokens[place].is_figure
            else _spelt(words, place)
        )
        if read is None:
            continue
        value, step, unit, used = read
        reached = place + used
        while reached < len(words) and (scale := SCALES.get(words[reached])):
            value, step = value * scale, step * scale
            reached += 1
        kind, factor = _unit(unit, words, reached)
        found.append(
            Quantity(value * factor, step * factor / 2 + EXACT * abs(value * factor), words[place], kind)
        )
    return found


def _digits(word: str) -> tuple[float, float, str, int] | None:
    """Value, size of the last digit, unit and tokens used."""
    shape = DIGITS.match(word)
    if shape is None:
        return None
    figure, unit = shape.groups()
    if THOUSANDS.match(figure):
        figure = figure.replace(",", "")
    whole, _, decimals = figure.replace(",", ".").partition(".")
    if unit == "s" and len(whole) == 4 and whole.endswith("0"):  # a decade such as 1890s
        span = 100.0 if whole.endswith("00") else 10.0
        return float(whole) + span / 2 - 0.5, span - 1, "", 1
    if "." in decimals:  # a date or a version such as 1.2.3
        return None
    value = float(f"{whole[:300]}.{decimals or 0}")
    return value, 10.0 ** -len(decimals), unit, 1


def _spelt(words: Sequence[str], place: int) -> tuple[float, float, str, int] | None:
    """A number in words: `twenty three`, `two hundred`; None for `one` alone."""
    first = words[place]
    value, used = float(NUMBER_WORDS[first]), 1
    following = words[place + 1] if place + 1 < len(words) else ""
    if first in TENS and 0 < ONES.get(following, 0) < 10:
        value, used = value + ONES[following], 2
    elif first in {"one", "zero"} and following not in SCALES:
        return None
    return value, 1.0, "", used


def _unit(attached: str, words: Sequence[str], place: int) -> tuple[str, float]:
    if attached in UNITS:
        return UNITS[attached]
    following = words[place] if place < len(words) else ""
    if following == "per" and place + 1 < len(words) and words[place + 1] == "cent":
        return UNITS["%"]
    # A letter such as m is a unit behind a figure only, which the tokeniser leaves apart.
    return UNITS.get(following, ("", 1.0))
