"""Quizzes on a note: multiple choice with a key, clean or with one planted fault."""

from random import Random
from typing import NamedTuple

from analytics_platform.simulation.text.errors import Planted, other_entities, plant, wrong_values
from analytics_platform.simulation.text.facts import Claim
from analytics_platform.simulation.text.grammar import (
    CLOSE,
    OPEN,
    PREPOSITIONS,
    Text,
    Wording,
    clause,
    named,
    wording,
)
from analytics_platform.simulation.text.notes import Note
from analytics_platform.simulation.text.verbs import verb_form

FAULTS = {
    "wrong_key": 0.50,
    "wrong_number": 0.10,
    "wrong_entity": 0.10,
    "unanswerable": 0.10,
    "answer_leak": 0.10,
    "duplicate_options": 0.10,
}
SEVERITIES = {"wrong_key": 3, "wrong_number": 3, "wrong_entity": 3, "unanswerable": 2, "answer_leak": 1}
LETTERS = "ABCD"
QUESTIONS = (3, 5)
MOST_DERIVED, STATEMENT_SHARE = 5, 0.62
PLAIN = Wording(freedom=0.65, rounding=0.15, joined=0.0)
STATEMENT_QUESTIONS = (
    "Which statement is right?",
    "Which of these sentences is true?",
    "What can be said with certainty?",
)
FREEDOM = 0.6


class Item(NamedTuple):
    """A question with four or five options, the first of which is right; a block shows four, shuffled."""

    question: str
    options: list[str]


def write_quiz(note: Note, rng: Random, *, is_clean: bool) -> tuple[Text, Planted | None]:
    """A quiz in the product's format."""
    claims = [*note.claims, *rng.sample(note.derived, min(MOST_DERIVED, len(note.derived)))]
    pool = [(claim, item) for claim in rng.sample(claims, 9) if (item := _item(claim, note, rng))]
    chosen = pool[: rng.randint(*QUESTIONS)]
    planted, place, fault = None, -1, ""
    if not is_clean:
        place = rng.randrange(len(chosen))
        fault = _fault(*chosen[place], rng)
        if fault == "unanswerable":
            chosen[place] = _elsewhere(note, rng) or chosen[place]
        severity = SEVERITIES.get(fault, rng.choice((1, 2)))
        planted = Planted(fault, severity, chosen[place][0])
    blocks = [
        _block(number, item, rng, fault if number == place else "") for number, (_, item) in enumerate(chosen)
    ]
    return Text.of("\n\n".join(blocks)), planted


def _fault(claim: Claim, item: Item, rng: Random) -> str:
    kind = rng.choices(list(FAULTS), list(FAULTS.values()))[0]
    if kind not in {"wrong_number", "wrong_entity"}:
        return kind
    return ("wrong_number" if claim.value else "wrong_entity") if len(item.options) > 4 else "wrong_key"


def _elsewhere(note: Note, rng: Random) -> tuple[Claim, Item] | None:
    for claim in rng.sample(note.elsewhere, len(note.elsewhere)):
        item = _item(claim, note._replace(claims=note.elsewhere), rng)
        if item is not None:
            return claim, item
    return None


def _item(claim: Claim, note: Note, rng: Random) -> Item | None:
    if claim.kind == "comparison":
        question, options = _which_is_first(claim, rng)
    elif rng.random() < STATEMENT_SHARE:
        question, options = _statements(claim, note, rng)
    elif claim.value:
        right = claim.value
        wrong = wrong_values(claim, note, rng)[:4]
        unit = claim.unit if claim.kind == "attribute" else ""
        options = [f"{value} {unit}".rstrip() for value in (right, *wrong)]
        question = _how_much(claim, rng) if claim.kind == "attribute" else _when(claim, rng)
    elif claim.kind == "direction":
        question, options = _what_happens(claim, rng)
    elif claim.relation == "have" or PREPOSITIONS.search(claim.object):
        return None
    else:
        side = rng.choice(("subject", "object"))
        wrong = [name for name, _ in other_entities(claim, side, note.claims)]
        if len(wrong) < 3:
            wrong += [name for name, _ in other_entities(claim, side, note.elsewhere) if name not in wrong]
        right = claim.subject if side == "subject" else claim.object
        options = [right, *rng.sample(wrong, min(4, len(wrong)))]
        question = _which(claim, side, rng)
    options = list(dict.fromkeys(options))
    return Item(question, options) if len(options) >= 4 else None


