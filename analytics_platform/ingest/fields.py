"""Parts of the mapping as expressions over one file's rows."""

from dataclasses import dataclass
from functools import partial

import polars as pl

from analytics_platform.ingest.identifiers import identifiers
from analytics_platform.ingest.mapping import (
    SEPARATOR,
    UNITS,
    Columns,
    Condition,
    Duration,
    Requirement,
    Time,
    Value,
)
from analytics_platform.ingest.sources import Source
from analytics_platform.ingest.times import instants, with_days


@dataclass(frozen=True)
class Fields:
    """What the mapping calls columns, values, times and conditions, over `source.rows()`.

    Attributes:
        source: the file.
        zone: of times that state none.
    """

    source: Source
    zone: str

    def instant(self, time: Time) -> pl.Expr:
        """UTC instants; null where there is no time or it cannot be read."""
        zone = time.zone or self.zone
        if time.columns:
            instant = instants(self.joined(time, " "), pl.String(), time.format, zone)
        else:
            column = time.sources[0]
            instant = instants(self.source.value(column), self.source.dtype(column), time.format, zone)
        if time.plus_days is None:
            return instant
        days = self.text(time.plus_days).cast(pl.Float64, strict=False)
        return with_days(instant, pl.when(days == days.floor()).then(days.cast(pl.Int64, strict=False)), zone)

    def is_written(self, time: Time) -> pl.Expr:
        """Whether a row holds everything that its time is made of."""
        names = time.sources if time.plus_days is None else (*time.sources, time.plus_days)
        return pl.all_horizontal(self.text(name).is_not_null() for name in names)

    def text(self, column: str) -> pl.Expr:
        """A column as text without blanks around it; null where nothing is left."""
        value, dtype = self.source.value(column), self.source.dtype(column)
        if dtype.is_float():
            number = value.fill_nan(None)
            whole = number.cast(pl.Int64, strict=False)
            return pl.when(number == whole).then(whole.cast(pl.String)).otherwise(number.cast(pl.String))
        text = value.cast(pl.String, strict=False).str.strip_chars()
        return pl.when(text != "").then(text)

    def joined(self, columns: Columns | Value, separator: str = SEPARATOR) -> pl.Expr:
        """The texts of several columns as one; null where one of them is."""
        return pl.concat_str([self.text(name) for name in columns.sources], separator=separator)

    def identifier(self, columns: Columns | None) -> pl.Expr:
        """Int64; see `identifiers`."""
        if columns is None:
            return pl.lit(None, dtype=pl.Int64)
        return identifiers(self.joined(columns))

    def value(self, value: Value | None) -> pl.Expr:
        """The text that a value comes to; null where neither the log nor the mapping gives one."""
        if value is None:
            return pl.lit(None, dtype=pl.String)
        if value.constant is not None:
            return pl.lit(value.constant)
        text = self.joined(value)
        if not value.values:
            return text
        return text.map_batches(partial(_translated, value), return_dtype=pl.String, is_elementwise=True)

    def seconds(self, duration: Duration | None) -> pl.Expr:
        """Seconds, kept to 1/64; null where the text is no number."""
        if duration is None:
            return pl.lit(None, dtype=pl.Float64)
        seconds = self.text(duration.column).cast(pl.Float64, strict=False) * UNITS[duration.unit]
        # Negative ones stay as they are, for the contract to refuse: rounding would hide the small.
        return pl.when(seconds < 0).then(seconds).otherwise((seconds * 64).round() / 64)

    def stars(self, value: Value | None) -> pl.Expr:
        """Whole numbers; null where the text is none."""
        if value is None:
            return pl.lit(None, dtype=pl.Int64)
        stars = self.value(value).cast(pl.Float64, strict=False)
        return pl.when(stars == stars.floor()).then(stars.cast(pl.Int64, strict=False))

    def holds(self, condition: Condition) -> pl.Expr:
        """Whether a row meets every requirement; never null."""
        tests = [self._meets(column, requirement) for column, requirement in condition.items()]
        return pl.all_horizontal(pl.lit(value=True), *tests)

    def _meets(self, column: str, requirement: Requirement) -> pl.Expr:
        text = self.text(column)
        if requirement.present is not None:
            return text.is_not_null() if requirement.present else text.is_null()
        if requirement.is_in:
            return text.is_in(list(requirement.is_in)).fill_null(value=False)
        return ~text.is_in(list(requirement.not_in)).fill_null(value=False)


def _translated(value: Value, texts: pl.Series) -> pl.Series:
    """By batches: as an expression `replace` would hold the whole column in memory."""
    old, new = list(value.values), list(value.values.values())
    if value.otherwise is None:
        return texts.replace(old, new)
    return texts.replace_strict(old, new, default=value.otherwise, return_dtype=pl.String)
