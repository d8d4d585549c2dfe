"""The mapping of traces and ratings to the contract: what its YAML file may say, not how it runs."""

import hashlib
from collections.abc import Iterator
from typing import Literal, get_args

from pydantic import Field, model_validator

from analytics_platform.event_contract import FEATURES, INTERACTIONS, PLANS, PLATFORMS, ROLES
from analytics_platform.ingest.mapping import (
    Columns,
    Condition,
    Duration,
    FileFormat,
    Part,
    Time,
    Value,
    Zone,
)

TraceFormat = Literal["otel", "langfuse", "phoenix"]
TRACE_FORMATS: tuple[TraceFormat, ...] = get_args(TraceFormat)
STATUSES = next(column.allowed for column in INTERACTIONS.columns if column.name == "status")


class InteractionMapping(Part):
    """How a row becomes a call of the language model, and a use of a feature."""

    file: FileFormat = FileFormat()  # pyright: ignore[reportCallIssue]
    zone: Zone = "UTC"

    interaction: Columns
    user: Value
    time: Time
    feature: Value = Value(constant="other")
    model_version: Value
    prompt_version: Value = Value(constant="unknown")
    status: Value = Value(constant="ok")
    input_tokens: Columns | None = None
    output_tokens: Columns | None = None
    latency: Duration | None = None
    ended_at: Time | None = None
    cost: Columns | None = None
    source_text: Columns | None = None
    output_text: Columns | None = None
    grade_level: Value | None = None
    subject: Value | None = None
    ignore: tuple[Condition, ...] = ()

    role: Value = Value(constant="student")
    country: Value | None = None
    platform: Value | None = None
    plan: Value = Value(constant="free")
    events: Literal["missing", "none"] = "missing"

    @model_validator(mode="after")
    def _sensible(self) -> "InteractionMapping":
        if self.latency is not None and self.ended_at is not None:
            raise ValueError("give either `latency` or `ended_at`: both say how long the call took")
        for place, value, allowed in self._vocabularies():
            wrong = sorted(value.stated - set(allowed)) if value else []
            if wrong:
                raise ValueError(f"{place} cannot be {wrong[0]!r}: it is one of {', '.join(allowed)}")
        return self

    def _vocabularies(self) -> Iterator[tuple[str, Value | None, tuple[str, ...]]]:
        yield "feature", self.feature, FEATURES
        yield "status", self.status, STATUSES
        yield "role", self.role, ROLES
        yield "platform", self.platform, PLATFORMS
        yield "plan", self.plan, PLANS


class Criterion(Part):
    """One judgement that a row may hold: what was judged, and how."""

    criterion: Value
    score: Value


class RatingMapping(Part):
    """How a row becomes human ratings: one (`criterion`, `score`), or one for each of `criteria`."""

    file: FileFormat = FileFormat()  # pyright: ignore[reportCallIssue]
    zone: Zone = "UTC"

    interaction: Columns
    rater: Value
    rater_group: Value | None = None
    time: Time
    criterion: Value | None = None
    score: Value | None = None
    criteria: tuple[Criterion, ...] = ()
    ignore: tuple[Condition, ...] = ()

    @model_validator(mode="after")
    def _one_form(self) -> "RatingMapping":
        is_long = self.criterion is not None and self.score is not None
        is_part = self.criterion is not None or self.score is not None
        if is_long == bool(self.criteria) or (is_part and not is_long):
            raise ValueError("give `criterion` and `score`, or else `criteria`, a list of such pairs")
        return self

    @property
    def judged(self) -> tuple[Criterion, ...]:
        """Every judgement that a row may hold, in order."""
        if self.criterion is None or self.score is None:
            return self.criteria
        return (Criterion(criterion=self.criterion, score=self.score),)


class TraceMapping(Part):
    """What the records of traces and ratings mean; see docs/ingest.md.

    Attributes:
        format: whose export it is; `table`: a table with one kind of row.
        interactions: how calls are read; None where the files hold ratings alone.
        human_ratings: how ratings are read; None where the files hold calls alone.
    """

    format: Literal["table", "otel", "langfuse", "phoenix"] = "table"
    interactions: InteractionMapping | None = Field(None)
    human_ratings: RatingMapping | None = Field(None)

    @property
    def file(self) -> FileFormat:
        """How CSV tables are written."""
        part = self.interactions or self.human_ratings
        return FileFormat() if part is None else part.file  # pyright: ignore[reportCallIssue]

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column or attribute that it names, sorted."""
        return tuple(sorted({column for _, column in self.columns_named()}))

    @property
    def sha256(self) -> str:
        """Hash of what it says, marked so that the ledger tells it from a mapping of events."""
        text = self.model_dump_json(by_alias=True, exclude_defaults=True)
        return f"traces:{hashlib.sha256(text.encode()).hexdigest()}"
