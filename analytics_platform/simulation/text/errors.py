"""Planted errors: what an answer says that its note does not, one claim at a time."""

from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

from analytics_platform.simulation.text.facts import Claim
from analytics_platform.simulation.text.grammar import PREPOSITIONS, wording
from analytics_platform.simulation.text.notes import Note

WEIGHTS = {
    "wrong_number": 0.20,
    "wrong_entity": 0.24,
    "relation_swap": 0.12,
    "negation": 0.08,
    "direction": 0.10,
    "overgeneralisation": 0.10,
    "extrinsic": 0.16,
}
OWN_NUMBER_SHARE = 0.75
LEAST_DIFFERENCE = 0.12


class Planted(NamedTuple):
    """An error: its type, its severity from 1 (slight) to 3 (misleads), and the claim that holds it."""

    error_type: str
    severity: int
    claim: Claim


def plant(claims: Sequence[Claim], note: Note, rng: Random) -> tuple[int, Planted]:
    """Which of the claims of an answer goes wrong, and how."""
    waiting = dict(WEIGHTS)
    while waiting:
        kind = rng.choices(list(waiting), list(waiting.values()))[0]
        del waiting[kind]
        for place in rng.sample(range(len(claims)), len(claims)):
            planted = _PLANTERS[kind](claims[place], note, rng)
            if planted is not None:
                return place, planted
    place = rng.randrange(len(claims))
    return place, Planted("extrinsic", 2, rng.choice(note.elsewhere)._replace(marked="clause"))


def wrong_values(claim: Claim, note: Note, rng: Random) -> list[str]:
    """Values that are wrong for a claim, those of the note first."""
    own = [
        other.value
        for other in note.claims
        if other.kind == claim.kind and _differs(other.number, claim) and other.value != claim.value
    ]
    rng.shuffle(own)
    return [*dict.fromkeys(own), *_invented_values(claim, rng)]


def other_entities(claim: Claim, side: str, claims: Sequence[Claim]) -> list[tuple[str, bool]]:
    """Entities of other claims that could stand on a side of this one, with their number."""
    right = claim.subject if side == "subject" else claim.object
    if claim.kind != "relation":
        return [
            (other.subject, other.is_plural)
            for other in claims
            if other.kind == claim.kind and other.subject not in {claim.subject, claim.object}
        ]
    found: dict[str, bool] = {}
    for other in claims:
        if other.kind == "relation":
            found[other.subject] = other.is_plural
            if not PREPOSITIONS.search(other.object):
                found[other.object] = other.object_is_plural
    true = {c.object if side == "object" else c.subject for c in claims if c.relation == claim.relation}
    return [
        (name, is_plural)
        for name, is_plural in found.items()
        if name not in {claim.subject, claim.object} | true and name[0].isupper() == right[0].isupper()
    ]


def _differs(number: float, claim: Claim) -> bool:
    if claim.kind == "date":
        return abs(number - claim.number) >= 3
    return abs(number - claim.number) > LEAST_DIFFERENCE * abs(claim.number)


def _invented_values(claim: Claim, rng: Random) -> list[str]:
    number = claim.number
    if claim.kind == "date":
        steps = rng.sample((-100, -80, -30, -20, -12, 12, 20, 30, 50, 100), 5)
        return [str(int(number + step)) for step in steps if 0 < number + step < 2026]
    factors = rng.sample((0.1, 0.25, 0.5, 0.6, 0.75, 1.25, 1.5, 2.0, 4.0, 10.0), 6)
    made = [
        f"{number * factor:,.0f}" if abs(number * factor) >= 10 else f"{number * factor:.2g}"
        for factor in factors
    ]
    return [value for value in dict.fromkeys(made) if _differs(float(value.replace(",", "")), claim)]


def _wrong_number(claim: Claim, note: Note, rng: Random) -> Planted | None:
    if not claim.value:
        return None
    values = wrong_values(claim, note, rng)
    value = values[0] if rng.random() < OWN_NUMBER_SHARE else values[-1]
    wrong = claim._replace(value=value, marked="value")
    if claim.kind == "date":
        return Planted("wrong_number", 3 if abs(wrong.number - claim.number) > 50 else 2, wrong)
    ratio = abs(wrong.number / claim.number) if claim.number else 10.0
    return Planted("wrong_number", 3 if not 0.4 < ratio < 2.5 else 2, wrong)


def _wrong_entity(claim: Claim, note: Note, rng: Random) -> Planted | None:
    if claim.kind in {"direction", "comparison"}:
        return None
    side = rng.choice(("subject", "object")) if claim.kind == "relation" else "subject"
    candidates = other_entities(claim, side, note.claims)
    if not candidates:
        return None
    name, is_plural = rng.choice(candidates)
    severity = rng.choice((2, 3))
    if side == "subject":
        return Planted(
            "wrong_entity", severity, claim._replace(subject=name, is_plural=is_plural, marked="subject")
        )
    return Planted(
        "wrong_entity", severity, claim._replace(object=name, object_is_plural=is_plural, marked="object")
    )


def _relation_swap(claim: Claim, _note: Note, _rng: Random) -> Planted | None:
    if (
        claim.kind not in {"relation", "comparison"}
        or PREPOSITIONS.search(claim.object)
        or claim.relation == "have"
    ):
        return None
    return Planted(
        "relation_swap",
        3,
        claim._replace(
            subject=claim.object,
            object=claim.subject,
            is_plural=claim.object_is_plural,
            object_is_plural=claim.is_plural,
            marked="clause",
        ),
    )


def _negation(claim: Claim, _note: Note, _rng: Random) -> Planted | None:
    if claim.kind == "comparison":
        return None
    return Planted("negation", 3, claim._replace(is_negative=True, hedge="", marked="clause"))


def _direction(claim: Claim, _note: Note, _rng: Random) -> Planted | None:
    if claim.kind == "direction":
        return Planted("direction", 3, claim._replace(sign=-claim.sign, marked="clause"))
    opposite = wording()["opposites"].get(claim.relation)
    return Planted("direction", 3, claim._replace(relation=opposite, marked="clause")) if opposite else None


def _overgeneralisation(claim: Claim, note: Note, _rng: Random) -> Planted | None:
    stated = next((c for c in note.claims if c._replace(hedge=claim.hedge) == claim), claim)
    if stated.hedge != "soft":
        return None
    return Planted("overgeneralisation", 1, claim._replace(hedge="absolute", marked="clause"))


def _extrinsic(claim: Claim, note: Note, rng: Random) -> Planted | None:
    alike = [other for other in note.elsewhere if other.kind == claim.kind]
    if not alike:
        return None
    return Planted("extrinsic", rng.choice((1, 2)), rng.choice(alike)._replace(marked="clause"))


_PLANTERS: dict[str, Callable[[Claim, Note, Random], Planted | None]] = {
    "wrong_number": _wrong_number,
    "wrong_entity": _wrong_entity,
    "relation_swap": _relation_swap,
    "negation": _negation,
    "direction": _direction,
    "overgeneralisation": _overgeneralisation,
    "extrinsic": _extrinsic,
}
