"""Rows of traces read by the mapping: typed values of the contract, and what is wrong with them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import polars as pl

from analytics_platform.event_contract import FEATURES, HUMAN_RATINGS, INTERACTIONS, PLANS, PLATFORMS, ROLES
from analytics_platform.ingest.fields import Fields
from analytics_platform.ingest.identifiers import identifiers
from analytics_platform.ingest.mapping import UNITS, Columns, Condition, Time, Value
from analytics_platform.ingest.sources import ROW
from analytics_platform.ingest.staging import EARLIEST, LATEST, Rules, reasons
from analytics_platform.ingest.traces.index import TraceIndex
from analytics_platform.ingest.traces.mapping import Criterion, InteractionMapping, RatingMapping
from analytics_platform.ingest.traces.tables import TraceTable

JUDGED = {ROW: pl.Int64(), "reason": pl.String(), "is_ignored": pl.Boolean()}
PERSON = {
    "source_user_id": pl.String(),
    "role": pl.String(),
    "is_teacher": pl.Boolean(),
    "country": pl.String(),
    "platform": pl.String(),
    "plan": pl.String(),
}
INTERACTION_COLUMNS = {**JUDGED, "named_feature": pl.String(), **INTERACTIONS.polars_schema(), **PERSON}
RATING_COLUMNS = {**JUDGED, **HUMAN_RATINGS.polars_schema()}
PARAGRAPH = "\n\n"
_STATED = {"interaction_id", "user_id", "requested_at", "rater_id", "rated_at", "score"}


@dataclass(frozen=True)
class Rows:
    """The rows of one file and what they are read with.

    Attributes:
        table: the file.
        index: what records of a trace lend each other.
        zone: the reporting time zone, which cuts days.
        now: later than a day after this is absurd.
    """

    table: TraceTable
    index: TraceIndex
    zone: ZoneInfo
    now: datetime

    def date(self, column: str) -> pl.Expr:
        """The reporting day of an instant."""
        return pl.col(column).dt.convert_time_zone(self.zone.key).dt.date()

    def ignored(self, fields: Fields, conditions: tuple[Condition, ...]) -> pl.Expr:
        """Whether a row is passed over."""
        held = [fields.holds(condition) for condition in conditions]
        return pl.any_horizontal(self.table.is_blank, *held) & self.table.fault.is_null()

    def time_rules(self, column: str, fields: Fields, time: Time) -> Rules:
        """What may be wrong with an instant."""
        instant = pl.col(column)
        yield f"missing {column}", instant.is_null() & ~fields.is_written(time)
        yield f"unparseable {column}", instant.is_null()
        yield f"{column} before 1990", instant < EARLIEST
        yield f"{column} in the future", instant > self.now + LATEST


def interactions(rows: Rows, mapping: InteractionMapping) -> pl.LazyFrame:
    """One row per call: `INTERACTION_COLUMNS`."""
    table = rows.table
    fields = Fields(table.source, mapping.zone)
    frame = table.source.rows().filter(table.is_kind("interactions"))
    frame = frame.with_columns(table.trace.alias("trace"))
    frame = frame.join(rows.index.users.lazy(), on="trace", how="left", maintain_order="left")
    frame = frame.with_columns(**_interaction_values(fields, mapping)).with_columns(
        event_date=rows.date("requested_at"), user_id=identifiers(pl.col("source_user_id"))
    )
    rules = (
        *rows.time_rules("requested_at", fields, mapping.time),
        ("missing user_id", pl.col("user_id").is_null()),
        ("missing interaction_id", pl.col("interaction_id").is_null()),
        *_number_rules(fields, mapping),
        *(rule for column in INTERACTIONS.columns if column.name not in _STATED for rule in column.rules()),
        *_person_rules(),
    )
    return frame.with_columns(
        pl.coalesce(table.fault, *reasons(iter(rules))).alias("reason"),
        is_ignored=rows.ignored(fields, mapping.ignore),
    ).select(*INTERACTION_COLUMNS)


def _interaction_values(fields: Fields, mapping: InteractionMapping) -> dict[str, pl.Expr]:
    requested_at = fields.instant(mapping.time)
    source_id = fields.joined(mapping.interaction)
    feature = fields.value(mapping.feature).str.to_lowercase()
    role = fields.value(mapping.role).str.to_lowercase()
    return {
        "source_interaction_id": source_id,
        "interaction_id": identifiers(source_id),
        "source_user_id": pl.coalesce(fields.value(mapping.user), "trace_user"),
        "requested_at": requested_at,
        "named_feature": feature,
        "feature": pl.when(feature.is_in(list(FEATURES))).then(feature).otherwise(pl.lit("other")),
        "model_version": fields.value(mapping.model_version),
        "prompt_version": fields.value(mapping.prompt_version).fill_null("unknown"),
        "status": fields.value(mapping.status).str.to_lowercase(),
        "input_tokens": _whole(_stated(fields, mapping.input_tokens)),
        "output_tokens": _whole(_stated(fields, mapping.output_tokens)),
        "latency_ms": _latency(fields, mapping, requested_at),
        "cost_usd": _stated(fields, mapping.cost).cast(pl.Float64, strict=False),
        "source_text": _stated(fields, mapping.source_text, PARAGRAPH),
        "output_text": _stated(fields, mapping.output_text, PARAGRAPH),
        "grade_level": _whole(fields.value(mapping.grade_level)),
        "subject": fields.value(mapping.subject),
        "role": role,
        "is_teacher": (role == "teacher").fill_null(value=False),
        "country": fields.value(mapping.country).str.to_uppercase(),
        "platform": fields.value(mapping.platform).str.to_lowercase(),
        "plan": fields.value(mapping.plan).str.to_lowercase().fill_null("free"),
    }


def _latency(fields: Fields, mapping: InteractionMapping, requested_at: pl.Expr) -> pl.Expr:
    if mapping.latency is not None:
        number = fields.text(mapping.latency.column).cast(pl.Float64, strict=False)
        milliseconds = number * (UNITS[mapping.latency.unit] * 1000)
    elif mapping.ended_at is not None:
        milliseconds = (fields.instant(mapping.ended_at) - requested_at).dt.total_microseconds() / 1000
    else:
        return pl.lit(None, dtype=pl.Int64)
    return milliseconds.round().cast(pl.Int64, strict=False)


def _stated(fields: Fields, columns: Columns | None, separator: str = " ") -> pl.Expr:
    """Texts of columns, those that a row lacks left out; null where it has none."""
    if columns is None:
        return pl.lit(None, dtype=pl.String)
    texts = [fields.text(name) for name in columns.sources]
    joined = pl.concat_str(texts, separator=separator, ignore_nulls=True)
    return pl.when(pl.any_horizontal(text.is_not_null() for text in texts)).then(joined)


def _whole(text: pl.Expr) -> pl.Expr:
    number = text.cast(pl.Float64, strict=False)
    return pl.when(number == number.floor()).then(number.cast(pl.Int64, strict=False))


def _number_rules(fields: Fields, mapping: InteractionMapping) -> Rules:
    """Numbers that were written and could not be read."""
    for name, columns in (("input_tokens", mapping.input_tokens), ("output_tokens", mapping.output_tokens)):
        yield f"{name} is not a whole number", _stated(fields, columns).is_not_null() & pl.col(name).is_null()
    grade = fields.value(mapping.grade_level)
    yield "grade_level is not a whole number", grade.is_not_null() & pl.col("grade_level").is_null()
    cost = _stated(fields, mapping.cost)
    yield "cost_usd is not a number", cost.is_not_null() & pl.col("cost_usd").is_null()
    if mapping.latency is not None:
        is_written = fields.text(mapping.latency.column).is_not_null()
        yield "latency is not a number", is_written & pl.col("latency_ms").is_null()
    if mapping.ended_at is not None:
        is_written = fields.is_written(mapping.ended_at)
        yield "unparseable ended_at", is_written & pl.col("latency_ms").is_null()


def _person_rules() -> Rules:
    for name, allowed in (("role", ROLES), ("platform", PLATFORMS), ("plan", PLANS)):
        yield f"unknown {name}", pl.col(name).is_not_null() & ~pl.col(name).is_in(list(allowed))
    yield "unknown country", ~pl.col("country").str.contains("^[A-Z]{2}$")


def ratings(rows: Rows, mapping: RatingMapping) -> pl.LazyFrame:
    """One row per judgement: `RATING_COLUMNS`; a row without any judgement gives one that is bad."""
    table = rows.table
    fields = Fields(table.source, mapping.zone)
    frame = table.source.rows().filter(table.is_kind("human_ratings"))
    frame = frame.with_columns(table.trace.alias("trace"))
    frame = frame.join(rows.index.calls.lazy(), on="trace", how="left", maintain_order="left")
    rater = fields.value(mapping.rater)
    call = pl.coalesce(fields.joined(mapping.interaction), "trace_interaction")
    frame = frame.with_columns(
        interaction_id=identifiers(call),
        rater_id=identifiers(rater),
        source_rater_id=rater,
        rater_group=fields.value(mapping.rater_group),
        rated_at=fields.instant(mapping.time),
        is_ignored=rows.ignored(fields, mapping.ignore),
    ).with_columns(event_date=rows.date("rated_at"))
    return pl.concat(_judgements(frame, rows, fields, mapping))


def _judgements(
    frame: pl.LazyFrame, rows: Rows, fields: Fields, mapping: RatingMapping
) -> Iterator[pl.LazyFrame]:
    scores = [fields.value(judged.score) for judged in mapping.judged]
    is_blank = pl.all_horizontal(score.is_null() for score in scores)
    for position, (judged, score) in enumerate(zip(mapping.judged, scores, strict=True)):
        wanted = score.is_not_null() | is_blank if position == 0 else score.is_not_null()
        given = frame.filter(wanted).with_columns(
            criterion=fields.value(judged.criterion), score=_score(fields, judged.score)
        )
        rules = (
            ("missing interaction_id", pl.col("interaction_id").is_null()),
            ("missing rater_id", pl.col("rater_id").is_null()),
            *rows.time_rules("rated_at", fields, mapping.time),
            ("missing criterion", pl.col("criterion").is_null()),
            *_score_rules(fields, judged),
        )
        reason = pl.coalesce(rows.table.fault, *reasons(iter(rules))).alias("reason")
        yield given.with_columns(reason).select(*RATING_COLUMNS)


def _score(fields: Fields, value: Value) -> pl.Expr:
    text = fields.value(value).str.to_lowercase()
    is_true = pl.when(text == "true").then(1.0).when(text == "false").then(0.0)
    return is_true.otherwise(text.cast(pl.Float64, strict=False))


def _score_rules(fields: Fields, judged: Criterion) -> Rules:
    yield "missing score", fields.value(judged.score).is_null()
    yield "score is not a number", pl.col("score").is_null() | ~pl.col("score").is_finite()
