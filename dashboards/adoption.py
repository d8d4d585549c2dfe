"""Feature adoption by role over the last seven days, as dots with intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from dashboards.charts import Dot
from dashboards.comparisons import share_interval
from dashboards.formats import listed, long_day, percent, short_day
from dashboards.series import WEEK

ALL_ROLES = "all"
SERIES = {"student": "students", "teacher": "teachers"}


@dataclass(frozen=True)
class Share:
    """A daily share of `behaviour.feature_adoption_daily`.

    Attributes:
        label: what it is called.
        definition: what it is, in one sentence.
        numerator: column counted.
        denominator: column that it is a share of.
        whose: the people of the denominator.
        verb: what the numerator does, for headlines.
        minimum_n: fewest people a day to show it for.
    """

    label: str
    definition: str
    numerator: str
    denominator: str
    whose: str
    verb: str
    minimum_n: int


SHARES = {
    "adoption_rate": Share(
        "Adoption",
        "Users of the feature among the active users of the role, a day",
        "users",
        "active_users",
        "active users",
        "use",
        30,
    ),
    "repeat_rate": Share(
        "Repeat use",
        "Users of the feature who had used it in the 28 days before, a day",
        "repeat_users",
        "users",
        "users of the feature",
        "come back to",
        30,
    ),
}


def week_of(adoption: pl.DataFrame, last_day: date) -> pl.DataFrame:
    """Rows of the seven days that end on a day."""
    if adoption.is_empty():
        return adoption
    first_day = last_day - timedelta(days=WEEK - 1)
    return adoption.filter(pl.col("event_date").is_between(first_day, last_day))


def dots(week: pl.DataFrame, share: Share) -> list[Dot]:
    """The share of each feature in each role, most used feature first.

    A week's share is the ratio of sums. Its interval is Wilson's on the people of an average day, as
    though the same ones came every day: wider than the user-days would give, never too narrow.
    """
    if week.is_empty():
        return []
    sums = week.group_by("feature", "role").agg(
        top=pl.col(share.numerator).sum(),
        bottom=pl.col(share.denominator).sum(),
        people=pl.col(share.denominator).mean(),
    )
    order = sums.filter(pl.col("role") == ALL_ROLES).sort(
        pl.col("top") / pl.col("bottom"), "feature", descending=[True, False], nulls_last=True
    )["feature"]
    by_cell = {(row["feature"], row["role"]): row for row in sums.iter_rows(named=True)}
    roles = [role for role in SERIES if any(row["bottom"] for cell, row in by_cell.items() if cell[1] == role)]
    cells = [(feature, role) for feature in order for role in roles if (feature, role) in by_cell]
    return [_dot(feature, role, by_cell[feature, role], share) for feature, role in cells]


def _dot(feature: str, role: str, row: dict[str, float], share: Share) -> Dot:
    n = row["people"] or 0.0
    if not row["bottom"] or n < share.minimum_n:
        return Dot(feature, SERIES[role], None, 0.0, 0.0, n)
    value = row["top"] / row["bottom"]
    return Dot(feature, SERIES[role], value, *share_interval(value, n), n)


def subtitle(share: Share, last_day: date) -> str:
    """Metric, unit, window and population."""
    first_day = last_day - timedelta(days=WEEK - 1)
    return (
        f"{share.label}: % of {share.whose} by role, a day, with 95% interval · "
        f"{short_day(first_day)} to {long_day(last_day)}"
    )


def finding(shown: Sequence[Dot], share: Share) -> str:
    """The headline: the leading feature of each role, where its lead is clear."""
    leads = [lead for name in dict.fromkeys(dot.series for dot in shown) if (lead := _lead(shown, name, share))]
    if not leads:
        return f"{share.label}: too few active users in the last seven days"
    text = "; ".join(leads)
    return text[:1].upper() + text[1:]


def _lead(shown: Sequence[Dot], name: str, share: Share) -> str | None:
    known = [(dot.share, dot) for dot in shown if dot.series == name and dot.share is not None]
    if not known:
        return None
    top, first = max(known, key=lambda pair: pair[0])
    tied = [dot.row for _, dot in known if dot is not first and dot.high >= first.low]
    if tied:
        return f"{name} {share.verb} {listed([first.row, *tied])} about alike"
    return f"{name} {share.verb} {first.row} most ({percent(top)})"


def as_rows(shown: Sequence[Dot]) -> pl.DataFrame:
    """The dots as a table for download."""
    columns = ("feature", "role", "share", "low_95", "high_95", "n_a_day")
    rows = [(dot.row, dot.series, dot.share, dot.low, dot.high, dot.n) for dot in shown]
    return pl.DataFrame(rows, schema=dict(zip(columns, (pl.String, pl.String, *[pl.Float64] * 4), strict=True)), orient="row")
