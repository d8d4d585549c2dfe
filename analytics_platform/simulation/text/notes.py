"""Notes as students paste them: a lesson's facts in prose, in the order in which they were taught."""

from random import Random
from typing import NamedTuple

from analytics_platform.simulation.text.facts import Claim, Course, courses
from analytics_platform.simulation.text.grammar import Wording, clause, sentence, wording
from analytics_platform.simulation.text.private import injection, personal_sentence

PERSONAL_SHARE, INJECTION_SHARE = 0.02, 0.015
SOFT_SHARE, ABSOLUTE_SHARE = 0.3, 0.12
LEAST_WORDS = 125
PLAIN = Wording(freedom=0.3, rounding=0.0, joined=0.4)


class Note(NamedTuple):
    """A student's note and what it states.

    Attributes:
        course: its course.
        grade: school grade of the student.
        claims: every claim that the text states.
        derived: comparisons that follow from them.
        elsewhere: claims of the same course that it does not state.
        private: a sentence of personal data or an injection that it holds, or "".
        text: the note.
    """

    course: Course
    grade: int
    claims: tuple[Claim, ...]
    derived: tuple[Claim, ...]
    elsewhere: tuple[Claim, ...]
    private: str
    text: str


def write_note(rng: Random) -> Note:
    """A note on two or three topics of a course, 120 to 350 words."""
    course = rng.choice(courses())
    count = 2 if rng.random() < 0.6 else 3
    topics = rng.sample(course.topics, count + 3)
    first, second, others = topics[0], topics[1], topics[count:]
    facts = [fact for topic in topics[:count] for fact in _some(topic.facts, rng)]
    claims = [_hedged(fact, rng) for fact in facts]
    lot = rng.random()
    private = ""
    if lot < PERSONAL_SHARE:
        private = personal_sentence(rng)
    elif lot < PERSONAL_SHARE + INJECTION_SHARE:
        private = injection(rng)
    intro = rng.choice(wording()["intro"]).format(a=first.name, b=second.name, course=course.name)
    return Note(
        course,
        rng.randint(course.first_grade, course.last_grade),
        tuple(claims),
        tuple(comparisons(claims)),
        tuple(fact for topic in others for fact in topic.facts if fact not in facts),
        private,
        _prose(intro, claims, private, rng),
    )


def comparisons(claims: list[Claim]) -> list[Claim]:
    """What follows from two values of one attribute, or from two years: the greater or earlier first."""
    found = []
    for place, one in enumerate(claims):
        for other in claims[place + 1 :]:
            if one.kind != other.kind or one.kind not in {"attribute", "date"}:
                continue
            if (one.relation, one.unit) != (other.relation, other.unit) or one.number == other.number:
                continue
            is_first = one.number > other.number if one.kind == "attribute" else one.number < other.number
            left, right = (one, other) if is_first else (other, one)
            found.append(Claim("comparison", left.subject, one.relation or "date", right.subject))
    return found


def sentences(claims: list[Claim], rng: Random, how: Wording) -> list[str]:
    """Claims as sentences, some of them two to a sentence."""
    made: list[str] = []
    waiting = list(claims)
    while waiting:
        words = clause(waiting.pop(0), rng, how)
        if waiting and rng.random() < how.joined:
            link = rng.choice((", while ", ", and ", "; ", ", whereas "))
            words = f"{words}{link}{clause(waiting.pop(0), rng, how)}"
        made.append(words)
    return made


def _some(facts: tuple[Claim, ...], rng: Random) -> list[Claim]:
    kept = sorted(rng.sample(range(len(facts)), rng.randint(min(5, len(facts)), len(facts))))
    return [facts[place] for place in kept]


def _hedged(fact: Claim, rng: Random) -> Claim:
    if fact.kind not in {"relation", "direction"} or fact.is_past:
        return fact
    lot = rng.random()
    if lot < SOFT_SHARE:
        return fact._replace(hedge="soft")
    return fact._replace(hedge="absolute") if lot < SOFT_SHARE + ABSOLUTE_SHARE else fact


def _prose(intro: str, claims: list[Claim], private: str, rng: Random) -> str:
    joins, asides = wording()["joins"], rng.sample(wording()["asides"], 8)
    made = [intro]
    for words in sentences(claims, rng, PLAIN):
        made.append(sentence(f"{rng.choice(joins)}{words}" if rng.random() < 0.3 else words))
        if asides and rng.random() < 0.25:
            made.append(asides.pop())
    while asides and sum(text.count(" ") + 1 for text in made) < LEAST_WORDS:
        made.insert(rng.randint(1, len(made)), asides.pop())
    if private:
        made.insert(rng.randint(1, len(made)), private)
    breaks = {len(made) // 2} if len(made) > 8 else set()
    return "".join(
        f"{'' if place == 0 else (chr(10) * 2 if place in breaks else ' ')}{text}"
        for place, text in enumerate(made)
    )
