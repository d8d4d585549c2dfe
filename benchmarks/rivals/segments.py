"""Segments by rule and contributions to a change in pandas and chdb.

The rivals do less than ours: features and rules at two dates but no k-means, and sums by segment of the last
week and the week before but no intervals, no retention and no unusual days.
"""
# Pandas declares a frame's selections as any of a dozen scalars.
# pyright: reportAttributeAccessIssue=false, reportArgumentType=false, reportCallIssue=false
# pyright: reportIndexIssue=false

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.contest import Source

if TYPE_CHECKING:
    import pandas as pd  # noqa: TID251

WINDOW_DAYS, DAYS_BETWEEN, WEEK_DAYS = 56, 28, 7
USES = ("summarize_uses", "quiz_uses", "explain_uses", "flashcards_uses", "chat_uses")
SUMS = ("sessions", "events", "engagement_seconds", *USES, "ratings")
DIMENSIONS = ("role", "platform", "country", "plan", "acquisition_channel")
COUNTS = (
    "sessions",
    "events",
    "engagement_seconds",
    "ratings",
    "rating_sum",
    "ratings_4_plus",
    "paywall_views",
    "trial_starts",
    "conversions",
    "renewals",
    "cancellations",
)

FEATURES = f"""
SELECT
  user_id,
  argMax(role, event_date) AS role,
  argMax(plan, event_date) AS plan,
  minIf(event_date, is_active) AS first_date,
  maxIf(event_date, is_active) AS last_date,
  countIf(is_active AND event_date > {{last_day:Date}} - {WINDOW_DAYS}) AS active_days,
  countIf(is_active AND toDayOfWeek(event_date) > 5 AND event_date > {{last_day:Date}} - {WINDOW_DAYS})
    AS weekend_days,
  {", ".join(f"sumIf({name}, event_date > {{last_day:Date}} - {WINDOW_DAYS}) AS {name}" for name in SUMS)}
FROM activity.user_days
GROUP BY user_id
"""  # noqa: S608


def segments(source: Source) -> int:
    """Everybody's lifecycle and RFM segment on the last day and 28 days before."""
    columns = ["user_id", "event_date", "is_active", "role", "plan", *SUMS]
    days = source.frame("activity.user_days", columns)
    last = days["event_date"].max()
    dates = (last, last - timedelta(days=DAYS_BETWEEN))
    return sum(2 * len(_placed(days[days["event_date"] <= date], date)) for date in dates)


def _placed(days: "pd.DataFrame", date: "pd.Timestamp") -> "pd.DataFrame":
    active = days[days["is_active"]]
    seen = active.groupby("user_id")["event_date"].agg(["min", "max"])
    recent = active[active["event_date"] > date - timedelta(days=WINDOW_DAYS)]
    sums = recent.groupby("user_id")[list(SUMS)].sum()
    sums["active_days"] = recent.groupby("user_id").size()
    profile = days.sort_values("event_date").groupby("user_id")[["role", "plan"]].last()
    people = profile.join(seen).join(sums)
    idle, often = (date - people["max"]).dt.days, people["active_days"].fillna(0)
    deep = people["engagement_seconds"].fillna(0) > sums["engagement_seconds"].quantile(0.6)
    people["lifecycle"] = np.select(
        [idle.isna(), people["min"] == date, idle == 0, idle < WEEK_DAYS, idle < DAYS_BETWEEN],
        ["never_active", "new", "current", "at_risk_wau", "at_risk_mau"],
        "dormant",
    )
    people["rfm"] = np.select(
        [idle.isna() | (idle >= WINDOW_DAYS), (idle < 14) & (often >= 8) & deep, (idle < 14) & (often >= 4),
         idle < 14, often >= 4],
        ["gone", "champions", "loyal", "occasional", "at_risk"],
        "hibernating",
    )  # fmt: skip
    return people


def contributions(source: Source) -> int:
    """Sums of every count by dimension and segment, the last week and the week before."""
    days = source.frame("activity.user_days", ["event_date", *DIMENSIONS, *COUNTS])
    last = days["event_date"].max()
    days = days[days["event_date"] > last - timedelta(days=2 * WEEK_DAYS)]
    days["is_after"] = days["event_date"] > last - timedelta(days=WEEK_DAYS)
    rows = 0
    for name in DIMENSIONS:
        sums = days.groupby([name, "is_after"], observed=True)[list(COUNTS)].sum()
        rows += sums.size // 2
    return rows
