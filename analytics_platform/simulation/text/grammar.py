"""Sentences from claims: synonyms, word order, passive voice, rounding; the planted part stays marked.

A planted part stands between two private-use characters until `Text.of` takes them out and notes where
they stood.
"""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import yaml

from analytics_platform.simulation.text.facts import Claim
from analytics_platform.simulation.text.verbs import verb_form

OPEN, CLOSE = "\ue000", "\ue001"
SMALL = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
PREPOSITIONS = re.compile(r" (?:away from|blood away|into|to|by) ")
ORDINALS = {16: "16th", 17: "17th", 18: "18th", 19: "19th", 20: "20th", 21: "21st"}


class Wording(NamedTuple):
    """How freely a text is worded.

    Attributes:
        freedom: chance that a word or form departs from the plain one.
        rounding: chance that a number is rounded.
        joined: chance that two claims share a sentence.
    """

    freedom: float
    rounding: float
    joined: float


class Text(NamedTuple):
    """A finished text and the characters that a planted error takes, or None."""

    text: str
    start: int | None
    end: int | None

    @classmethod
    def of(cls, marked: str) -> "Text":
        start, end = marked.find(OPEN), marked.rfind(CLOSE)
        plain = marked.replace(OPEN, "").replace(CLOSE, "")
        if start < 0:
            return cls(plain, None, None)
        inner = marked[start:end].count(OPEN) + marked[start:end].count(CLOSE)
        return cls(plain, start, end - inner)


@cache
def wording() -> dict[str, Any]:
    """The lists of `wording.yaml`."""
    return yaml.safe_load(Path(__file__).with_name("wording.yaml").read_text(encoding="utf-8"))


def sentence(clause: str) -> str:
    """A clause as a sentence: capital letter and full stop, marks left where they are."""
    first = 1 if clause.startswith(OPEN) else 0
    text = clause[:first] + clause[first : first + 1].upper() + clause[first + 1 :]
    return text if text.rstrip(CLOSE).endswith(("?", "!", ".")) else f"{text}."


def clause(claim: Claim, rng: Random, how: Wording) -> str:
    """One claim in words, without capital and stop."""
    words = _FORMS[claim.kind](claim, rng, how)
    return f"{OPEN}{words}{CLOSE}" if claim.marked == "clause" else words


def quantity(claim: Claim, rng: Random, how: Wording, *, noun: str = "") -> str:
    """The value with its unit, perhaps rounded or in words."""
    value, unit = claim.value, claim.unit
    if rng.random() < how.freedom:
        unit = rng.choice(wording()["units"].get(unit, [unit]))
    if noun and noun != claim.unit and noun not in unit:
        unit = f"{unit} {noun}".strip()
    if rng.random() < how.rounding:
        value = rounded(value, rng)
    elif value.isdigit() and int(value) < len(SMALL) and rng.random() < how.freedom:
        value = SMALL[int(value)]
    if claim.marked == "value":
        value = f"{OPEN}{value}{CLOSE}"
    return f"{value} {unit}" if unit else value


def rounded(value: str, rng: Random) -> str:
    """A number to one or two figures, said to be rough."""
    number = float(value.replace(",", ""))
    digits = max(len(f"{abs(number):.0f}") - 2, 0)
    near = round(number, -digits) if abs(number) >= 100 else round(number)
    if near == 0 or abs(near - number) > 0.06 * abs(number):
        return f"about {value}"
    text = f"{near:,.0f}" if abs(near) >= 1000 else f"{near:.0f}"
    side = "almost" if near > number else "just over" if near < number else "about"
    return f"{rng.choice(('about', 'roughly', side))} {text}"


def year(claim: Claim, rng: Random, how: Wording) -> str:
    """A year, or the decade or century that it lies in, with its preposition."""
    number = int(claim.value)
    if rng.random() < how.rounding and number > 1500:
        decade, century = number // 10 * 10, number // 100 + 1
        words = rng.choice((f"in the {decade}s", f"in the {ORDINALS[century]} century"))
    else:
        words = f"in {number}"
    return f"{OPEN}{words}{CLOSE}" if claim.marked == "value" else words


def named(noun: str, rng: Random, freedom: float) -> str:
    """A noun, or with a chance of `freedom` another name of it where one is known."""
    aliases = wording()["aliases"].get(noun)
    return rng.choice(aliases) if aliases and rng.random() < freedom else noun


def _sides(claim: Claim, rng: Random, how: Wording) -> tuple[str, str]:
    subject, other = named(claim.subject, rng, how.freedom), named(claim.object, rng, how.freedom)
    if claim.marked == "subject":
        subject = f"{OPEN}{subject}{CLOSE}"
    if claim.marked == "object":
        other = f"{OPEN}{other}{CLOSE}"
    return subject, other


