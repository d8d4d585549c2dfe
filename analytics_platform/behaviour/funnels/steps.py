"""What charts of a funnel show, counted from who got how far: rows of `funnel_steps` and `funnel_times`."""

from collections.abc import Iterator
from itertools import pairwise

import polars as pl

from analytics_platform.behaviour.funnels.funnel import Funnel
from analytics_platform.stats.wilson import wilson

Row = dict[str, object]

FEWEST_USERS = 10
"""At a start below which no share is told, and at a step below which no time is."""
MINUTE, HOUR, DAY = 60, 3_600, 86_400
EDGES = (
    *(0, 1, 2, 5, 10, 20, 30),
    *(MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 20 * MINUTE, 30 * MINUTE),
    *(HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 12 * HOUR),
    *(DAY, 2 * DAY, 4 * DAY, 7 * DAY, 14 * DAY, 28 * DAY, 56 * DAY, 112 * DAY),
)
"""Where spans of time begin (s): each about twice the one before."""


def step_rows(funnel: Funnel, users: pl.DataFrame) -> Iterator[Row]:
    """Rows of `behaviour.funnel_steps`.

    Args:
        funnel: the definition.
        users: its rows of `behaviour.funnel_users`.
    """
    for dimension, segment, members in _segments(funnel, users):
        whose: Row = {"funnel_id": funnel.id, "dimension": dimension, "segment": segment}
        yield from ({**whose, **row} for row in _steps(funnel, members))


def time_rows(funnel: Funnel, users: pl.DataFrame) -> Iterator[Row]:
    """Rows of `behaviour.funnel_times`; see `step_rows`. Spans in which nobody is have no row."""
    for dimension, segment, members in _segments(funnel, users):
        for step in range(2, len(funnel.steps) + 1):
            whose = {"funnel_id": funnel.id, "dimension": dimension, "segment": segment, "step": step}
            for since, earlier in (("previous", step - 1), ("start", 1)):
                yield from ({**whose, "since": since, **row} for row in _spans(members, earlier, step))


def _segments(funnel: Funnel, users: pl.DataFrame) -> Iterator[tuple[str, str, pl.DataFrame]]:
    yield "overall", "all", users
    for dimension in funnel.breakdowns:
        # A dimension that the log says nothing of divides nobody.
        if users[dimension].n_unique() > 1:
            for (segment,), members in users.group_by(dimension):
                yield dimension, str(segment), members


def _steps(funnel: Funnel, users: pl.DataFrame) -> Iterator[Row]:
    counts = users.group_by("furthest_step", "state").len()
    last = len(funnel.steps)

    def counted(*wanted: pl.Expr) -> int:
        return int(counts.filter(*wanted)["len"].sum())

    furthest, state = pl.col("furthest_step"), pl.col("state")
    start = previous = counted(furthest >= 1)
    converted, excluded = counted(furthest == last), counted(state == "excluded")
    open_before = 0
    for step, name in enumerate(funnel.step_names, start=1):
        reached = counted(furthest >= step)
        is_open = counted(furthest == step, state == "open")
        yield {
            "step": step,
            "step_name": name,
            "users": reached,
            "converted_users": converted,
            "dropped_users": counted(furthest == step, state == "dropped"),
            "open_users": is_open,
            "excluded_users": excluded,
            **_share("share_of_start", reached, start),
            "share_of_start_at_most": (reached + open_before) / start if start >= FEWEST_USERS else None,
            **(_share("share_of_previous", reached, previous) if step > 1 else {}),
            **(_times(users, step) if step > 1 else {}),
            "reason": None if start >= FEWEST_USERS else f"too few: {start} users began",
        }
        previous, open_before = reached, open_before + is_open


def _share(name: str, users: int, whole: int) -> Row:
    if whole < FEWEST_USERS:
        return {}
    low, high = wilson(users, whole)
    return {name: users / whole, f"{name}_low": float(low), f"{name}_high": float(high)}


def seconds_between(users: pl.DataFrame, earlier: int, step: int) -> pl.Series:
    """Time from a step to another of the users who reached it (s)."""
    taken = users.filter(pl.col("furthest_step") >= step)
    return (taken[f"step_{step}_at"] - taken[f"step_{earlier}_at"]).dt.total_microseconds() / 1_000_000


def _times(users: pl.DataFrame, step: int) -> Row:
    previous = seconds_between(users, step - 1, step)
    if len(previous) < FEWEST_USERS:
        return {}
    return {
        "median_seconds_from_previous": previous.median(),
        "p90_seconds_from_previous": previous.quantile(0.9, "linear"),
        "median_seconds_from_start": seconds_between(users, 1, step).median(),
    }


def _spans(users: pl.DataFrame, earlier: int, step: int) -> Iterator[Row]:
    seconds = seconds_between(users, earlier, step)
    if len(seconds) < FEWEST_USERS:
        return
    edges = pl.Series(EDGES)
    places = (edges.search_sorted(seconds.floor().cast(pl.Int64), side="right") - 1).value_counts()
    ends = dict(pairwise(EDGES))
    for place, count in places.iter_rows():
        begins = EDGES[place]
        yield {
            "from_seconds": begins,
            "to_seconds": ends.get(begins),
            "users": count,
            "share": count / len(seconds),
        }
