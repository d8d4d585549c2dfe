"""Feature adoption by role over the last seven days, as dots with intervals."""

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from analytics_platform.metrics import Metric
from dashboards.comparisons import share_interval
from dashboards.dot_plots import Dot
from dashboards.formats import listed, long_day, percent, short_day
from dashboards.series import WEEK

ALL_ROLES = "all"
SERIES = {"student": "students", "teacher": "teachers"}


VERBS = {"adoption_rate": "use", "repeat_rate": "come back to"}
"""The shares shown, with what their people do, for headlines."""


def week_of(adoption: pl.DataFrame, last_day: date) -> pl.DataFrame:
    """Rows of the seven days that end on a day."""
    if adoption.is_empty():
        return adoption
    first_day = last_day - timedelta(days=WEEK - 1)
    return adoption.filter(pl.col("event_date").is_between(first_day, last_day))


def dots(week: pl.DataFrame, metric: Metric) -> list[Dot]:
    """The share of each feature in each role, most used feature first.

    A week's share is the ratio of sums, over n user-days. Its interval is Wilson's on the people of an
    average day, as though the same ones came every day: user-days of one person are not independent.
    """
    if week.is_empty():
        return []
    top, bottom = (pl.col(name) for name in metric.counts)
    sums = week.group_by("feature", "role").agg(top=top.sum(), bottom=bottom.sum(), people=bottom.mean())
    order = sums.filter(pl.col("role") == ALL_ROLES).sort(
        (pl.col("top") / pl.col("bottom")).fill_nan(None),
        "feature",
        descending=[True, False],
        nulls_last=True,
    )["feature"]
    by_cell = {(row["feature"], row["role"]): row for row in sums.iter_rows(named=True)}
    roles = [
        role for role in SERIES if any(row["bottom"] for cell, row in by_cell.items() if cell[1] == role)
    ]
    cells = [(feature, role) for feature in order for role in roles if (feature, role) in by_cell]
    return [_dot(feature, role, by_cell[feature, role], metric) for feature, role in cells]


def _dot(feature: str, role: str, row: dict[str, float], metric: Metric) -> Dot:
    n = row["bottom"] or 0.0
    if n < max(1, metric.minimum_n):
        return Dot(feature, SERIES[role], None, 0.0, 0.0, n)
    value = row["top"] / n
    return Dot(feature, SERIES[role], value, *share_interval(value, row["people"]), n)


def subtitle(metric: Metric, last_day: date) -> str:
    """Metric, unit, window and population."""
    first_day = last_day - timedelta(days=WEEK - 1)
    return (
        f"{metric.label} by role in %, 7-day ratio with its 95% interval · "
        f"{short_day(first_day)} to {long_day(last_day)}"
    )


def finding(shown: Sequence[Dot], metric: Metric) -> str:
    """The headline: the leading feature of each role, where it leads clearly or with at most two others."""
    known = [dot for dot in shown if dot.share is not None]
    if not known:
        return f"{metric.label}: too few active users in the last seven days"
    leads = [_lead(known, name, metric) for name in dict.fromkeys(dot.series for dot in known)]
    text = "; ".join(lead for lead in leads if lead) or f"{metric.label}: no feature clearly leads"
    return text[:1].upper() + text[1:]


def _lead(known: Sequence[Dot], name: str, metric: Metric) -> str | None:
    shares = [(dot.share or 0.0, dot) for dot in known if dot.series == name]
    top, first = max(shares, key=lambda pair: pair[0])
    tied = [dot.row for _, dot in shares if dot is not first and dot.high >= first.low]
    if len(tied) > 2:
        return None
    if tied:
        return f"{name} {VERBS[metric.name]} {listed([first.row, *tied])} about alike"
    return f"{name} {VERBS[metric.name]} {first.row} most ({percent(top)})"


def as_rows(shown: Sequence[Dot]) -> pl.DataFrame:
    """The dots as a table for download."""
    columns = ("feature", "role", "share", "low_95", "high_95", "user_days")
    rows = [(dot.row, dot.series, dot.share, dot.low, dot.high, dot.n) for dot in shown]
    return pl.DataFrame(
        rows, schema=dict(zip(columns, (pl.String, pl.String, *[pl.Float64] * 4), strict=True)), orient="row"
    )
