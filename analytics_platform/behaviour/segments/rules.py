"""Segments by rule: lifecycle state, and recency, frequency and depth (RFM).

Sources: Duolingo's growth model (Gustafson 2023) for the states; Hughes (1994), Strategic database marketing,
for RFM. Cut points are days and active days of the last 56, the same at every date, so that a person moves
between segments by what the person does.
"""

import polars as pl

from analytics_platform.behaviour.segments.features import WINDOW_DAYS

GONE = "gone"
"""Not active within the last 56 days."""
LIFECYCLE_SEGMENTS = (
    "new",
    "current",
    "reactivated",
    "resurrected",
    "at_risk_wau",
    "at_risk_mau",
    "dormant",
    "never_active",
)
RFM_SEGMENTS = ("champions", "loyal", "promising", "occasional", "at_risk", "hibernating", GONE)

WEEK_DAYS, MONTH_DAYS = 7, 28
RECENT_DAYS = 14
OFTEN_DAYS, SOMETIMES_DAYS = 8, 4
DEEP_SHARE = 0.6
"""Champions give more attention than so large a share of active people, or pay."""


def lifecycle() -> pl.Expr:
    """State of the day, as `activity.users` has it on the last one."""
    idle, earlier = pl.col("idle_days"), pl.col("earlier_days")
    return (
        pl.when(idle.is_null())
        .then(pl.lit("never_active"))
        .when(pl.col("age_days") == 0)
        .then(pl.lit("new"))
        .when((idle == 0) & (earlier < WEEK_DAYS))
        .then(pl.lit("current"))
        .when((idle == 0) & (earlier < MONTH_DAYS))
        .then(pl.lit("reactivated"))
        .when(idle == 0)
        .then(pl.lit("resurrected"))
        .when(idle < WEEK_DAYS)
        .then(pl.lit("at_risk_wau"))
        .when(idle < MONTH_DAYS)
        .then(pl.lit("at_risk_mau"))
        .otherwise(pl.lit("dormant"))
    )


def deep_seconds(people: pl.DataFrame) -> float:
    """Attention in the window (s) beyond which a person counts as deep."""
    active = people.filter(pl.col("active_days") > 0)["engagement_seconds"]
    return float(active.quantile(DEEP_SHARE, "linear") or 0.0)


def rfm(deep: float) -> pl.Expr:
    """Segment by days since the last visit, active days of the last 56, and attention or payment.

    champions: seen within 14 days, on 8 days or more, deep or paying; loyal: the same, neither deep nor
    paying, or on 4 to 7 days; promising: seen within 14 days, on fewer, and known for 28 days at most;
    occasional: the same, known for longer; at_risk: not seen for 14 days, but on 4 days or more before;
    hibernating: on fewer; gone: not seen for 56 days.

    Args:
        deep: as `deep_seconds` of the last date, so that one cut holds at every date.
    """
    idle, days = pl.col("idle_days"), pl.col("active_days")
    is_recent = idle < RECENT_DAYS
    is_deep = (pl.col("engagement_seconds") > deep) | (pl.col("is_paying") == 1)
    return (
        pl.when(idle.is_null() | (idle >= WINDOW_DAYS))
        .then(pl.lit(GONE))
        .when(is_recent & (days >= OFTEN_DAYS) & is_deep)
        .then(pl.lit("champions"))
        .when(is_recent & (days >= SOMETIMES_DAYS))
        .then(pl.lit("loyal"))
        .when(is_recent & (pl.col("age_days") < MONTH_DAYS))
        .then(pl.lit("promising"))
        .when(is_recent)
        .then(pl.lit("occasional"))
        .when(days >= SOMETIMES_DAYS)
        .then(pl.lit("at_risk"))
        .otherwise(pl.lit("hibernating"))
    )
