"""An effect as a page tells it: from a row of a table to a row of a forest plot and its words."""

from collections.abc import Sequence

import polars as pl

from dashboards.forest import Interval, Row, Tone
from dashboards.formats import lift_range, number, p_value
from dashboards.reader import Row as Record
from dashboards.vocabulary import direction, unit


def interval_of(row: Record, prefix: str = "relative") -> Interval | None:
    """The relative effect of a row (shares); None unless estimate and both ends are known."""
    name = "relative_effect" if prefix == "relative" else f"{prefix}_relative_effect"
    estimate, low, high = row[name], row[f"{prefix}_low"], row[f"{prefix}_high"]
    return None if estimate is None or low is None or high is None else Interval(estimate, low, high)


def is_beyond_noise(row: Record) -> bool:
    """Whether zero is excluded: by the adjusted p-value, else the p-value, else the interval."""
    p = next((row[name] for name in ("adjusted_p_value", "p_value") if row.get(name) is not None), None)
    if p is not None:
        return p < (row.get("alpha") or 0.05)
    low, high = row["effect_low"], row["effect_high"]
    return low is not None and high is not None and not low <= 0 <= high


def tone(row: Record, metric: str) -> Tone:
    """Good or bad where zero is excluded, by the metric's direction; `moved` where neither way is good."""
    effect, way = row["effect"], direction(metric)
    if effect is None or not is_beyond_noise(row):
        return "noise"
    if way == "neutral":
        return "moved"
    return "good" if (effect > 0) == (way == "up") else "bad"


def words(row: Record) -> str:
    """Effect and interval: relative, else absolute, else that it cannot be estimated."""
    if row["relative_effect"] is not None:
        return lift_range(row["relative_effect"], row["relative_low"], row["relative_high"])
    if row["effect"] is not None:
        ends = [row["effect_low"], row["effect_high"]]
        scale = unit(row["metric"]) if "metric" in row else "ratio"
        texts = [signed(end, scale) for end in ends if end is not None]
        within = f" ({' to '.join(texts)})" if len(texts) == 2 else ""
        return f"{signed(row['effect'], scale)}{within} absolute"
    return "cannot be estimated"


def signed(value: float, scale: str) -> str:
    """A difference in the metric's unit with its sign; shares in points."""
    if scale == "share":
        return f"{100 * value:+.2f} pp"
    return f"{'+' if value >= 0 else '-'}{number(abs(value), scale)}"


def forest_row(row: Record, label: str, metric: str, after: str = "") -> Row:
    """A row of the plot; its colour says whether zero is excluded after adjustment."""
    detail = " · ".join(part for part in (label, words(row), n_words(row), p_words(row)) if part)
    return Row(
        label,
        " · ".join(part for part in (words(row), after) if part),
        tone(row, metric),
        interval_of(row),
        hover=detail,
    )


def n_words(row: Record, unit_name: str = "") -> str:
    """Units behind an effect, such as `n = 4,900 vs 5,012 in control`, with what they are if told."""
    control, treatment = row.get("control_units"), row.get("treatment_units")
    if control is None or treatment is None:
        return ""
    return f"n = {treatment:,} vs {control:,}{f' {unit_name}s' if unit_name else ''} in control"


def level(row: Record) -> str:
    """The level of a row's interval, such as `95%`."""
    return f"{100 * (1 - (row.get('alpha') or 0.05)):g}%"


def p_words(row: Record) -> str:
    """The p-value, and after adjustment where it was adjusted."""
    adjusted = p_value(row.get("adjusted_p_value"))
    return f"adjusted {adjusted}" if adjusted else p_value(row.get("p_value"))


def why_not(rows: Sequence[Record], name: str) -> list[str]:
    """A sentence for each row that cannot be estimated, after the column that names it."""
    return [f"{row[name]}: {reason_words(row['reason'])}" for row in rows if row.get("reason")]


def reason_words(reason: str) -> str:
    """`cannot be estimated because …`, whether or not the reason begins so."""
    reason = reason.rstrip(".")
    return f"{reason}." if reason.lower().startswith("cannot") else f"cannot be estimated because {reason}."


def as_frame(rows: Sequence[Record], columns: Sequence[str]) -> pl.DataFrame:
    """Some columns of rows as a table for download."""
    return pl.DataFrame([{name: row.get(name) for name in columns} for row in rows], infer_schema_length=None)
