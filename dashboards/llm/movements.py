"""What ratings and latency did lately, in words: the last four weeks of data against the four before."""

from datetime import timedelta

import polars as pl

from dashboards.formats import number
from dashboards.llm.daily_lines import Line, days_of
from dashboards.llm.periods import DAYS, level

PERCENTILES = {"p50": "latency_p50_ms", "p95": "latency_p95_ms", "p99": "latency_p99_ms"}


def ratings(rows: pl.DataFrame) -> str:
    """The mean rating of the last four weeks, by segment where there are several."""
    _, last = days_of(rows)
    summed = rows.with_columns(stars=pl.col("rating_mean") * pl.col("ratings"))
    found = []
    for (name,), own in summed.group_by("segment"):
        one = level(own, "stars", "ratings", last)
        if one is not None:
            found.append((one.value, one, str(name)))
    if not found:
        return "Too few days with ratings in the last four weeks"
    told = sorted(found, key=lambda each: (-each[0], each[2]))
    parts = [
        f"{number(one.value, 'stars')} ± {one.reach:.2f} {'' if name == 'all' else f'for {name}'}".strip()
        for _, one, name in ((told[0], told[-1]) if len(told) > 1 else told)
    ]
    if len(parts) == 1:
        return f"Stars in the last four weeks: {parts[0]}"
    return f"Stars in the last four weeks: highest {parts[0]}, lowest {parts[1]}"


def latency(quality: pl.DataFrame) -> str:
    """The slow calls of the last four weeks, beside the four before."""
    _, last = days_of(quality)
    rows = quality.with_columns(one=pl.lit(1.0))
    now, before = (level(rows, PERCENTILES["p95"], "one", day) for day in (last, last - timedelta(days=DAYS)))
    if now is None:
        return "Too few days to tell how long answers take"
    said = f"One call in twenty takes longer than {now.value / 1000:.1f} s"
    if before is None:
        return said
    change = now.value / before.value - 1
    is_noise = abs(now.value - before.value) <= now.reach + before.reach
    noise = ", no more than days differ" if is_noise else ""
    return f"{said}, {100 * change:+.0f}% on the four weeks before{noise}"


def latency_lines(quality: pl.DataFrame) -> list[Line]:
    """A line a percentile; none without latencies."""
    if quality.is_empty() or not quality["latency_p50_ms"].count():
        return []
    days = quality.sort("event_date").upsample("event_date", every="1d")
    return [
        Line(name, days["event_date"].to_list(), days[column].to_list())
        for name, column in PERCENTILES.items()
    ]
