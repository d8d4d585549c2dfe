"""Guesses at what columns of an unknown log hold, from their names and a sample of their values."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from analytics_platform.errors import AnalyticsError
from analytics_platform.ingest.fields import Fields
from analytics_platform.ingest.sources import Source
from analytics_platform.ingest.times import instants

SAMPLE_ROWS = 100_000
CATEGORIES = 200
NEARLY_ALL = 0.95

TIME_FORMATS = (
    "iso",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %I:%M %p",
    "%d/%m/%y, %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
)
EPOCH_RANGES = {"epoch_s": 1.0, "epoch_ms": 1e3, "epoch_us": 1e6}
PLAUSIBLE_SECONDS = (631_152_000, 4_102_444_800)  # 1990 to 2100

TIME_NAMES = (
    r"event_?time|occurred|happened",
    r"^ts$|timestamp|^time$|^datetime$",
    r"(^|_)(ts|at|time|date)(_|$)",
)
USER_NAMES = (
    r"^user_?id$|^uid$",
    r"user|student|learner",
    r"member|person|customer|actor|account|visitor|profile",
)
EVENT_NAMES = (r"^event(_?name|_?type)?$", r"event|action|verb", r"activity|operation")
FEATURE_NAMES = (r"feature", r"component|module|tool|target|object", r"type|category|screen|page")
EVENT_ID_NAMES = (r"^event_?(id|uuid)$", r"^(id|uuid|guid)$", r"message_?id|insert_?id|request_?id")


@dataclass(frozen=True)
class Profile:
    """A column and a sample of its values as texts."""

    name: str
    dtype: pl.DataType
    texts: pl.Series

    @cached_property
    def values(self) -> pl.Series:
        """Values that are there."""
        return self.texts.drop_nulls()

    @cached_property
    def counts(self) -> dict[str, int]:
        """Rows by value, the most frequent first."""
        return dict(self.values.value_counts(sort=True).iter_rows())

    @cached_property
    def numbers(self) -> pl.Series:
        """Values that are numbers."""
        return self.values.cast(pl.Float64, strict=False).drop_nulls()

    @property
    def is_numeric(self) -> bool:
        return len(self.values) > 0 and len(self.numbers) == len(self.values)

    @property
    def is_categorical(self) -> bool:
        """Whether few texts recur."""
        return not self.is_numeric and 0 < len(self.counts) <= min(CATEGORIES, max(2, len(self.values) // 2))

    @property
    def is_unique(self) -> bool:
        return len(self.counts) == len(self.texts) > 1

    @cached_property
    def time_format(self) -> str | None:
        """How its times are written; None: it holds none."""
        if self.dtype.is_temporal():
            return "auto"
        if self.is_numeric:
            scales = (name for name, scale in EPOCH_RANGES.items() if self._is_between(scale))
            return next(scales, None)
        return next((written for written in TIME_FORMATS if self._reads_as(written)), None)

    def _is_between(self, scale: float) -> bool:
        low, high = (bound * scale for bound in PLAUSIBLE_SECONDS)
        return bool(self.numbers.is_between(low, high).all())

    def _reads_as(self, written: str) -> bool:
        if self.values.is_empty():
            return False
        times = instants(pl.col("text"), pl.String(), written, "UTC")
        share = self.values.alias("text").to_frame().select(times.is_not_null().mean()).item()
        return share >= NEARLY_ALL


def profiles(source: Source) -> list[Profile]:
    """All columns of a file with a sample of its first rows."""
    fields = Fields(source, "UTC")
    texts = source.rows().head(SAMPLE_ROWS).select(fields.text(name).alias(name) for name in source.schema)
    try:
        sample = texts.collect()
    except pl.exceptions.PolarsError as error:
        said = str(error).strip().splitlines()[0]
        raise AnalyticsError(
            f"{source.path}: its first rows cannot be sampled ({said}): mend or remove that row, or write "
            "the mapping by hand (docs/ingest.md); `ingest` itself quarantines such rows."
        ) from None
    return [Profile(name, dtype, sample[name]) for name, dtype in source.schema.items()]


def best(columns: Iterable[Profile], patterns: Iterable[str]) -> Profile | None:
    """The column whose name matches the earliest pattern; None: no name matches any."""
    columns = list(columns)
    matches = (c for pattern in patterns for c in columns if re.search(pattern, c.name.lower()))
    return next(matches, None)


def meaning_of(text: str, words: Mapping[str, str]) -> str | None:
    """The meaning of the first word (a pattern) that occurs in a text; `quizStarted` holds quiz."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).replace("_", " ").lower()
    found = (meaning for word, meaning in words.items() if re.search(word, f"{spaced} {text.lower()}"))
    return next(found, None)


def meanings(column: Profile, words: Mapping[str, str]) -> dict[str, str]:
    """Values of a column that a word gives a meaning, the most frequent first."""
    pairs = ((value, meaning_of(value, words)) for value in column.counts)
    return {value: meaning for value, meaning in pairs if meaning}


def coverage(column: Profile, words: Mapping[str, str]) -> float:
    """Share of a column's values that a word gives a meaning."""
    return sum(column.counts[value] for value in meanings(column, words)) / max(1, len(column.values))
