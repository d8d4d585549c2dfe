"""What changed, from rows of `behaviour.metric_changes` to words, tables and rows of a forest plot."""

from collections.abc import Sequence
from datetime import timedelta

import polars as pl

from analytics_platform.metrics import METRICS
from dashboards import forest
from dashboards.formats import difference, lift_range, long_day, number, short_day
from dashboards.reader import Row
from dashboards.vocabulary import count, in_words

CHANGES = "behaviour.metric_changes"
WEEK = "Last 7 days"
DIMENSIONS = {
    "Role": "role",
    "Platform": "platform",
    "Country": "country",
    "Plan": "plan",
    "Channel": "acquisition_channel",
    "Lifecycle": "state",
}
SEGMENTS = {
    "role": "{}s",
    "platform": "{} users",
    "country": "users in {}",
    "plan": "users on the {} plan",
    "acquisition_channel": "users who came by {}",
    "state": "{} users",
}
FIRST = ("dau", "events", "engagement_seconds", "new_users")
"""Metrics that stand for a week or a day when several moved."""


def totals(rows: Sequence[Row], comparison: str) -> list[Row]:
    """Rows of whole metrics in one kind of comparison."""
    return [
        row
        for row in rows
        if row["comparison"] == comparison and row["dimension"] == "overall" and row["component"] == "total"
    ]


def headline(week: Sequence[Row]) -> str:
    """The telling move of the week that is least likely noise, and whose it is.

    Args:
        week: whole metrics of the last week.
    """
    notable = [row for row in week if row["is_notable"]]
    if not week:
        return "Too few days of data to compare two weeks"
    if not notable:
        return "Nothing moved beyond noise in the last seven days"
    row = lead(week)
    metric = METRICS[row["metric"]]
    verb = "rose" if row["contribution"] > 0 else "fell"
    moved = difference(row["before_value"], row["after_value"], metric.unit).lstrip("+-")
    value = number(row["after_value"], metric.unit) + ("" if metric.is_ratio else " a day")
    return f"{metric.label} {verb} {moved} to {value}{_driver(row)}"


def lead(week: Sequence[Row]) -> Row:
    """The metric that stands for a week: of the telling ones that moved, the one least likely noise."""
    notable = [row for row in week if row["is_notable"]] or list(week)
    return max([row for row in notable if row["metric"] in FIRST] or notable, key=_strength)


def _strength(row: Row) -> float:
    """The change over the half-width of its interval."""
    if row["contribution_low"] is None:
        return 0.0
    reach = (row["contribution_high"] - row["contribution_low"]) / 2
    return abs(row["contribution"]) / reach if reach else 0.0


def _driver(row: Row) -> str:
    if not row["driver_segment"]:
        return ", in all segments alike"
    return f", most unlike the others: {segment_name(row['driver_dimension'], row['driver_segment'])}"


def segment_name(dimension: str, segment: str) -> str:
    """Such as `students` or `users in DE`."""
    return SEGMENTS[dimension].format(segment.replace("_", " "))


def subtitle(week: Sequence[Row]) -> str:
    """Metric, window and population of the comparison of weeks."""
    last_day = max(row["as_of_date"] for row in week)
    middle = last_day - timedelta(days=7)
    moved = sum(bool(row["is_notable"]) for row in week)
    return (
        f"{short_day(middle + timedelta(days=1))} to {long_day(last_day)} against the 7 days before, means "
        f"per day, all users · {moved} of {count(len(week), 'metric')} moved beyond noise · 95 % intervals, "
        "people of one class counted as one"
    )


def tone(row: Row, change: float, *, is_notable: bool) -> forest.Tone:
    """Colour of a change: by which way is good, grey where it is noise."""
    good = METRICS[row["metric"]].direction
    if not is_notable or not change:
        return "noise"
    if good == "neutral":
        return "moved"
    return "good" if (change > 0) == (good == "up") else "bad"


def metric_rows(week: Sequence[Row]) -> list[forest.Row]:
    """Every metric's relative change, the largest first; those of too few people last, without interval."""
    known = [row for row in week if row["contribution_low"] is not None]
    ordered = sorted(known, key=lambda row: -abs(row["relative_contribution"] or 0.0))
    ordered += [row for row in week if row["contribution_low"] is None]
    return [_metric_row(row) for row in ordered]


def _metric_row(row: Row) -> forest.Row:
    label, base = METRICS[row["metric"]].label, row["before_value"]
    if row["contribution_low"] is None or not base:
        return forest.Row(label, f"too few people (n = {row['users'] or 0:,})", hover=row["sentence"])
    change, low, high = (
        row[name] / base for name in ("contribution", "contribution_low", "contribution_high")
    )
    return forest.Row(
        label,
        lift_range(change, low, high),
        tone(row, change, is_notable=bool(row["is_notable"])),
        forest.Interval(change, low, high),
        hover=row["sentence"],
    )


