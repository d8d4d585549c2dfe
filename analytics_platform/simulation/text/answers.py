"""Summaries and explanations of a note, clean or with one planted error, alike in length and framing."""

from random import Random

from analytics_platform.simulation.text.errors import Planted, other_entities, plant
from analytics_platform.simulation.text.facts import Claim
from analytics_platform.simulation.text.grammar import Text, Wording, clause, sentence, wording
from analytics_platform.simulation.text.notes import Note

CLAIMS = {"summarize": (3, 6), "explain": (4, 6)}
FRAMES = {"summarize": (1, 3), "explain": (3, 5)}
FORMAL_GRADE = 9
DERIVED_SHARE, CONTRAST_SHARE, REPEAT_SHARE = 0.2, 0.06, 0.5
SECOND_SHARE = 0.2
LINKS = (", and ", "; ", ", while ", ", whereas ", ", and in the same context ")
PREFIXES = (
    "As for the rest, ",
    "Here, ",
    "In short, ",
    "Put simply, ",
    "According to the note, ",
    "Equally, ",
)


def write_answer(feature: str, note: Note, rng: Random, *, is_clean: bool) -> tuple[Text, Planted | None]:
    """A summary (`summarize`) or an explanation (`explain`)."""
    claims = [_eased(claim, rng) for claim in _chosen(feature, note, rng)]
    planted = None
    if not is_clean:
        place, planted = plant(claims, note, rng)
        others = [other for other in range(len(claims)) if other != place]
        for other in rng.sample(others, rng.random() < SECOND_SHARE):
            claims[other] = plant([claims[other]], note, rng)[1].claim._replace(marked="")
        claims[place] = planted.claim
    frames = _frames(feature, note.grade, rng)
    if note.private and rng.random() < REPEAT_SHARE:
        frames.append(note.private)
    lines = _sentences(claims, note, rng)
    for frame in frames:
        lines.insert(rng.randint(0, len(lines)), frame)
    return Text.of(" ".join(lines)), planted


def _chosen(feature: str, note: Note, rng: Random) -> list[Claim]:
    count = min(rng.randint(*CLAIMS[feature]), len(note.claims))
    start = rng.randint(0, len(note.claims) - count) if feature == "explain" else 0
    reach = min(len(note.claims), start + count + 2) if feature == "explain" else len(note.claims)
    places = sorted(rng.sample(range(start, reach), count))
    claims = [note.claims[place] for place in places]
    if note.derived and rng.random() < DERIVED_SHARE:
        claims[rng.randrange(count)] = rng.choice(note.derived)
    if rng.random() < 0.4:
        rng.shuffle(claims)
    return claims


def _eased(claim: Claim, rng: Random) -> Claim:
    """Clean answers may drop a hedge, and soften a statement; they never harden one."""
    if claim.hedge:
        return claim._replace(hedge=claim.hedge if rng.random() < 0.6 else "")
    if claim.kind in {"relation", "direction"} and not claim.is_past and rng.random() < 0.1:
        return claim._replace(hedge="soft")
    return claim


def _sentences(claims: list[Claim], note: Note, rng: Random) -> list[str]:
    formal = note.grade >= FORMAL_GRADE
    how = Wording(freedom=0.55 if formal else 0.45, rounding=0.15, joined=0.45 if formal else 0.15)
    lines: list[str] = []
    waiting = [_clause(claim, note, rng, how) for claim in claims]
    while waiting:
        words = waiting.pop(0)
        if waiting and rng.random() < how.joined:
            words = f"{words}{rng.choice(LINKS)}{waiting.pop(0)}"
        if rng.random() < 0.15:
            words = f"{rng.choice(PREFIXES)}{words}"
        lines.append(sentence(words))
    return lines


def _clause(claim: Claim, note: Note, rng: Random, how: Wording) -> str:
    """A claim in words, now and then set against what it is not."""
    if claim.marked == "value" and claim.kind == "date":
        how = how._replace(rounding=0.0)
    words = clause(claim, rng, how)
    if claim.is_negative or claim.kind not in {"relation", "attribute"} or rng.random() > CONTRAST_SHARE:
        return words
    if claim.kind == "attribute":
        foils = [c.value for c in note.claims if c.kind == "attribute" and c.subject != claim.subject]
        foils = [value for value in foils if value != claim.value]
    else:
        foils = [name for name, _ in other_entities(claim, "object", note.claims)]
    return f"{words}, and not {rng.choice(foils)}" if foils else words


def _frames(feature: str, grade: int, rng: Random) -> list[str]:
    kind = "formal" if grade >= FORMAL_GRADE else "simple"
    listed = wording()["summary_frames" if feature == "summarize" else "explain_frames"][kind]
    return rng.sample(listed, rng.randint(*FRAMES[feature]))
