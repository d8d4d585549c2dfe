"""Every metric of the platform by name."""

from functools import partial

from analytics_platform.metrics.metric import Metric

USER_DAYS = "activity.user_days"
KPI_DAILY = "behaviour.kpi_daily"
FEATURE_ADOPTION_DAILY = "behaviour.feature_adoption_daily"

_metric = partial(Metric, owner="product analytics")
_count = partial(_metric, denominator=None, minimum_n=0)

_REACH = (
    _count(
        name="dau",
        label="Daily active users",
        unit="users",
        direction="up",
        numerator="dau",
        grain=KPI_DAILY,
        description="Users with at least one event other than billing on the day.",
    ),
    _count(
        name="wau",
        label="Weekly active users",
        unit="users",
        direction="up",
        numerator="wau",
        grain=KPI_DAILY,
        description="Distinct users active within the 7 days that end with the day.",
    ),
    _count(
        name="mau",
        label="Monthly active users",
        unit="users",
        direction="up",
        numerator="mau",
        grain=KPI_DAILY,
        description="Distinct users active within the 28 days that end with the day.",
    ),
    _metric(
        name="stickiness",
        label="Stickiness",
        unit="share",
        direction="up",
        numerator="dau",
        denominator="mau",
        grain=KPI_DAILY,
        minimum_n=100,
        description="Share of the monthly active users who are active on the day.",
    ),
    _count(
        name="new_users",
        label="New users",
        unit="users",
        direction="up",
        numerator="new_users",
        grain=KPI_DAILY,
        description="Users whose first active day this is.",
    ),
)

_DEPTH = (
    _count(
        name="sessions",
        label="Sessions",
        unit="sessions",
        direction="up",
        numerator="sessions",
        grain=USER_DAYS,
        description="Sessions of the day: the log's own, else events no more than 30 minutes apart.",
    ),
    _count(
        name="events",
        label="Feature uses",
        unit="uses",
        direction="up",
        numerator="events",
        grain=USER_DAYS,
        description="Uses of any feature.",
    ),
    _count(
        name="engagement_seconds",
        label="Engagement time",
        unit="seconds",
        direction="up",
        numerator="engagement_seconds",
        grain=USER_DAYS,
        description="Attention given to feature uses.",
    ),
    _metric(
        name="sessions_per_user",
        label="Sessions per user",
        unit="ratio",
        direction="up",
        numerator="sessions",
        denominator="dau",
        grain=KPI_DAILY,
        minimum_n=30,
        description="Sessions of the day for each user active on it.",
    ),
    _metric(
        name="events_per_session",
        label="Uses per session",
        unit="ratio",
        direction="up",
        numerator="events",
        denominator="sessions",
        grain=USER_DAYS,
        minimum_n=30,
        description="Feature uses in a session, on average.",
    ),
    _metric(
        name="engagement_seconds_per_session",
        label="Session engagement",
        unit="seconds",
        direction="up",
        numerator="engagement_seconds",
        denominator="sessions",
        grain=USER_DAYS,
        minimum_n=30,
        description="Attention given in a session, on average.",
    ),
    _metric(
        name="engagement_seconds_per_user",
        label="Engagement per user",
        unit="seconds",
        direction="up",
        numerator="engagement_seconds",
        denominator="dau",
        grain=KPI_DAILY,
        minimum_n=30,
        description="Attention given on the day by each user active on it, on average.",
    ),
)

_SATISFACTION = (
    _count(
        name="ratings",
        label="Ratings",
        unit="ratings",
        direction="neutral",
        numerator="ratings",
        grain=USER_DAYS,
        description="Answers of the language model that users rated.",
    ),
    _metric(
        name="rating_mean",
        label="Mean rating",
        unit="stars",
        direction="up",
        numerator="rating_sum",
        denominator="ratings",
        grain=USER_DAYS,
        minimum_n=30,
        description="Stars per rated answer of the language model, from 1 to 5.",
    ),
    _metric(
        name="satisfied_share",
        label="Satisfied share",
        unit="share",
        direction="up",
        numerator="ratings_4_plus",
        denominator="ratings",
        grain=USER_DAYS,
        minimum_n=30,
        description="Share of the ratings that give four or five stars.",
    ),
)

_RETENTION = tuple(
    _metric(
        name=f"retention_{age}d",
        label=f"D{age} retention",
        unit="share",
        direction="up",
        numerator=f"retained_{age}d",
        denominator=f"cohort_{age}d",
        grain=KPI_DAILY,
        minimum_n=30,
        description=f"Share of those first seen {age} day{'s' * (age > 1)} before who are active on the day.",
    )
    for age in (1, 7, 30)
)

_MONEY = (
    _count(
        name="paywall_views",
        label="Paywall views",
        unit="events",
        direction="neutral",
        numerator="paywall_views",
        grain=USER_DAYS,
        description="Times that users met the paywall.",
    ),
    _count(
        name="trial_starts",
        label="Trials started",
        unit="events",
        direction="up",
        numerator="trial_starts",
        grain=USER_DAYS,
        description="Trials of the paid plan begun.",
    ),
    _count(
        name="conversions",
        label="Conversions",
        unit="events",
        direction="up",
        numerator="conversions",
        grain=USER_DAYS,
        description="Subscriptions begun.",
    ),
    _metric(
        name="conversion_rate",
        label="Trial conversion",
        unit="share",
        direction="up",
        numerator="converted_28d",
        denominator="trials_28d",
        grain=KPI_DAILY,
        minimum_n=30,
        description="Share of those who started a trial 28 days before that have subscribed since.",
    ),
    _count(
        name="renewals",
        label="Renewals",
        unit="events",
        direction="up",
        numerator="renewals",
        grain=USER_DAYS,
        description="Subscriptions renewed.",
    ),
    _count(
        name="cancellations",
        label="Cancellations",
        unit="events",
        direction="down",
        numerator="cancellations",
        grain=USER_DAYS,
        description="Subscriptions ended.",
    ),
    _count(
        name="active_subscribers",
        label="Active subscribers",
        unit="users",
        direction="up",
        numerator="active_subscribers",
        grain=KPI_DAILY,
        description="Users between a conversion and their next cancellation at the end of the day.",
    ),
)

_ADOPTION = (
    _metric(
        name="adoption_rate",
        label="Adoption",
        unit="share",
        direction="up",
        numerator="users",
        denominator="active_users",
        grain=FEATURE_ADOPTION_DAILY,
        minimum_n=30,
        description="Share of the users active on the day who use the feature.",
    ),
    _metric(
        name="repeat_rate",
        label="Repeat use",
        unit="share",
        direction="up",
        numerator="repeat_users",
        denominator="users",
        grain=FEATURE_ADOPTION_DAILY,
        minimum_n=30,
        description="Share of the feature's users of the day who had used it within the 28 days before.",
    ),
)

METRICS: dict[str, Metric] = {
    metric.name: metric for metric in (*_REACH, *_DEPTH, *_SATISFACTION, *_RETENTION, *_MONEY, *_ADOPTION)
}
