"""Random user-days, and the daily tables read off them in plain Python: the references of this package."""

from collections.abc import Iterable
from datetime import date, timedelta

from hypothesis import strategies as st

from analytics_platform_tests.derived_rows import billing_day, day, user_day
from analytics_platform_tests.raw_rows import Row

FEATURES = ("summarize", "quiz", "explain", "flashcards", "chat", "other")
DIMENSIONS = ("role", "platform", "country", "plan")
SUMS = (
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
ROLES = {1: "teacher", 2: "student", 3: "student", 4: "student", 5: "teacher"}
COUNTRIES = {1: "DE", 2: "DE", 3: "FR", 4: "FR", 5: "ZZ"}
HORIZON = 64


@st.composite
def _user_days(draw: st.DrawFn) -> Row:
    user_id, offset = draw(st.integers(1, 5)), draw(st.integers(0, HORIZON))
    uses = {f"{name}_uses": draw(st.sampled_from((0, 0, 1, 3))) for name in ("quiz", "chat", "other")}
    stars = draw(st.lists(st.integers(1, 5), max_size=3))
    common = {
        "role": ROLES[user_id],
        "country": COUNTRIES[user_id],
        "platform": draw(st.sampled_from(("web", "ios"))),
        "plan": draw(st.sampled_from(("free", "trial", "paid"))),
        "conversions": draw(st.sampled_from((0, 0, 1))),
        "cancellations": draw(st.sampled_from((0, 0, 0, 1))),
        "renewals": draw(st.integers(0, 1)),
    }
    if draw(st.integers(0, 9)) == 0:
        return billing_day(user_id, offset, **common)
    return user_day(
        user_id,
        offset,
        **common,
        **uses,
        events=sum(uses.values()),
        sessions=draw(st.integers(1, 3)),
        engagement_seconds=draw(st.integers(0, 6400)) / 64,
        ratings=len(stars),
        rating_sum=sum(stars),
        ratings_4_plus=sum(star >= 4 for star in stars),
        paywall_views=draw(st.integers(0, 2)),
        trial_starts=draw(st.sampled_from((0, 0, 1))),
    )


HISTORIES = st.lists(
    _user_days(), min_size=1, max_size=60, unique_by=lambda row: (row["user_id"], row["event_date"])
)


def segments(rows: Iterable[Row]) -> list[tuple[str, str]]:
    """Every dimension and segment of the rows."""
    return sorted({("overall", "all")} | {(name, row[name]) for row in rows for name in DIMENSIONS})


def in_segment(row: Row, dimension: str, segment: str) -> bool:
    return dimension == "overall" or row[dimension] == segment


def kpis(rows: list[Row], today: date, dimension: str, segment: str) -> Row:
    """The counts of one day and segment, each by its definition."""
    before = [row for row in rows if row["event_date"] <= today]
    mine = [row for row in before if in_segment(row, dimension, segment)]
    now = [row for row in mine if row["event_date"] == today]
    return {
        "dimension": dimension,
        "segment": segment,
        **{
            f"{name}": _active_within(mine, today, span)
            for name, span in (("dau", 1), ("wau", 7), ("mau", 28))
        },
        "new_users": len(_cohort(before, today, dimension, segment)),
        **{name: sum(row[name] for row in now) for name in SUMS},
        **_retention(before, today, dimension, segment),
        **_trials(before, today, dimension, segment),
        "active_subscribers": _subscribers(before, dimension, segment),
        "event_date": today,
    }


def _active_within(rows: list[Row], today: date, span: int) -> int:
    return len({r["user_id"] for r in rows if r["is_active"] and (today - r["event_date"]).days < span})


def _cohort(rows: list[Row], first_date: date, dimension: str, segment: str) -> set[int]:
    """People first active on a date, by the segment they had on it."""
    active = [row for row in rows if row["is_active"]]
    firsts = {
        r["user_id"]: min(x["event_date"] for x in active if x["user_id"] == r["user_id"]) for r in active
    }
    return {
        row["user_id"]
        for row in active
        if row["event_date"] == firsts[row["user_id"]] == first_date and in_segment(row, dimension, segment)
    }


def _retention(rows: list[Row], today: date, dimension: str, segment: str) -> Row:
    active_now = {row["user_id"] for row in rows if row["is_active"] and row["event_date"] == today}
    result: Row = {}
    for age in (1, 7, 30):
        cohort = _cohort(rows, today - timedelta(days=age), dimension, segment)
        result |= {f"cohort_{age}d": len(cohort), f"retained_{age}d": len(cohort & active_now)}
    return result


def _trials(rows: list[Row], today: date, dimension: str, segment: str) -> Row:
    started = today - timedelta(days=28)
    on_trial = {
        row["user_id"]
        for row in rows
        if row["event_date"] == started and row["trial_starts"] and in_segment(row, dimension, segment)
    }
    converted = {row["user_id"] for row in rows if row["conversions"] and row["event_date"] >= started}
    return {"trials_28d": len(on_trial), "converted_28d": len(on_trial & converted)}


def _subscribers(rows: list[Row], dimension: str, segment: str) -> int:
    """People whose last change was a conversion, by the row of the change that began the spell."""
    begun: dict[int, Row | None] = {}
    for row in sorted(rows, key=lambda row: row["event_date"]):
        if row["conversions"] > row["cancellations"]:
            begun[row["user_id"]] = begun.get(row["user_id"]) or row
        elif row["conversions"] < row["cancellations"]:
            begun[row["user_id"]] = None
    return sum(row is not None and in_segment(row, dimension, segment) for row in begun.values())


def kpi_table(rows: list[Row], last_day: date) -> list[Row]:
    """All counts of `behaviour.kpi_daily` from 2025-09-01, in key order."""
    table: list[Row] = []
    for offset in range((last_day - day(0)).days + 1):
        today = day(offset)
        seen = segments(row for row in rows if row["event_date"] <= today)
        if any(row["event_date"] <= today for row in rows):
            table += [kpis(rows, today, *pair) for pair in seen]
    return table


def adoption_table(rows: list[Row], last_day: date) -> list[Row]:
    """All counts of `behaviour.feature_adoption_daily` from 2025-09-01, in key order."""
    table: list[Row] = []
    for offset in range((last_day - day(0)).days + 1):
        before = [row for row in rows if row["event_date"] <= day(offset)]
        roles = sorted({"all", *(row["role"] for row in before)}) if before else []
        used = [name for name in sorted(FEATURES) if any(row[f"{name}_uses"] for row in before)]
        table += [_adoption(before, day(offset), name, role) for name in used for role in roles]
    return table


def _adoption(rows: list[Row], today: date, feature: str, role: str) -> Row:
    mine = [row for row in rows if role in ("all", row["role"])]
    uses = [row for row in mine if row[f"{feature}_uses"]]
    now = {row["user_id"] for row in uses if row["event_date"] == today}
    earlier = {row["user_id"] for row in rows if row[f"{feature}_uses"] and row["event_date"] < today}
    recent = {
        row["user_id"]
        for row in rows
        if row[f"{feature}_uses"] and 1 <= (today - row["event_date"]).days <= 28
    }
    return {
        "feature": feature,
        "role": role,
        "users": len(now),
        "uses": sum(row[f"{feature}_uses"] for row in uses if row["event_date"] == today),
        "active_users": _active_within(mine, today, 1),
        "new_users_of_feature": len(now - earlier),
        "repeat_users": len(now & recent),
        "event_date": today,
    }
