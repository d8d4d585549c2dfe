"""The worst answers as text: untrusted, so that every character of it is escaped before it meets a page."""

import json
from collections.abc import Sequence
from html import escape

from dashboards.formats import listed, long_day, percent
from dashboards.reader import Row
from dashboards.vocabulary import count

SHOWN = 10
COLUMNS = (
    "rank", "interaction_id", "event_date", "feature", "model_version", "prompt_version",
    "unsupported_probability", "spans", "human_ratings", "human_unsupported_share",
)  # fmt: skip
QUEUE_COLUMNS = (
    "rank", "interaction_id", "event_date", "feature", "model_version", "unsupported_probability",
    "sampling_probability", "reason",
)  # fmt: skip
REASONS = {
    "judge in doubt": "because the judge is in doubt",
    "check of the rest": "as a check of the rest",
    "no probability": "without a probability",
}
BOX = (
    "white-space:pre-wrap;overflow-wrap:anywhere;border:1px solid rgba(128,128,128,0.4);border-radius:6px;"
    "padding:0.7rem 0.9rem;max-height:100rem;overflow-y:auto;line-height:1.5"
)
MARK = "background-color:#E69F00;color:#1B2430;padding:0 2px;border-radius:2px"


def headline(rows: Sequence[Row]) -> str:
    """What experts say of the answers that the detector holds for the worst."""
    seen = [row for row in rows if row["human_ratings"]]
    told = f"The {count(len(rows), 'answer')} most likely unsupported, by the detector"
    if not seen:
        return f"{told}; no expert has judged one of them yet"
    bad = sum(row["human_unsupported_share"] > 0.5 for row in seen)
    return f"{told}; experts judged {len(seen)} and call {bad} of them unsupported"


def spans_of(text: str | None, length: int) -> list[tuple[int, int]]:
    """Ordered spans of characters from their JSON, cut to the text; what makes no sense is left out."""
    try:
        read = json.loads(text or "[]")
    except ValueError:
        return []
    found = []
    for each in read if isinstance(read, list) else []:
        ends = each[:2] if isinstance(each, list) else []
        if len(ends) == 2 and all(isinstance(end, int) for end in ends):
            found.append((max(0, ends[0]), min(length, ends[1])))
    merged: list[tuple[int, int]] = []
    for start, end in sorted(span for span in found if span[0] < span[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def as_html(text: str | None, spans: Sequence[tuple[int, int]] = ()) -> str:
    """A text in a box, character for character, some spans highlighted.

    Only our own tags are left: the text is escaped piece by piece, quotes included.
    """
    if not text:
        return f'<div style="{BOX}"><i>not captured</i></div>'
    parts, at = [], 0
    for start, end in spans:
        parts += [escape(text[at:start]), f'<mark style="{MARK}">{escape(text[start:end])}</mark>']
        at = end
    return f'<div style="{BOX}">{"".join([*parts, escape(text[at:])])}</div>'


def facts(row: Row) -> str:
    """What is known of an answer, as plain text."""
    return " · ".join(
        [
            str(row["feature"]),
            f"model {row['model_version']}",
            f"prompt {row['prompt_version']}",
            long_day(row["event_date"]),
            f"interaction {row['interaction_id']}",
        ]
    )


def verdicts(row: Row) -> str:
    """The detector's word and the experts', in a sentence of our own words."""
    chance = percent(row["unsupported_probability"])
    said = f"Detector: {chance} likely to make an unsupported claim, a weak signal"
    if not row["human_ratings"]:
        return f"{said}. No expert has judged it."
    bad = round(row["human_unsupported_share"] * row["human_ratings"])
    return f"{said}. Experts: {bad} of {row['human_ratings']} call it unsupported."


def choice(row: Row) -> str:
    """An answer in the list to choose from."""
    return f"{row['rank']}. {row['feature']}, {percent(row['unsupported_probability'])}"


def queue_headline(rows: Sequence[Row]) -> str:
    """How much waits for a label, and why."""
    tally = {
        reason: sum(row["reason"] == reason for row in rows)
        for reason in dict.fromkeys(r["reason"] for r in rows)
    }
    told = listed(
        [
            f"{number} {REASONS.get(reason, reason)}"
            for reason, number in sorted(tally.items(), key=lambda pair: -pair[1])
        ]
    )
    return f"{count(len(rows), 'answer')} to label next: {told}"
