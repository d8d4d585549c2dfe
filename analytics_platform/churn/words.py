"""Features in words: what each is called, and how its value is told as a reason."""

import math

_SHARES = ("summarize", "quiz", "explain", "flashcards", "chat")

LABELS: dict[str, str] = {
    "recency_days": "days since last active",
    "tenure_days": "days since first seen",
    "country_visits_since": "time away on the country's clock",
    "missed_visits": "visits missed by own pace",
    "class_visits_since": "time away on the class's clock",
    "relative_active_days": "active days compared with the country",
    "active_days_7d": "active days in 7",
    "active_days_14d": "active days in 14",
    "active_days_28d": "active days in 28",
    "active_days_56d": "active days in 56",
    "recent_activity": "activity of late",
    "lasting_activity": "lasting activity",
    "quiz_activity": "days with a quiz of late",
    "active_days_trend": "trend of active days",
    "uses_trend": "trend of uses",
    "engagement_seconds_trend": "trend of attention",
    "gap_mean": "mean gap between active days",
    "gap_sd": "spread of gaps between active days",
    "gap_longest": "longest gap between active days",
    "weekend_share": "share of activity on weekends",
    "weekdays_used": "different weekdays used",
    "sessions_28d": "sessions in 28 days",
    "uses_28d": "uses in 28 days",
    "engagement_seconds_28d": "attention in 28 days",
    "uses_per_session": "uses a session",
    "sessions_per_day": "sessions an active day",
    "seconds_per_use": "attention a use",
    **{f"{name}_share": f"share of {name}" for name in _SHARES},
    "ratings": "answers rated",
    "rating_mean": "mean rating",
    "rating_mean_14d": "mean rating in 14 days",
    "low_ratings": "ratings of 1 to 3 stars",
    "days_since_trial": "days since a trial began",
    "paywall_views": "paywalls seen",
    "classmates": "classmates",
    "classmates_active_share": "share of classmates active this week",
    "active_teachers": "teachers active this week",
    "plan": "plan",
    "role": "role",
    "country": "country",
    "platform": "platform",
    "channel": "channel",
}  # fmt: skip
_TOLD = {
    "recency_days": "last active {} day{s} ago",
    "tenure_days": "first seen {} day{s} ago",
    "missed_visits": "{} visit{s} missed by own pace",
    "country_visits_since": "others of the country came {} time{s} since",
    "class_visits_since": "others of the class came {} time{s} since",
    "recent_activity": "activity has faded to {} recent day{s}",
    "lasting_activity": "activity of weeks worth {} day{s}",
    "active_days_7d": "{} active day{s} in 7",
    "active_days_14d": "{} active day{s} in 14",
    "active_days_28d": "{} active day{s} in 28",
    "active_days_56d": "{} active day{s} in 56",
    "weekdays_used": "{} different weekday{s} used",
    "sessions_28d": "{} session{s} in 28 days",
    "uses_28d": "{} use{s} in 28 days",
    "uses_per_session": "{} use{s} a session",
    "sessions_per_day": "{} session{s} an active day",
    "gap_mean": "{} day{s} from visit to visit",
    "gap_longest": "longest gap {} day{s}",
    "ratings": "{} answer{s} rated",
    "low_ratings": "{} rating{s} of 1 to 3 stars",
    "days_since_trial": "a trial began {} day{s} ago",
    "paywall_views": "{} paywall{s} seen",
    "classmates": "{} classmate{s}",
    "active_teachers": "{} teacher{s} active this week",
}


def label(feature: str) -> str:
    """A feature's name in words."""
    return LABELS.get(feature, feature.replace("_", " "))


def told(feature: str, value: float | str | None) -> str:
    """A feature with its value, such as `last active 12 days ago` or `no mean rating`."""
    name = label(feature)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return f"no {name}"
    if isinstance(value, str):
        return f"{name}: {value}"
    if feature.endswith("share"):
        return f"{name}: {value:.0%}"
    if feature == "engagement_seconds_28d":
        return f"{name}: {value / 60:.0f} min"
    shown = f"{value:.1f}".removesuffix(".0").replace("-0", "0" if abs(value) < 0.05 else "-0")
    if feature in _TOLD:
        return _TOLD[feature].format(shown, s="" if shown == "1" else "s")
    return f"{name}: {shown}"
