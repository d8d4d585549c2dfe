"""What a model replied, held against the form it was to have; anything else is no verdict."""

import json
import re
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analytics_platform.llm_quality.judges.judge import ParseStatus
from analytics_platform.llm_quality.judges.rubrics import Rubric

RATIONALE_LETTERS = 2000
FENCE = "```"
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Reply(BaseModel):
    """A reply in its form: these fields, of these types, and no other."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    rationale: str
    score: int
    probability: float | None = Field(None, ge=0, le=1, allow_inf_nan=False)


@dataclass(frozen=True)
class Parsed:
    """What became of a reply: the reply where `status` is `parsed`, else what is wrong with it."""

    status: ParseStatus
    reply: Reply | None = None
    problem: str = ""


def parsed(text: str, rubric: Rubric, *, is_truncated: bool) -> Parsed:
    """Read a reply.

    Args:
        text: as received; a Markdown fence around it is taken off.
        rubric: whose scale the score must be on.
        is_truncated: whether the model ran out of tokens.
    """
    if is_truncated:
        return Parsed("truncated", problem="the reply was cut off")
    try:
        content: Any = json.loads(_unfenced(text))
    except (ValueError, RecursionError):
        return Parsed("malformed", problem="the reply is not JSON")
    try:
        reply = Reply.model_validate(content)
    except ValidationError as error:
        # Names of fields that are not ours come from the reply, and stay out of messages.
        wrong = error.errors()[0]
        place = next((str(part) for part in wrong["loc"] if part in Reply.model_fields), "the object")
        return Parsed("invalid", problem=f"the reply does not fit its form at {place}")
    if reply.score not in rubric.scale:
        return Parsed("invalid", problem="the score is not on the scale")
    if rubric.is_binary == (reply.probability is None):
        return Parsed("invalid", problem="the reply does not fit its form at probability")
    return Parsed("parsed", reply.model_copy(update={"rationale": _shown(reply.rationale)}))


def _shown(rationale: str) -> str:
    """A rationale that is safe to print: a terminal obeys control characters."""
    return _CONTROLS.sub("", rationale)[:RATIONALE_LETTERS]


def _unfenced(text: str) -> str:
    """Text without the fence that some models put around JSON whatever they are asked."""
    bare = text.strip()
    if bare.startswith(FENCE) and bare.endswith(FENCE) and len(bare) > 2 * len(FENCE):
        return bare.removeprefix(FENCE).removeprefix("json").removesuffix(FENCE)
    return bare