def _which_is_first(claim: Claim, rng: Random) -> tuple[str, list[str]]:
    """A question on the greater or earlier of two; the note states both."""
    names = [claim.subject, claim.object, "Both are equal", "Neither of them"]
    if claim.relation != "date":
        return f"In a comparison by {claim.relation}, what comes out on top?", names
    if rng.random() < 0.5:
        return "Which of these is the earlier event?", names
    return "Which of these is the later event?", [claim.object, claim.subject, *names[2:]]


def _statements(claim: Claim, note: Note, rng: Random) -> tuple[str, list[str]]:
    """The claim among wrong statements about the same note."""
    wrong = [plant([other], note, rng)[1].claim for other in rng.sample(note.claims, 4)]
    options = [clause(c._replace(marked=""), rng, PLAIN) for c in (claim, *wrong)]
    return rng.choice(STATEMENT_QUESTIONS), options


def _how_much(claim: Claim, rng: Random) -> str:
    if claim.relation == "have" or claim.relation.startswith("number of "):
        noun = claim.relation.removeprefix("number of ") if claim.relation != "have" else claim.unit
        return rng.choice(
            (
                f"How many {noun} belong to {claim.subject}?",
                f"What number of {noun} is right for {claim.subject}?",
            )
        )
    return rng.choice(
        (
            f"What is the {claim.relation} of {claim.subject}?",
            f"Which {claim.relation} goes with {claim.subject}?",
            f"Choose the figure that gives the {claim.relation} for {claim.subject}?",
        )
    )


def _when(claim: Claim, rng: Random) -> str:
    return rng.choice(
        (
            f"When did {claim.subject} take place?",
            f"Which year is linked with {claim.subject}?",
            f"To which year does {claim.subject} belong?",
        )
    )


def _what_happens(claim: Claim, rng: Random) -> tuple[str, list[str]]:
    rises = claim.sign > 0
    if rng.random() < 0.5:
        question, rises = f"What happens to {claim.object} if {claim.subject} becomes smaller?", not rises
    else:
        question = f"What happens to {claim.object} as {claim.subject} becomes greater?"
    right, wrong = ("It rises", "It falls") if rises else ("It falls", "It rises")
    return question, [right, wrong, "It stays the same", "It depends on chance alone"]


def _which(claim: Claim, side: str, rng: Random) -> str:
    verb = claim.relation
    if rng.random() < FREEDOM:
        verb = rng.choice(
            [v for v in wording()["verbs"].get(verb, [verb]) if not v.startswith("be ")] or [verb]
        )
    claim = claim._replace(
        subject=named(claim.subject, rng, FREEDOM), object=named(claim.object, rng, FREEDOM)
    )
    if side == "subject":
        form = verb_form(verb, "past" if claim.is_past else "third")
        return rng.choice((f"Which of these {form} {claim.object}?", f"Who or what {form} {claim.object}?"))
    do = "did" if claim.is_past else "do" if claim.is_plural else "does"
    return f"What {do} {claim.subject} {verb}?"


def _block(number: int, item: Item, rng: Random, fault: str) -> str:
    question, (right, *wrong) = item.question, item.options
    if fault in {"wrong_number", "wrong_entity"}:
        right, *wrong = wrong
    marked = right
    if fault in {"wrong_number", "wrong_entity"}:
        marked = f"{OPEN}{right}{CLOSE}"
    options = [marked, *wrong[:3]]
    if fault == "duplicate_options":
        options[3] = f"{OPEN}{rng.choice(options[:3])}{CLOSE}"
    order = rng.sample(range(4), 4)
    key = LETTERS[order.index(0)]
    if fault == "wrong_key":
        key = f"{OPEN}{LETTERS[order.index(1)]}{CLOSE}"
    if fault == "unanswerable":
        question = f"{OPEN}{question}{CLOSE}"
    if fault == "answer_leak":
        question = f"{question[:-1]}, given that {OPEN}{right}{CLOSE} fits?"
    lines = [f"{letter}) {options[place]}" for letter, place in zip(LETTERS, order, strict=True)]
    return "\n".join([f"{number + 1}. {question}", *lines, f"Answer: {key}"])
