"""Random lives of users, and the tables about them read off day by day in plain Python."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from math import sqrt
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
from hypothesis import strategies as st

from analytics_platform.behaviour import USER_LIFETIMES
from analytics_platform.lakehouse import DuckDBEngine, Lake, Model, Window
from analytics_platform_tests.derived_rows import billing_day, day, user_day, write_user_days
from analytics_platform_tests.raw_rows import FIRST_DAY, Row

USERS_SCHEMA = pa.schema(
    [
        ("user_id", pa.int64()),
        ("role", pa.string()),
        ("acquisition_channel", pa.string()),
        ("first_seen_date", pa.date32()),
        ("last_seen_date", pa.date32()),
    ]
)
SESSIONS_SCHEMA = pa.schema(
    [
        ("user_id", pa.int64()),
        ("session_id", pa.int64()),
        ("started_at", pa.timestamp("us", tz="UTC")),
        ("entry_feature", pa.string()),
        ("event_date", pa.date32()),
    ]
)
BRACKETS = ((1, 3), (4, 7), (8, 14), (15, 28), (29, 56), (57, 90))
CUTS = {"week": ("overall", "role"), "month": ("overall", "role", "acquisition_channel", "first_feature")}
CUTS["all"] = CUTS["month"]
SILENCE = 28


def person(
    days: Iterable[int],
    role: str = "student",
    channel: str | None = None,
    feature: str | None = "quiz",
    billed: Iterable[int] = (),
) -> Row:
    """A life: offsets of active days, role, what brought the user, first feature, and billing days."""
    return {"days": sorted(days), "role": role, "channel": channel, "feature": feature, "billed": set(billed)}


@st.composite
def _people(draw: st.DrawFn) -> list[Row]:
    horizon = draw(st.sampled_from((3, 40, 130)))
    offsets = st.integers(0, horizon)
    drawn = st.builds(
        person,
        st.sets(offsets, min_size=1, max_size=12),
        st.sampled_from(("student", "teacher")),
        st.sampled_from(("friend", "social", None)),
        st.sampled_from(("quiz", "chat", None)),
        st.sets(offsets, max_size=1),
    )
    return draw(st.lists(drawn, min_size=1, max_size=6))


LIVES = _people()


def write_lives(lake: Lake, people: list[Row]) -> None:
    """The tables that lives are read from: user-days, sessions (two on the first day) and users."""
    days, sessions, users = [], [], []
    for number, life in enumerate(people, start=1):
        known = {"role": life["role"], "acquisition_channel": life["channel"]}
        days += [user_day(number, offset, **known) for offset in life["days"]]
        days += [billing_day(number, offset, **known) for offset in life["billed"] - set(life["days"])]
        first, last = (day(offset) for offset in (life["days"][0], life["days"][-1]))
        users.append({"user_id": number, **known, "first_seen_date": first, "last_seen_date": last})
        sessions += list(_sessions(number, life))
    write_user_days(lake, days)
    lake.replace("activity.users", [pa.Table.from_pylist(users, USERS_SCHEMA)], USERS_SCHEMA)
    table = pa.Table.from_pylist(sorted(sessions, key=lambda row: row["event_date"]), SESSIONS_SCHEMA)
    lake.replace_days("activity.sessions", Window(FIRST_DAY, day(400)), [table], SESSIONS_SCHEMA)


def _sessions(number: int, life: Row) -> Iterator[Row]:
    """On the first day one that begins with the feature and a later one with another; one on other days."""
    for offset in life["days"]:
        starts = (8, 9) if offset == life["days"][0] else (7,)
        for place, hour in enumerate(starts):
            yield {
                "user_id": number,
                "session_id": place,
                "started_at": datetime.combine(day(offset), time(hour), UTC),
                "entry_feature": life["feature"] if place == 0 and len(starts) > 1 else "explain",
                "event_date": day(offset),
            }


def table_of(
    people: list[Row], *models: Model, after: Callable[[DuckDBEngine], pa.Table] | None = None
) -> list[Row]:
    """Rows of the last of the models, or of what follows them, in a lake of these lives."""
    with TemporaryDirectory() as folder:
        lake = Lake(Path(folder))
        write_lives(lake, people)
        engine = DuckDBEngine(lake)
        for model in (USER_LIFETIMES, *models):
            engine.run(model)
        if after is not None:
            return after(engine).to_pylist()
        last = models[-1] if models else USER_LIFETIMES
        return lake.scan(last.name).collect().to_dicts()


def last_offset(people: list[Row]) -> int:
    """The last reporting day of the data, on which somebody may only have been billed."""
    return max(max([*life["days"], *life["billed"]]) for life in people)


def ages(life: Row) -> list[int]:
    """Active days counted from the first."""
    return [offset - life["days"][0] for offset in life["days"]]


def observed(life: Row, today: int) -> int:
    """Days seen after the first active day."""
    return today - life["days"][0]


def silent_from(life: Row, today: int) -> int | None:
    """The first day that opens 28 days without activity, looked for day by day."""
    active = set(ages(life))
    for start in range(1, observed(life, today) - SILENCE + 2):
        if not active & set(range(start, start + SILENCE)):
            return start
    return None


def segment_of(life: Row, dimension: str) -> str:
    names = {
        "overall": "all",
        "role": life["role"],
        "acquisition_channel": life["channel"] or "unknown",
        "first_feature": life["feature"] or "none",
    }
    return names[dimension]


def cohort_of(life: Row, grain: str) -> date | None:
    first = day(life["days"][0])
    return {"week": first - timedelta(days=first.weekday()), "month": first.replace(day=1), "all": None}[
        grain
    ]


def _last_beginning(cohort: date | None, grain: str, today: date) -> date:
    """The last day on which somebody may begin in a cohort."""
    if cohort is None:
        return today
    if grain == "week":
        return cohort + timedelta(days=6)
    return (cohort + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def periods() -> Iterator[tuple[str, int, int, int | None, int]]:
    """Every measure and period: first day, last day and days needed."""
    for n in range(91):
        yield "n_day", n, n, n, n
        yield "unbounded", n, n, None, n + 27
    for first, last in BRACKETS:
        yield "bracket", first, first, last, last
    for k in range(52):
        yield "week", k, 7 * k, 7 * k + 6, 7 * k + 6
    for k in range(13):
        yield "month", k, 28 * k, 28 * k + 27, 28 * k + 27


def cohort_table(people: list[Row]) -> dict[tuple, Row]:
    """All cells of `behaviour.cohort_retention` by key, each counted by its definition."""
    today = last_offset(people)
    longest = max(observed(life, today) for life in people)
    table: dict[tuple, Row] = {}
    for grain, dimensions in CUTS.items():
        for dimension in dimensions:
            groups: dict[tuple, list[Row]] = {}
            for life in people:
                groups.setdefault((cohort_of(life, grain), segment_of(life, dimension)), []).append(life)
            for (cohort, segment), members in groups.items():
                for measure, period, first, last, needed in periods():
                    if needed <= longest:
                        key = (measure, grain, cohort, dimension, segment, period)
                        table[key] = _cell(members, first, last, needed, today)
                        end = _last_beginning(cohort, grain, day(today))
                        table[key]["is_complete"] = end + timedelta(days=needed) <= day(today)
    return table


def _cell(members: list[Row], first: int, last: int | None, needed: int, today: int) -> Row:
    eligible = [life for life in members if observed(life, today) >= needed]
    kept = [
        life for life in eligible if any(first <= age and (last is None or age <= last) for age in ages(life))
    ]
    return {
        "cohort_users": len(members),
        **_share(len(kept), len(eligible)),
        "from_day": first,
        "to_day": last,
    }


def _share(kept: int, eligible: int) -> Row:
    if not eligible:
        return {"eligible_users": 0} | dict.fromkeys(
            ("retained_users", "retention", "retention_low", "retention_high")
        )
    low, high = wilson(kept, eligible)
    return {
        "eligible_users": eligible,
        "retained_users": kept,
        "retention": kept / eligible,
        "retention_low": low,
        "retention_high": high,
    }


def wilson(kept: int, n: int) -> tuple[float, float]:
    """Wilson's interval as its textbook form has it."""
    z = 1.959963984540054
    p = kept / n
    center = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return center - half, center + half


def frequency_table(people: list[Row]) -> dict[tuple, Row]:
    """All cells of `behaviour.retention_by_frequency` by key."""
    today = last_offset(people)
    groups: dict[tuple, list[Row]] = {}
    for window, first, last in ((7, 7, 27), (7, 28, 55), (14, 14, 27), (14, 28, 55)):
        for dimension in ("overall", "role"):
            for life in people:
                if observed(life, today) >= window - 1:
                    days = min(sum(age < window for age in ages(life)), 5)
                    key = (window, dimension, segment_of(life, dimension), days, first, last)
                    groups.setdefault(key, []).append(life)
    table: dict[tuple, Row] = {}
    for (*key, last), members in groups.items():
        cell = _cell(members, key[-1], last, last, today)
        cell["users"] = cell.pop("cohort_users")
        del cell["from_day"]
        table[tuple(key)] = cell
    return table
