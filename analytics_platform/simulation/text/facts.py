"""The fact base: school knowledge in plain lines, one fact a line, read once.

A line is `subject | verb | object`, `= subject | attribute | value | unit`, `@ event | year`, or
`+ cause | effect` (`-` where the effect falls as the cause rises). A star ends a plural noun.
"""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).with_name("facts")
_PREPOSITION = re.compile(r" (?:of|in|from|for|to|by|on|through|with|at|across|into|around|between) ")
PAST_VERBS = frozenset(
    [
        "arrange",
        "decipher",
        "describe",
        "design",
        "develop",
        "discover",
        "estimate",
        "explain",
        "found",
        "introduce",
        "invent",
        "issue",
        "make",
        "measure",
        "orbit",
        "paint",
        "predict",
        "precede",
        "propose",
        "prove",
        "study",
        "test",
        "use",
        "write",
        "influence",
        "compile",
        "solve",
        "teach",
        "connect",
        "photograph",
    ]
)


class Claim(NamedTuple):
    """What one clause states, and how; a fact of the base is a claim without hedge or mark.

    Attributes:
        kind: relation, attribute, date, direction or comparison.
        subject: who or what; the event of a date, the cause of a direction.
        relation: verb, or attribute measured.
        object: the other side of a relation, direction or comparison, or "".
        value: a number as text, or "".
        unit: of the value, or "".
        sign: 1 where both rise, -1 where the effect falls; 0 for other kinds.
        is_plural: number of the subject.
        object_is_plural: number of the object.
        is_past: whether it is told in the past.
        hedge: "", soft or absolute.
        is_negative: whether it is denied.
        marked: part that holds a planted error (subject, object, value, clause), or "".
    """

    kind: str
    subject: str
    relation: str = ""
    object: str = ""
    value: str = ""
    unit: str = ""
    sign: int = 0
    is_plural: bool = False
    object_is_plural: bool = False
    is_past: bool = False
    hedge: str = ""
    is_negative: bool = False
    marked: str = ""

    @property
    def number(self) -> float:
        """The value as a number."""
        return float(self.value.replace(",", ""))


class Topic(NamedTuple):
    """A topic and its facts."""

    name: str
    facts: tuple[Claim, ...]


class Course(NamedTuple):
    """A course with the grades that take it."""

    name: str
    first_grade: int
    last_grade: int
    topics: tuple[Topic, ...]


@cache
def courses() -> tuple[Course, ...]:
    """All courses, in the order of their names."""
    return tuple(_course(path) for path in sorted(FOLDER.glob("*.txt")))


def _course(path: Path) -> Course:
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    _, name, first, last, *past = head.split()
    topics: list[tuple[str, list[Claim]]] = []
    for line in lines:
        if line.startswith("topic "):
            topics.append((line.removeprefix("topic "), []))
        elif line:
            topics[-1][1].append(_fact(line, name, is_past=bool(past)))
    return Course(name, int(first), int(last), tuple(Topic(title, tuple(facts)) for title, facts in topics))


def _fact(line: str, course: str, *, is_past: bool) -> Claim:
    kind = line[0] if line[0] in "=@+-" else ""
    parts = [part.strip() for part in line.removeprefix(kind).split("|")]
    subject, is_plural = _noun(parts[0])
    if kind == "=":
        return Claim("attribute", subject, parts[1], value=parts[2], unit=parts[3], is_plural=is_plural)
    if kind == "@":
        return Claim("date", subject, value=parts[1], is_past=True)
    if kind:
        return Claim("direction", subject, object=parts[1], sign=1 if kind == "+" else -1)
    verb = parts[1]
    named = subject[0].isupper() and verb in PAST_VERBS and (course != "literature" or verb == "write")
    other, other_plural = _noun(parts[2])
    return Claim(
        "relation",
        subject,
        verb,
        other,
        is_plural=is_plural,
        object_is_plural=other_plural or _looks_plural(other),
        is_past=is_past or named,
    )


def _looks_plural(noun: str) -> bool:
    head = _PREPOSITION.split(noun, maxsplit=1)[0]
    is_common = head[0].islower() or head[0].isdigit()
    return is_common and (" and " in head or (head.endswith("s") and not head.endswith(("ss", "us", "is"))))


def _noun(text: str) -> tuple[str, bool]:
    return text.rstrip("*"), text.endswith("*")
