"""Times of a log as instants: expressions that yield UTC microseconds, null where a text is no time."""

import polars as pl

from analytics_platform.ingest.mapping import EPOCHS

NAIVE = pl.Datetime("us")

ISO = (
    r"^(?<day>\d{4}-\d{2}-\d{2})"
    r"(?:[T ](?<minute>\d{2}:\d{2})(?<second>:\d{2})?(?:[.,](?<fraction>\d{1,9}))?)?"
    r" ?(?<zone>Z|z|UTC|[+-]\d{2}(?::?\d{2})?)?$"
)
LAST_EPOCH_SECOND = 253_402_300_799


def instants(value: pl.Expr, dtype: pl.DataType, written: str, zone: str) -> pl.Expr:
    """Parse times.

    Args:
        value: the times as the log holds them.
        dtype: their type.
        written: `auto`, `iso`, `epoch_s`, `epoch_ms`, `epoch_us` or a strptime pattern.
        zone: of times that state none. An hour that occurs twice means its first occurrence; one that
            a change of clocks skips yields null.

    Returns:
        UTC instants; null where there is no time or it cannot be read.
    """
    if isinstance(dtype, pl.Datetime) and dtype.time_zone is not None:
        return value.dt.convert_time_zone("UTC").dt.cast_time_unit("us")
    if isinstance(dtype, pl.Datetime | pl.Date):
        return localised(value.cast(NAIVE), zone)
    if written in EPOCHS:
        return _from_epoch(value, EPOCHS[written])
    text = value.cast(pl.String).str.strip_chars()
    if written in {"auto", "iso"}:
        return _from_iso(text, zone)
    parsed = text.str.to_datetime(written, time_unit="us", strict=False)
    return parsed.dt.convert_time_zone("UTC") if "z" in _directives(written) else localised(parsed, zone)


def with_days(instant: pl.Expr, days: pl.Expr, zone: str) -> pl.Expr:
    """The same time of day in a zone, so many days later (earlier where negative)."""
    local = instant.dt.convert_time_zone(zone).dt.replace_time_zone(None)
    return localised(local + pl.duration(days=days), zone)


def localised(naive: pl.Expr, zone: str) -> pl.Expr:
    """Naive times as instants of a zone; see `instants` for hours that occur twice or never."""
    aware = naive.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return aware.dt.convert_time_zone("UTC")


def _from_epoch(value: pl.Expr, microseconds: int) -> pl.Expr:
    """Exact for whole numbers (products stay below 2^53), rounded to the microsecond for fractions."""
    elapsed = (value.cast(pl.Float64, strict=False) * microseconds).round()
    is_sane = elapsed.abs() <= LAST_EPOCH_SECOND * 1_000_000
    return pl.when(is_sane).then(elapsed).cast(pl.Int64).cast(NAIVE).dt.replace_time_zone("UTC")


def _from_iso(text: pl.Expr, zone: str) -> pl.Expr:
    """Taken apart once a batch: as one expression the pattern would run for every part."""

    def parsed(texts: pl.Series) -> pl.Series:
        return texts.str.extract_groups(ISO).struct.unnest().select(_assembled(zone)).to_series()

    return text.map_batches(parsed, return_dtype=pl.Datetime("us", "UTC"), is_elementwise=True)


def _assembled(zone: str) -> pl.Expr:
    minute, second = pl.col("minute").fill_null("00:00"), pl.col("second").fill_null(":00")
    written = pl.concat_str("day", pl.lit("T"), minute, second)
    fraction = pl.col("fraction").fill_null("").str.pad_end(6, "0").str.slice(0, 6).cast(pl.Int64)
    naive = written.str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="us", strict=False)
    naive = naive + pl.duration(microseconds=fraction)
    shifted = (naive - _offset(pl.col("zone"))).dt.replace_time_zone("UTC")
    return pl.when(pl.col("zone").is_null()).then(localised(naive, zone)).otherwise(shifted)


def _offset(zone: pl.Expr) -> pl.Expr:
    digits = zone.str.replace_all(r"\D", "").str.pad_end(4, "0")
    minutes = digits.str.slice(0, 2).cast(pl.Int64) * 60 + digits.str.slice(2, 2).cast(pl.Int64)
    return pl.duration(minutes=pl.when(zone.str.starts_with("-")).then(-minutes).otherwise(minutes))


def _directives(pattern: str) -> set[str]:
    """Letters that follow a per cent sign, past flags such as `:` and `#`."""
    directives = (part.lstrip(":#-_0.")[:1] for part in pattern.replace("%%", "").split("%")[1:])
    return set(directives)
