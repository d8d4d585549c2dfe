"""Random visits of users whose profile changes, and lifecycle tables read off them day by day in Python.

The reference of `lifecycle_daily`, `growth_accounting_daily` and `power_users`: every user's state on every
day by its definition, sets of users where the models have running sums.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import pyarrow as pa
from hypothesis import strategies as st

from analytics_platform.lakehouse import Model, Window
from analytics_platform.lakehouse.duckdb_engine import connector
from analytics_platform_tests.derived_rows import USER_DAYS_SCHEMA, billing_day, day, days, user_day
from analytics_platform_tests.raw_rows import Row

HORIZON = 90
ACTIVE = ("new", "current", "reactivated", "resurrected")
POSSIBLE = (
    ("unseen", "new"),
    *((before, after) for before in ACTIVE for after in ("current", "at_risk_wau")),
    *(("at_risk_wau", after) for after in ("current", "reactivated", "at_risk_wau", "at_risk_mau")),
    *(("at_risk_mau", after) for after in ("reactivated", "resurrected", "at_risk_mau", "dormant")),
    *(("dormant", after) for after in ("resurrected", "dormant")),
)


@st.composite
def _visit(draw: st.DrawFn) -> Row:
    """A day of one of five users; the profile is drawn anew each time, the channel is not always known."""
    profile = {
        "role": draw(st.sampled_from(("student", "teacher"))),
        "country": draw(st.sampled_from(("DE", "FR"))),
        "acquisition_channel": draw(st.sampled_from(("organic", None))),
    }
    kind = billing_day if draw(st.integers(0, 9)) == 0 else user_day
    return kind(draw(st.integers(1, 5)), draw(st.integers(0, HORIZON)), **profile)


@st.composite
def _visits(draw: st.DrawFn) -> list[Row]:
    """Visits of which some stand at the gaps where states change."""
    rows = draw(st.lists(_visit(), min_size=1, max_size=25))
    for row in list(rows):
        for gap in draw(st.lists(st.sampled_from((1, 2, 6, 7, 8, 27, 28, 29)), max_size=2)):
            rows.append({**row, "event_date": row["event_date"] + timedelta(days=gap)})
    unique = {(row["user_id"], row["event_date"]): row for row in rows}
    return [row for row in unique.values() if row["event_date"] <= day(HORIZON)]


VISITS = _visits()


def all_days(rows: Iterable[Row]) -> Window:
    """From 2025-09-01 to the last row's day."""
    return days(0, max((row["event_date"] - day(0)).days for row in rows))


def computed(user_days: Iterable[Row], *steps: tuple[Model, Sequence[Window]]) -> list[Row]:
    """Rows of the last model, in key order, over user-days that lie in no lake: a lake is slow to write.

    Args:
        user_days: rows of `activity.user_days`.
        steps: models, each reading those before it, with the windows over which each is computed in turn.
    """
    with connector()() as connection:
        connection.execute("CREATE SCHEMA activity; CREATE SCHEMA behaviour")
        given = pa.Table.from_pylist(list(user_days), USER_DAYS_SCHEMA)
        connection.register("given", given)
        connection.execute("CREATE VIEW activity.user_days AS SELECT * FROM given")
        found: list[Row] = []
        for model, windows in steps:
            pieces = [
                connection.sql(model.sql, params=dict(window.parameters()) if model.is_daily else {})
                .to_arrow_reader()
                .read_all()
                for window in windows
            ]
            whole, name = pa.concat_tables(pieces), model.name.replace(".", "_")
            found = whole.to_pylist()
            connection.register(name, whole)
            connection.execute(f"CREATE VIEW {model.name} AS SELECT * FROM {name}")
        key = steps[-1][0].key
    return sorted(found, key=lambda row: [row[name] for name in key])


def state_on(visited: set[date], today: date) -> str:
    """A user's state by its definition.

    Args:
        visited: the user's active days.
        today: the day asked about.
    """

    def within(nearest: int, farthest: int) -> bool:
        return any(nearest <= (today - each).days <= farthest for each in visited)

    if not any(each <= today for each in visited):
        return "unseen"
    if today in visited:
        if not any(each < today for each in visited):
            return "new"
        return "current" if within(1, 6) else "reactivated" if within(1, 27) else "resurrected"
    return "at_risk_wau" if within(1, 6) else "at_risk_mau" if within(1, 27) else "dormant"


def calendar(rows: Iterable[Row]) -> dict[int, set[date]]:
    """Active days of each user."""
    found: dict[int, set[date]] = {}
    for row in rows:
        if row["is_active"]:
            found.setdefault(row["user_id"], set()).add(row["event_date"])
    return found