def dimensions_of(rows: Sequence[Row]) -> list[str]:
    """Labels of the dimensions by which a metric was taken apart."""
    held = {row["dimension"] for row in rows}
    return [label for label, name in DIMENSIONS.items() if name in held]


def scale_of(total: Row) -> float:
    """What contributions are divided by to be drawn: 1 for shares (points), else the earlier value."""
    return 1.0 if METRICS[total["metric"]].unit == "share" else total["before_value"] or 1.0


def segment_rows(rows: Sequence[Row], total: Row, dimension: str) -> list[forest.Row]:
    """Contributions of the segments of a dimension, the largest first.

    Of a count a dot is the segment's part of the change and a triangle how much of it moving like everybody
    does not give; of a ratio the dot is what its own rate did and the triangle what its share did. Colour
    only where the dot's adjusted interval excludes zero.

    Args:
        rows: of one metric in one comparison.
        total: its row of everybody.
        dimension: which.
    """
    is_ratio = METRICS[total["metric"]].is_ratio
    dot, triangle = ("rate", "mix") if is_ratio else ("total", "excess")
    own: dict[str, dict[str, Row]] = {}
    for row in rows:
        if row["dimension"] == dimension:
            own.setdefault(row["segment"], {})[row["component"]] = row
    ordered = sorted(own.items(), key=lambda item: -abs(item[1]["total"]["contribution"]))
    scale = scale_of(total)
    return [
        _segment_row(segment, parts[dot], parts.get(triangle), scale)
        for segment, parts in ordered
        if dot in parts
    ]


def _segment_row(segment: str, row: Row, other: Row | None, scale: float) -> forest.Row:
    is_share = METRICS[row["metric"]].unit == "share"
    text = _change(row, scale, is_share=is_share)
    said = [row["sentence"], *([other["sentence"]] if other else [])]
    return forest.Row(
        in_words(segment) if segment.islower() else segment,
        text,
        tone(row, row["contribution"], is_notable=bool(row["is_notable"])),
        _interval(row, scale),
        _interval(other, scale) if other else None,
        hover="<br>".join(said),
    )


def _interval(row: Row, scale: float) -> forest.Interval | None:
    if row["contribution_low"] is None:
        return None
    return forest.Interval(*(row[f"contribution{end}"] / scale for end in ("", "_low", "_high")))


def _change(row: Row, scale: float, *, is_share: bool) -> str:
    if row["contribution_low"] is None:
        return f"too few people (n = {row['users'] or 0:,})"
    if not is_share:
        return lift_range(*(row[f"contribution{end}"] / scale for end in ("", "_low", "_high")))
    value, low, high = (100 * row[f"contribution{end}"] for end in ("", "_low", "_high"))
    return f"{value:+.1f} pp ({low:+.1f} to {high:+.1f})"


def guide(total: Row) -> str:
    """How to read the contributions of a metric."""
    unit = (
        "points" if METRICS[total["metric"]].unit == "share" else "percent of the earlier value of everybody"
    )
    if METRICS[total["metric"]].is_ratio:
        return (
            f"Part of the change in {unit}: ● the segment's own rate moved, ▲ its share of the whole did; "
            "all of a dimension add up to the change"
        )
    return (
        f"Part of the change in {unit}: ● the segment's part, which add up to the change, "
        "▲ what of it moving like everybody does not give"
    )


def splits(rows: Sequence[Row]) -> list[str]:
    """What numerator and denominator, or people and what each did, made of the change."""
    parts = ("numerator", "denominator", "users", "per_user")
    return [row["sentence"] for part in parts for row in rows if row["component"] == part]


def as_frame(rows: Sequence[Row]) -> pl.DataFrame:
    """Rows for download."""
    return pl.DataFrame(list(rows), infer_schema_length=None)


def ranked(chosen: Sequence[Row]) -> list[Row]:
    """Whole metrics in the order of a list: the one that stands for all, then those that moved."""
    first = lead(chosen)
    others = [row for row in chosen if row is not first]
    names = list(METRICS)
    return [first, *sorted(others, key=lambda row: (not row["is_notable"], names.index(row["metric"])))]


def default_dimension(total: Row, dimensions: Sequence[str]) -> str:
    """The dimension of the segment that moved most unlike the others, else the first."""
    driven = [label for label in dimensions if DIMENSIONS[label] == total["driver_dimension"]]
    return (driven or list(dimensions))[0]
