"""Columns of `behaviour.metric_changes`."""

import pyarrow as pa

from analytics_platform.lakehouse.described import described

TABLE = "behaviour.metric_changes"
DESCRIPTION = (
    "One row per comparison, metric, dimension, segment and component: what moved, by how much, because of "
    "whom. The last week against the week before, unusual days against the same weekday of four weeks."
)
KEY = ("comparison", "as_of_date", "metric", "dimension", "segment", "component")

_TEXT, _NUMBER, _COUNT, _FLAG, _DATE = pa.string(), pa.float64(), pa.int64(), pa.bool_(), pa.date32()
_COLUMNS: dict[str, tuple[pa.DataType, str]] = {
    "comparison": (
        _TEXT,
        (
            "week (the 7 days up to as_of_date against the 7 before) or day (against the mean of the same "
            "weekday in the four weeks before)."
        ),
    ),
    "as_of_date": (_DATE, "Last day of the later period."),
    "metric": (_TEXT, "Name in the metric registry; counts are means per day."),
    "dimension": (_TEXT, "What people are divided by; overall for everybody."),
    "segment": (_TEXT, "Value of the dimension; all for overall, other for the smallest beyond twelve."),
    "component": (
        _TEXT,
        (
            "total; of a ratio by segment also mix and rate, which add up to it, and excess, what moved "
            "unlike all; overall numerator and denominator; of a count by segment also proportional and "
            "excess, which add up to it; overall users and per_user."
        ),
    ),
    "before_value": (
        _NUMBER,
        (
            "Earlier value of the metric in the segment; of mix the segment's share of the denominator, of "
            "a count's excess what moving like all would give, of numerator, denominator, users the count."
        ),
    ),
    "after_value": (_NUMBER, "The same in the later period."),
    "contribution": (_NUMBER, "Part of the change of the overall metric, in its unit."),
    "contribution_low": (_NUMBER, "Lower limit of its 95 % interval; null where people are too few."),
    "contribution_high": (_NUMBER, "Upper limit of it."),
    "relative_contribution": (_NUMBER, "Contribution over the overall metric before; null where that is 0."),
    "p_value": (
        _NUMBER,
        "Of no contribution, adjusted for the comparison's other rows (Benjamini-Hochberg).",
    ),
    "is_notable": (
        _FLAG,
        "Whether the adjusted p-value is below 0.05; null of days that are not taken apart.",
    ),
    "users": (_COUNT, "People of the segment that the metric is about, in either period."),
    "robust_z": (_NUMBER, "How unusual the day is, in robust deviations; total of overall and day alone."),
    "cause": (
        _TEXT,
        (
            "logging_gap, segment_shift, broad_shift, or continued: as on unusual days just before; total of "
            "overall alone, null where nothing is notable."
        ),
    ),
    "driver_dimension": (_TEXT, "Dimension of the segment that moved most unlike the others, if any did."),
    "driver_segment": (_TEXT, "That segment; total of overall alone."),
    "sentence": (_TEXT, "What the row says, in words."),
}
SCHEMA = described(_COLUMNS)