def members(rows: list[Row]) -> dict[tuple[str, str], set[int]]:
    """Users of every segment, by their profile on the first active day."""
    found: dict[tuple[str, str], set[int]] = {}
    for user_id, visited in calendar(rows).items():
        (first,) = (r for r in rows if r["user_id"] == user_id and r["event_date"] == min(visited))
        profile = {
            "overall": "all",
            "role": first["role"],
            "country": first["country"],
            "acquisition_channel": first["acquisition_channel"] or "unknown",
        }
        for segment in profile.items():
            found.setdefault(segment, set()).add(user_id)
    return found


def segment_days(rows: list[Row], last_day: date) -> Iterable[tuple[date, str, str, set[int]]]:
    """Each day with every segment seen by then and all its users, also those yet to come."""
    visited = calendar(rows)
    for (dimension, segment), users in sorted(members(rows).items()):
        first = min(min(visited[user]) for user in users)
        for offset in range((last_day - first).days + 1):
            yield first + timedelta(days=offset), dimension, segment, users


def lifecycle_table(rows: list[Row], last_day: date) -> list[Row]:
    """Counts of `behaviour.lifecycle_daily`, in key order."""
    visited = calendar(rows)
    table: list[Row] = []
    for today, dimension, segment, users in segment_days(rows, last_day):
        eve = today - timedelta(days=1)
        moves = [(state_on(visited[user], eve), state_on(visited[user], today)) for user in users]
        for before, after in POSSIBLE:
            stood = sum(move[0] == before for move in moves)
            count = moves.count((before, after))
            table.append(
                {
                    "dimension": dimension,
                    "segment": segment,
                    "previous_state": before,
                    "state": after,
                    "users": count,
                    "previous_users": None if before == "unseen" else stood,
                    "transition_rate": count / stood if before != "unseen" and stood else None,
                    "event_date": today,
                }
            )
    return table


def growth_table(rows: list[Row], last_day: date) -> list[Row]:
    """All of `behaviour.growth_accounting_daily`, from sets of users."""
    visited = calendar(rows)
    table: list[Row] = []
    weeks: dict[tuple[str, str, int], list[tuple[int, int]]] = {}
    for today, dimension, segment, users in segment_days(rows, last_day):
        for period in (1, 7, 28):
            now = {user for user in users if _active(visited[user], today, period)}
            eve = {user for user in users if _active(visited[user], today - timedelta(days=1), period)}
            new = {user for user in users if min(visited[user]) == today}
            past = weeks.setdefault((dimension, segment, period), [])
            past.append((len(now - eve), len(eve - now)))
            gained, lost = (sum(flow[side] for flow in past[-7:]) for side in (0, 1))
            table.append(
                {
                    "dimension": dimension,
                    "segment": segment,
                    "period_days": period,
                    "active_users": len(now),
                    "previous_active_users": len(eve),
                    "new_users": len(new),
                    "resurrected_users": len(now - eve - new),
                    "churned_users": len(eve - now),
                    "retained_users": len(now & eve),
                    "net_change": len(now) - len(eve),
                    "quick_ratio": gained / lost if lost and len(past) >= 7 else None,
                    "event_date": today,
                }
            )
    return table


def power_table(rows: list[Row]) -> list[Row]:
    """All of `behaviour.power_users`."""
    visited = calendar(rows)
    first_day, last_day = (pick(row["event_date"] for row in rows) for pick in (min, max))
    table: list[Row] = []
    for (dimension, segment), users in members(rows).items():
        for window in (7, 28):
            earlier_day = last_day - timedelta(days=28)
            begins, began = (end - timedelta(days=window - 1) for end in (last_day, earlier_day))
            old = {user for user in users if min(visited[user]) <= begins}
            older = {user for user in users if min(visited[user]) <= began}
            groups = (users, last_day), (old, last_day), (older, earlier_day)
            now, settled, before = (_frequencies(visited, group, end, window) for group, end in groups)
            if first_day > began:
                before = None
            table += [
                {
                    "dimension": dimension,
                    "segment": segment,
                    "window_days": window,
                    "active_days": number,
                    "users": now.count(number),
                    "share": _share(now, number),
                    "established_users": settled.count(number),
                    "established_share": _share(settled, number),
                    "previous_established_users": None if before is None else before.count(number),
                    "previous_established_share": None if before is None else _share(before, number),
                    "as_of_date": last_day,
                }
                for number in range(1, window + 1)
            ]
    return table


def _active(visited: set[date], today: date, period: int) -> bool:
    return any(0 <= (today - each).days < period for each in visited)


def _frequencies(visited: dict[int, set[date]], users: set[int], end: date, window: int) -> list[int]:
    """Active days of those users who have any in the window."""
    counts = (sum(0 <= (end - each).days < window for each in visited[user]) for user in users)
    return [count for count in counts if count]


def _share(counts: list[int], number: int) -> float | None:
    return counts.count(number) / len(counts) if counts else None