def _relation(claim: Claim, rng: Random, how: Wording) -> str:
    subject, other = _sides(claim, rng, how)
    verb = claim.relation
    if rng.random() < how.freedom:
        verb = rng.choice(wording()["verbs"].get(verb, [verb]))
    passive = claim.relation not in wording()["no_passive"] and " be " not in f" {verb} "
    if passive and not PREPOSITIONS.search(claim.object) and rng.random() < 0.6 * how.freedom:
        be = (
            ("were" if claim.object_is_plural else "was")
            if claim.is_past
            else ("are" if claim.object_is_plural else "is")
        )
        rest = f"{verb_form(verb, 'participle')} by {subject}"
        return _hedged(f"{other} {be}{' not' if claim.is_negative else ''}", rest, claim, rng)
    if claim.is_negative:
        do = "did" if claim.is_past else "do" if claim.is_plural else "does"
        return f"{subject} {do} not {verb} {other}"
    form = verb_form(verb, "past") if claim.is_past else verb if claim.is_plural else verb_form(verb, "third")
    if form.startswith("be "):
        form = f"are{form[2:]}"
    if form.startswith("was ") and claim.is_plural:
        form = f"were{form[3:]}"
    return _hedged(subject, f"{form} {other}", claim, rng)


def _hedged(first: str, rest: str, claim: Claim, rng: Random) -> str:
    if not claim.hedge:
        return f"{first} {rest}"
    adverb = rng.choice(wording()[claim.hedge])
    if " " in adverb:
        return f"{adverb}, {first} {rest}"
    return f"{first} {adverb} {rest}"


def _attribute(claim: Claim, rng: Random, how: Wording) -> str:
    subject, _ = _sides(claim, rng, how)
    be, have = ("are", "have") if claim.is_plural else ("is", "has")
    negative = " not" if claim.is_negative else ""
    if claim.relation == "have" or claim.relation.startswith("number of "):
        noun = claim.relation.removeprefix("number of ") if claim.relation != "have" else ""
        amount = quantity(claim, rng, how, noun=noun)
        if claim.is_negative:
            return f"{subject} {'do' if claim.is_plural else 'does'} not have {amount}"
        forms = (
            f"{subject} {have} {amount}",
            f"a count of {amount} is given for {subject}",
            f"{subject} can be said to have {amount}",
            f"in the case of {subject} we count {amount}",
        )
        return forms[0] if rng.random() > how.freedom else rng.choice(forms)
    name = claim.relation
    if rng.random() < how.freedom:
        head, _, rest = name.partition(" ")
        name = f"{rng.choice(wording()['attributes'].get(head, [head]))} {rest}".rstrip()
    amount = quantity(claim, rng, how)
    article = "an" if name[0] in "aeiou" and not name.startswith(("usu", "uni", "use")) else "a"
    plain = f"the {name} of {subject} is{negative} {amount}"
    if rng.random() > how.freedom:
        return plain
    if claim.is_negative:
        return rng.choice(
            (plain, f"{subject} {'do' if claim.is_plural else 'does'} not have {article} {name} of {amount}")
        )
    return rng.choice(
        (
            f"{subject} {have} {article} {name} of {amount}",
            f"for {subject}, the {name} comes to {amount}",
            f"with {article} {name} of {amount}, {subject} {be} a case worth noting",
            f"{amount} is the {name} given for {subject}",
            f"the {name} we find for {subject} is {amount}",
        )
    )


def _date(claim: Claim, rng: Random, how: Wording) -> str:
    event, _ = _sides(claim, rng, how)
    when = year(claim, rng, how)
    if claim.is_negative:
        return f"{event} did not take place {when}"
    if rng.random() > how.freedom:
        return rng.choice((f"{event} took place {when}", f"{when}, {event} took place"))
    return rng.choice(
        (
            f"{event} happened {when}",
            f"it was {when} that {event} came about",
            f"{when} came {event}",
            f"the moment of {event} lies {when}",
            f"people {when} lived through {event}",
        )
    )


def _direction(claim: Claim, rng: Random, how: Wording) -> str:
    cause, effect = _sides(claim, rng, how)
    rises = claim.sign > 0
    if claim.is_negative:
        return f"{effect} does not depend on {cause}"
    more, less = ("rises", "falls") if rises else ("falls", "rises")
    plain = f"as {cause} increases, {effect} {'increases' if rises else 'decreases'}"
    if rng.random() > how.freedom:
        return _led(plain, claim, rng)
    words = rng.choice(
        (
            f"{effect} {'goes up' if rises else 'goes down'} when {cause} goes up",
            f"when {cause} falls, {effect} {less}",
            f"more of {cause} means {'more' if rises else 'less'} when it comes to {effect}",
            f"if {cause} grows, then {effect} {more}",
            f"{cause} and {effect} move in {'the same direction' if rises else 'opposite directions'}",
            f"a rise in {cause} goes with a {'rise' if rises else 'drop'} in {effect}",
            f"{effect} {'shrinks' if rises else 'grows'} once {cause} is reduced",
        )
    )
    return _led(words, claim, rng)


def _led(words: str, claim: Claim, rng: Random) -> str:
    return f"{rng.choice(wording()[claim.hedge])}, {words}" if claim.hedge else words


def _comparison(claim: Claim, rng: Random, _how: Wording) -> str:
    subject, other = claim.subject, claim.object
    if claim.relation == "date":
        return rng.choice(
            (
                f"{subject} came before {other}",
                f"{other} came later than {subject}",
                f"by the time of {other}, {subject} was already history",
            )
        )
    return rng.choice(
        (
            f"the figure for {subject} is larger than that for {other}",
            f"{other} has the smaller figure when set beside {subject}",
            f"in {claim.relation}, {subject} is ahead of {other}",
        )
    )


_FORMS: dict[str, Callable[[Claim, Random, Wording], str]] = {
    "relation": _relation,
    "attribute": _attribute,
    "date": _date,
    "direction": _direction,
    "comparison": _comparison,
}
