"""One record of an export: what kind it is, and the values that a mapping may name."""

from dataclasses import dataclass, field
from typing import Literal

from analytics_platform.event_contract import FEATURES
from analytics_platform.ingest.traces.values import as_text, dig

Kind = Literal["interactions", "human_ratings", "other"]

ANSWERED = "ok"
FAILED = "error"
REFUSED = "refused"
# What providers answer when they decline or filter: OpenAI, Anthropic, Gemini and Bedrock, in that order.
REFUSALS = {
    "content_filter",
    "refusal",
    "safety",
    "prohibited_content",
    "blocklist",
    "spii",
    "guardrail_intervened",
    "content_filtered",
}


@dataclass(frozen=True)
class Record:
    """A record of an export.

    Attributes:
        kind: whether it is a call, a rating, or something that only lends its trace a user.
        original: the record as it was read, for quarantine.
        values: names made from the format's spellings.
        source: where every other name is looked for.
        trace: what joins the records of one request.
        fault: why it cannot be read.
    """

    kind: Kind
    original: object
    values: dict[str, object] = field(default_factory=dict)
    source: object = None
    trace: str | None = None
    fault: str | None = None

    def text(self, name: str) -> str | None:
        """The value of a name as text."""
        return as_text(self.values[name] if name in self.values else dig(self.source, name))


def faulty(original: object, fault: str) -> Record:
    """A record that cannot be read; it counts as a call, so that it is judged and quarantined."""
    return Record("interactions", original, fault=fault)


def outcome(*, is_failed: bool, reasons: list[str]) -> str:
    """How a call ended, from its error and the reasons why the model stopped."""
    if is_failed:
        return FAILED
    return REFUSED if REFUSALS & {reason.lower() for reason in reasons} else ANSWERED


def feature_named(*candidates: object) -> str | None:
    """The first name that is a feature of the contract, else the first name there is."""
    from_log = [text for name in candidates if (text := as_text(name)) is not None]
    known = (text.lower() for text in from_log if text.lower() in FEATURES)
    return next(known, from_log[0] if from_log else None)
