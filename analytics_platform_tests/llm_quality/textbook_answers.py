"""Answers made from real textbook sections, clean and with planted errors: near to what real traces hold.

Sources are OpenStax sections; an answer is three or four of their sentences, lightly compressed and reworded.
Nothing of the package is used to make them, and no detector is trained on them.
"""

import random
import re
from collections.abc import Callable
from pathlib import Path

import polars as pl

FILE = Path(__file__).parents[3] / "shared" / "data" / "openstax_sections.parquet"
SENTENCE = re.compile(r"(?<=[a-z)][.!?])\s+(?=[A-Z])")
REWORDED = {
    "however": "still", "important": "central", "often": "frequently", "many": "numerous",
    "used": "employed",
    "show": "demonstrate", "because": "since", "people": "individuals", "called": "termed",
    "made": "produced",
    "large": "sizeable", "begin": "start", "different": "distinct", "also": "likewise", "main": "chief",
}  # fmt: skip
TURNED = {
    "increase": "decrease", "increases": "decreases", "more": "less", "higher": "lower", "before": "after",
    "greater": "smaller", "first": "last", "early": "late",
    "large": "small", "always": "never", "most": "least",
    "positive": "negative", "high": "low", "above": "below", "increased": "decreased", "larger": "smaller",
}  # fmt: skip
NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}(?: [A-Z][a-z]{3,})?")
NUMBER = re.compile(r"\b\d[\d,]*(?:\.\d+)?\b")
VERB = re.compile(r"\b(is|are|was|were|can|has|have|will)\b(?! not)")


def textbook_answers(seed: int, size: int) -> pl.DataFrame:
    """Columns source, output, label (1: holds a planted error) and error_type (null: clean)."""
    sections = (
        pl.read_parquet(FILE).filter(pl.col("words").is_between(150, 400)).sort("book", "module", "section")
    )
    texts = sections["text"].to_list()
    rng = random.Random(seed)
    rows = []
    while len(rows) < size:
        source = rng.choice(texts)
        sentences = [one for one in SENTENCE.split(source.replace("\n", " ")) if 8 <= len(one.split()) <= 40]
        if len(sentences) < 5:
            continue
        places = sorted(rng.sample(range(len(sentences)), rng.choice((3, 4))))
        chosen = [lightly_reworded(sentences[at], rng) for at in places]
        kind = rng.choice(list(ERRORS)) if rng.random() < 0.5 else None
        if kind is not None:
            at = rng.randrange(len(chosen))
            spoilt = ERRORS[kind](chosen[at], source, rng.choice(texts), rng)
            if spoilt is None or spoilt == chosen[at]:
                continue
            chosen[at] = spoilt
        rows.append((source, " ".join(chosen), int(kind is not None), kind))
    schema = {"source": pl.String, "output": pl.String, "label": pl.Int64, "error_type": pl.String}
    return pl.DataFrame(rows, schema, orient="row")


def lightly_reworded(sentence: str, rng: random.Random) -> str:
    """Without brackets and half of the openings, and with synonyms."""
    said = re.sub(r"\s*\([^)]*\)", "", sentence)
    opening = re.match(r"(?:[A-Z]\w+ )?(?:\w+ ){1,5}?\w+, (?=\w)", said)
    if opening and rng.random() < 0.5:
        rest = said[opening.end() :]
        said = rest[0].upper() + rest[1:]
    words = [REWORDED[word] if word in REWORDED and rng.random() < 0.7 else word for word in said.split()]
    return " ".join(words)


def _number(said: str, source: str, _: str, rng: random.Random) -> str | None:
    own = NUMBER.findall(said)
    if not own:
        return None
    old = rng.choice(own)
    elsewhere = [one for one in NUMBER.findall(source) if one not in own]
    new = (
        rng.choice(elsewhere)
        if elsewhere and rng.random() < 0.5
        else str(int(re.sub(r"\D", "", old)[:6]) + rng.randint(1, 9))
    )
    return said.replace(old, new, 1)


def _name(said: str, source: str, other: str, rng: random.Random) -> str | None:
    own = NAME.findall(said)
    pool = [one for one in NAME.findall(source if rng.random() < 0.6 else other) if one not in said]
    return said.replace(rng.choice(own), rng.choice(pool), 1) if own and pool else None


def _negation(said: str, _: str, __: str, rng: random.Random) -> str | None:
    found = list(VERB.finditer(said))
    if not found:
        return None
    at = rng.choice(found).end()
    return f"{said[:at]} not{said[at:]}"


def _direction(said: str, _: str, __: str, rng: random.Random) -> str | None:
    known = [word for word in said.split() if word in TURNED]
    return re.sub(rf"\b{(word := rng.choice(known))}\b", TURNED[word], said, count=1) if known else None


def _swap(said: str, _: str, __: str, rng: random.Random) -> str | None:
    words = [word for word in re.findall(r"\b[a-z]{6,}\b", said) if not word.endswith(("ly", "ing", "ed"))]
    if len(words) < 4:
        return None
    first, second = rng.sample(words, 2)
    swap = {first: second, second: first}
    return re.sub(rf"\b(?:{first}|{second})\b", lambda found: swap[found[0]], said)


def _extrinsic(_: str, __: str, other: str, rng: random.Random) -> str | None:
    sentences = [one for one in SENTENCE.split(other.replace("\n", " ")) if 8 <= len(one.split()) <= 40]
    return lightly_reworded(rng.choice(sentences), rng) if sentences else None


ERRORS: dict[str, Callable[[str, str, str, random.Random], str | None]] = {
    "number": _number, "name": _name, "negation": _negation, "direction": _direction, "swap": _swap,
    "extrinsic": _extrinsic,
}  # fmt: skip
