"""What every judge takes and gives: cases, verdicts, and the protocol between them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

Status = Literal["ok", "failed", "refused", "over_budget"]
ParseStatus = Literal["parsed", "malformed", "truncated", "invalid", "none"]

SETTLED: frozenset[Status] = frozenset({"ok", "refused"})
"""What asking again would not change, and so is remembered."""


@dataclass(frozen=True)
class Case:
    """One answer to be judged on one criterion.

    Attributes:
        interaction_id: the call that gave the answer.
        feature: feature that asked.
        source_text: what the answer was to be made from; None where it was not captured.
        output_text: the answer.
        criterion: what is judged, such as `unsupported`.
        content_hash: names the texts: equal texts of a feature have equal hashes, and one verdict.
    """

    interaction_id: int
    feature: str
    source_text: str | None
    output_text: str
    criterion: str
    content_hash: int

    @classmethod
    def of(
        cls, interaction_id: int, feature: str, source_text: str | None, output_text: str, criterion: str
    ) -> "Case":
        """A case with its hash."""
        hashed = content_hash(feature, source_text, output_text)
        return cls(interaction_id, feature, source_text, output_text, criterion, hashed)


@dataclass(frozen=True)
class Verdict:
    """What a judge said of a case. A failure is missing data: its score is None, never zero.

    Attributes:
        status: `ok`: there is a score; `failed`: see `reason`; `refused`: the model would not judge;
            `over_budget`: not asked, may be judged another day.
        rubric_version: version of the criterion's rubric, or of what stands in for one.
        score: on the rubric's scale; None unless `ok`.
        probability: that the score is 1; None where the judge gives none or the scale has more values.
        rationale: why, in the judge's words; made from untrusted text, so escape it.
        reason: why there is no score; never holds a text of a student or a key.
        parse_status: what became of the last reply; `none` without one.
        is_injection_suspected: whether the texts address the judge; such a score is not to be relied on.
        input_tokens: tokens sent, over all attempts.
        output_tokens: tokens received, over all attempts.
        cost_usd: US dollars booked, over all attempts; None where the judge has no price.
        price_version: version of the price table.
        latency_ms: time from the first attempt to the last reply, waiting included.
        attempts: requests sent.
        is_cached: taken from memory: tokens, cost, latency and attempts are those of the first time.
        key: what the verdict is remembered by; None where there is no memory.
    """

    status: Status
    rubric_version: str
    score: float | None = None
    probability: float | None = None
    rationale: str | None = None
    reason: str | None = None
    parse_status: ParseStatus = "none"
    is_injection_suspected: bool = False
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = None
    price_version: str | None = None
    latency_ms: int = 0
    attempts: int = 0
    is_cached: bool = False
    key: str | None = None

    def remembered(self) -> "Verdict":
        """The same verdict for a case that was not asked about again."""
        return replace(self, is_cached=self.status in SETTLED)


class Judge(Protocol):
    """Gives one verdict a case, in the order of the cases.

    Attributes:
        name: names the judge in tables.
        rubric_version: what it judges by; verdicts of another version are not comparable.
        criteria: criteria that it can judge.
    """

    @property
    def name(self) -> str: ...

    @property
    def rubric_version(self) -> str: ...

    @property
    def criteria(self) -> frozenset[str]: ...

    def score(self, batch: Sequence[Case]) -> list[Verdict]:
        """Judge a batch.

        Raises:
            AnalyticsError: the judge cannot work at all, as with a wrong key; what goes wrong with a single
                case is a verdict `failed`.
        """
        ...


def content_hash(feature: str, source_text: str | None, output_text: str) -> int:
    """A hash of the texts of an answer: 63 bits of SHA-256, so that any engine's BIGINT holds it."""
    hashed = hashlib.sha256()
    for part in (feature, source_text or "", output_text):
        encoded = part.encode("utf-8", "surrogatepass")
        hashed.update(len(encoded).to_bytes(8, "big") + encoded)
    return int.from_bytes(hashed.digest()[:8], "big") >> 1
