"""Rows of one file read by the mapping: typed values of every event a row gives, and what is wrong with it.

A staged row stands for one row of the file. Values that belong to the row bear their own name; those of
the event that rule k gives are prefixed `k:`. Nothing is dropped here: a bad row carries its reason.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
from polars.exceptions import ComputeError

from analytics_platform.errors import AnalyticsError
from analytics_platform.event_contract import EVENTS, ROLES
from analytics_platform.ingest.fields import Fields
from analytics_platform.ingest.identifiers import identifiers
from analytics_platform.ingest.mapping import Mapping, Rule, Time
from analytics_platform.ingest.sources import ROW, Source, readable, surplus_rows

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST = timedelta(days=1)
ROWS_PER_GROUP = 250_000
WITH_FEATURE = ("feature_used", "rated")

ROW_COLUMNS = (
    ROW,
    "reason",
    "is_ignored",
    "user_id",
    "source_user_id",
    "log_event_id",
    "session_id",
    "is_teacher",
    "country",
    "acquisition_channel",
    "classroom_id",
    "school_id",
)
EVENT_COLUMNS = (
    "applies",
    "event_time",
    "event_name",
    "feature",
    "engagement_seconds",
    "llm_rating",
    "interaction_id",
    "platform",
    "plan",
    "received_at",
    "event_date",
)
_RULED = {"event_name", "feature", "engagement_seconds", "llm_rating", "platform", "plan"}

Rules = Iterator[tuple[str, pl.Expr]]


@dataclass(frozen=True)
class Reading:
    """How one file is read.

    Attributes:
        source: the file.
        mapping: what its columns mean.
        zone: the reporting time zone, which cuts days.
        now: later than a day after this is absurd.
    """

    source: Source
    mapping: Mapping
    zone: ZoneInfo
    now: datetime

    @property
    def fields(self) -> Fields:
        """The mapping's parts as expressions."""
        return Fields(self.source, self.mapping.zone)

    def check(self) -> None:
        """Refuse a mapping that does not fit the file.

        Raises:
            AnalyticsError: a column is absent, or a time has a type that its format cannot mean.
        """
        for place, column in self.mapping.columns_named():
            if not self.source.has(column) and not self._is_optional(place):
                raise AnalyticsError(
                    f"{self.source.path} has no column {column!r}, which the mapping names at {place}; "
                    f"it has {', '.join(self.source.schema)}. Correct the mapping (or its `file.delimiter`)."
                )
        for time in filter(None, (self.mapping.time, *(rule.time for rule in self.mapping.events))):
            if time.format == "auto" and self.source.dtype(time.sources[0]).is_numeric():
                raise AnalyticsError(
                    f"{self.source.path}: the times in column {time.sources[0]!r} are numbers; say in the "
                    "mapping what they count: `format: epoch_s`, epoch_ms or epoch_us."
                )

    def notes(self) -> Iterator[str]:
        """Columns that the mapping names and a file of JSON lines may lack, as sentences."""
        for place, column in self.mapping.columns_named():
            if not self.source.has(column):
                yield f"The first lines of {self.source.path} have no {column!r}, which {place} names."

    def _is_optional(self, place: str) -> bool:
        """JSON lines may leave keys out, but not everywhere those that every event needs."""
        return self.source.format == "jsonl" and not place.startswith(("user", "time"))

    def staged(self) -> pl.LazyFrame:
        """One row per row of the file: `ROW_COLUMNS`, and `EVENT_COLUMNS` prefixed by each rule's number."""
        frame = self.source.rows().with_columns(self.source.fault.alias("fault"), **self._row_values())
        found = [pl.col("fault"), *reasons(self._row_rules())]
        for position, rule in enumerate(self.mapping.events):
            frame = frame.with_columns(**self._rule_values(rule))
            frame = frame.with_columns(**self._dependent_values())
            reason = pl.when("applies").then(pl.coalesce(list(reasons(self._event_rules(rule)))))
            frame = frame.with_columns(
                reason.alias(f"{position}:reason"),
                *(pl.col(name).alias(f"{position}:{name}") for name in EVENT_COLUMNS),
            )
            found.append(pl.col(f"{position}:reason"))
        rules = range(len(self.mapping.events))
        applies = pl.any_horizontal(pl.col(f"{k}:applies") for k in rules)
        found.append(pl.when(~applies).then(pl.lit("no event applies")))
        frame = frame.with_columns(
            pl.coalesce(found).alias("reason"),
            is_ignored=self._is_ignored() & pl.col("fault").is_null(),
        )
        return frame.select(*ROW_COLUMNS, *(f"{k}:{name}" for k in rules for name in EVENT_COLUMNS))

    def _row_values(self) -> dict[str, pl.Expr]:
        mapping = self.mapping
        user = self.fields.joined(mapping.user)
        role = self.fields.value(mapping.role).str.to_lowercase()
        country = self.fields.value(mapping.country)
        return {
            "source_user_id": user,
            "user_id": identifiers(user),
            "log_event_id": self.fields.identifier(mapping.event_id),
            "session_id": self.fields.identifier(mapping.session),
            "role": role,
            "is_teacher": pl.any_horizontal(
                (role == "teacher").fill_null(value=False),
                user.is_in(list(mapping.teachers.users)).fill_null(value=False),
                *(self.fields.holds(condition) for condition in mapping.teachers.rows),
            ),
            "country": country.str.to_uppercase(),
            "acquisition_channel": self.fields.value(mapping.acquisition_channel),
            "classroom_id": self.fields.identifier(mapping.classroom),
            "school_id": self.fields.identifier(mapping.school),
        }

    def _row_rules(self) -> Rules:
        yield "missing user_id", pl.col("user_id").is_null()
        if self.mapping.event_id is not None:
            yield "missing event_id", pl.col("log_event_id").is_null()
        yield "unknown role", pl.col("role").is_not_null() & ~pl.col("role").is_in(ROLES)
        yield "unknown country", ~pl.col("country").str.contains("^[A-Z]{2}$")

    def _rule_values(self, rule: Rule) -> dict[str, pl.Expr]:
        mapping = self.mapping
        return {
            "applies": self.fields.holds(rule.when),
            "event_time": self.fields.instant(self._time(rule)),
            "event_name": self.fields.value(rule.event_name).str.to_lowercase(),
            "platform": self.fields.value(rule.platform or mapping.platform).str.to_lowercase(),
            "plan": self.fields.value(rule.plan or mapping.plan).str.to_lowercase(),
            "feature": self.fields.value(rule.feature).str.to_lowercase(),
            "engagement_seconds": self.fields.seconds(rule.engagement_seconds or mapping.engagement_seconds),
            "llm_rating": self.fields.stars(rule.llm_rating or mapping.llm_rating),
            "interaction_id": self.fields.identifier(rule.interaction or mapping.interaction),
        }

    def _dependent_values(self) -> dict[str, pl.Expr]:
        """Values that exist for some events only, and those that follow from the event's time."""
        name = pl.col("event_name")
        event_time = pl.col("event_time")
        received_at = event_time
        if self.mapping.received_at is not None:
            is_stated = self.fields.joined(self.mapping.received_at).is_not_null()
            received_at = (
                pl.when(is_stated).then(self.fields.instant(self.mapping.received_at)).otherwise(event_time)
            )
        return {
            "feature": pl.when(name.is_in(WITH_FEATURE)).then("feature"),
            "engagement_seconds": pl.when(name == "feature_used").then("engagement_seconds"),
            "llm_rating": pl.when(name == "rated").then("llm_rating"),
            "received_at": received_at,
            "event_date": event_time.dt.convert_time_zone(self.zone.key).dt.date(),
        }

    def _event_rules(self, rule: Rule) -> Rules:
        event_time, name = pl.col("event_time"), pl.col("event_name")
        is_written = self.fields.is_written(self._time(rule))
        yield "missing event_time", event_time.is_null() & ~is_written
        yield "unparseable event_time", event_time.is_null()
        yield "event_time before 1990", event_time < EARLIEST
        yield "event_time in the future", event_time > self.now + LATEST
        for column in EVENTS.columns:
            if column.name in _RULED:
                yield from column.rules()
        yield "missing feature", (name == "feature_used") & pl.col("feature").is_null()
        yield from self._number_rules(rule)
        yield "missing llm_rating", (name == "rated") & pl.col("llm_rating").is_null()
        yield "unparseable received_at", pl.col("received_at").is_null()

    def _number_rules(self, rule: Rule) -> Rules:
        duration = rule.engagement_seconds or self.mapping.engagement_seconds
        rating = rule.llm_rating or self.mapping.llm_rating
        if duration is not None:
            is_used = pl.col("event_name") == "feature_used"
            is_lost = self.fields.text(duration.column).is_not_null() & pl.col("engagement_seconds").is_null()
            yield "engagement_seconds is not a number", is_used & is_lost
        if rating is not None:
            is_lost = self.fields.value(rating).is_not_null() & pl.col("llm_rating").is_null()
            yield "llm_rating is not a whole number", (pl.col("event_name") == "rated") & is_lost

    def _is_ignored(self) -> pl.Expr:
        return pl.any_horizontal(
            self.source.is_blank, *(self.fields.holds(condition) for condition in self.mapping.ignore)
        )

    def _time(self, rule: Rule) -> Time:
        time = rule.time or self.mapping.time
        assert time is not None, "the mapping has checked that every rule has a time"
        return time


def reasons(rules: Rules) -> Iterator[pl.Expr]:
    """Per rule an expression: its reason where it is broken, else null."""
    return (pl.when(broken).then(pl.lit(reason)) for reason, broken in rules)


def stage(reading: Reading, target: Path) -> Source:
    """Write a file's staged rows as Parquet, in bounded memory.

    Returns:
        The source, with its surplus fields where it has rows wider than the header.

    Raises:
        AnalyticsError: the mapping does not fit the file, or the file cannot be read to its end.
    """
    reading.check()
    with readable(reading.source.path):
        try:
            _write(reading, target)
        except ComputeError as error:
            if "more fields" not in str(error):
                raise
            surplus = surplus_rows(reading.source)
            reading = replace(reading, source=replace(reading.source, surplus=surplus))
            _write(reading, target)
    return reading.source


def _write(reading: Reading, target: Path) -> None:
    reading.staged().sink_parquet(target, row_group_size=ROWS_PER_GROUP, engine="streaming")
