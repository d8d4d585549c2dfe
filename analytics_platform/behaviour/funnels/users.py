"""Who got how far in each funnel: rows of `behaviour.funnel_users`, from which all charts of funnels count.

The `.sql` is the definition. The rows are computed by the day kernel, several times faster and in bounded
memory: one scan of the events of the longest period serves all funnels.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import and_
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pyarrow as pa

from analytics_platform.behaviour.funnels.definitions import first_date
from analytics_platform.behaviour.funnels.funnel import BREAKDOWNS, MOST_STEPS, Funnel, Match
from analytics_platform.behaviour.funnels.kernel import NEVER, Ints, Stretch, Walk, microseconds, stretch
from analytics_platform.errors import AnalyticsError
from analytics_platform.lakehouse import Lake, Model, Snapshot, Window
from analytics_platform.lakehouse.described import described

TABLE = "behaviour.funnel_users"
EVENTS, USERS = "activity.events", "activity.users"
DEFINITION = Model.load(Path(__file__).with_suffix(".sql"))
STRETCH_ROWS = 500_000
MOST_KEPT = 600_000_000
"""Bytes of carried chains, at most, of the funnels that one scan serves."""
MOST_BITS = 62
UNKNOWN = "unknown"

_INSTANT = pa.timestamp("us", tz="UTC")
STEP_COLUMNS = tuple(f"step_{number}_at" for number in range(1, MOST_STEPS + 1))
_COLUMNS = {
    **{name: (pa.int64(), DEFINITION.columns[name]) for name in ("user_id", "furthest_step")},
    "entered_date": (pa.date32(), "Reporting day of the user's first attempt, whether or not it counts."),
    "is_observed": (pa.bool_(), "Whether the whole window of that first attempt was observed."),
    "state": (pa.string(), DEFINITION.columns["state"]),
    "role": (pa.string(), "student or teacher."),
    "country": (pa.string(), "ISO 3166 code; ZZ where unknown."),
    "acquisition_channel": (pa.string(), "What brought the user; unknown where the log does not say."),
    "platform": (pa.string(), "Client at sign-up, else on the first day."),
    **{name: (_INSTANT, DEFINITION.columns[name]) for name in STEP_COLUMNS},
}
SCHEMA = described({"funnel_id": (pa.string(), "Funnel."), **_COLUMNS})


def observed_until(last_day: date, zone: ZoneInfo) -> datetime:
    """The instant at which the last reporting day ends."""
    return datetime.combine(last_day + timedelta(days=1), time(), zone)


def funnel_users(lake: Lake, funnels: Iterable[Funnel], days: Window, zone: ZoneInfo) -> Iterator[pa.Table]:
    """Rows of the table, funnel by funnel, each sorted by user.

    Args:
        lake: holds `activity.events` and `activity.users`.
        funnels: the definitions in force.
        days: all reporting days there are.
        zone: of the reporting day.

    Raises:
        AnalyticsError: an event's user is not in `activity.users`, or has too many events at one instant.
    """
    snapshot = lake.snapshot([EVENTS, USERS])
    users = snapshot.scan(USERS).select("user_id", *BREAKDOWNS).sort("user_id").collect()
    until = round(observed_until(days.last_day, zone).timestamp()) * 1_000_000
    for group in _groups(list(funnels), users.height):
        bits = bits_of(group)
        walks = [Walk(each, bits, users.height, until, _day(first_date(each, days))) for each in group]
        period = Window(min(first_date(each, days) for each in group), days.last_day)
        reads_all = any(each.order == "strict" for each in group)
        for part in stretches(snapshot, users["user_id"].to_numpy(), period, bits, reads_all=reads_all):
            for walk in walks:
                walk.add(part)
        yield from (
            rows_of(each, walk, users, observed_until(days.last_day, zone))
            for each, walk in zip(group, walks, strict=True)
        )


def _groups(funnels: list[Funnel], users: int) -> Iterator[list[Funnel]]:
    """Funnels that one scan serves: as many as there are bits and memory for."""
    group: list[Funnel] = []
    for funnel in funnels:
        grown = [*group, funnel]
        kept = sum(8 * users * (len(each.steps) + 1) ** 2 for each in grown)
        if group and (kept > MOST_KEPT or len(bits_of(grown)) > MOST_BITS):
            yield group
            grown = [funnel]
        group = grown
    if group:
        yield group


def bits_of(funnels: Iterable[Funnel]) -> dict[Match, int]:
    """A bit for each distinct description of events, from 0."""
    asked = (part.described for each in funnels for part in (*each.steps, *each.exclusions))
    return {match: bit for bit, match in enumerate(dict.fromkeys(asked))}


def stretches(
    snapshot: Snapshot, users: Ints, period: Window, bits: dict[Match, int], *, reads_all: bool
) -> Iterator[Stretch]:
    """The events of a period, from the last days to the first.

    Args:
        snapshot: pins `activity.events`.
        users: the register, ascending.
        period: reporting days.
        bits: descriptions of events that are looked for.
        reads_all: whether events that fit none of them count too.
    """
    table = snapshot.tables[EVENTS]
    fits = pl.sum_horizontal(
        pl.when(_fits(match)).then(pl.lit(1 << bit, pl.Int64)).otherwise(0) for match, bit in bits.items()
    )
    held = max(1, len(table.files))
    length = max(1, STRETCH_ROWS * held // max(1, table.rows))
    for window in reversed(list(period.slices(length))):
        inside = pl.col("event_date").is_between(window.first_day, window.last_day)
        found = (
            snapshot.scan(EVENTS)
            .filter(inside, ~pl.col("is_bot"))
            .select(
                "user_id",
                "event_id",
                pl.col("event_time").to_physical(),
                pl.col("event_date").to_physical(),
                matches=fits,
            )
        )
        rows = (found if reads_all else found.filter(pl.col("matches") > 0)).collect()
        columns = {name: rows[name].cast(pl.Int64).to_numpy() for name in rows.columns}
        yield stretch(
            _places(users, columns["user_id"]),
            *(columns[name] for name in ("event_time", "event_id", "event_date", "matches")),
        )


def _fits(match: Match) -> pl.Expr:
    """Whether an event fits a description."""
    return reduce(
        and_,
        (
            reduce(lambda some, other: some | other, (pl.col(name) == value for value in values)).fill_null(
                value=False
            )
            for name, values in match.asked.items()
        ),
    )


def _places(users: Ints, user_id: Ints) -> Ints:
    """Places in the register of the users of events."""
    starts = np.flatnonzero(np.append(True, user_id[1:] != user_id[:-1])[: len(user_id)])
    place = np.searchsorted(users, user_id[starts])
    if len(starts) and (place.max() >= len(users) or np.any(users[place] != user_id[starts])):
        raise AnalyticsError(
            f"{USERS} lacks users of {EVENTS}: build it again with "
            "`analytics-platform run --select activity/users`."
        )
    return np.repeat(place, np.diff(np.append(starts, len(user_id))))


def rows_of(funnel: Funnel, walk: Walk, users: pl.DataFrame, until: datetime) -> pa.Table:
    """Rows of one funnel: users with any attempt, by id; `until`: when observation ends, in the zone."""
    tried = np.flatnonzero(walk.tried != NEVER)
    reached, last = walk.reached[tried], len(funnel.steps)
    states = np.select(
        [reached == 0, reached == last, walk.is_open[tried]], ["excluded", "converted", "open"], "dropped"
    )
    steps = walk.steps[tried]
    taken = {
        name: pa.array(microseconds(steps[:, number]), _INSTANT, mask=steps[:, number] == NEVER)
        if number < last
        else pa.nulls(len(tried), _INSTANT)
        for number, name in enumerate(STEP_COLUMNS)
    }
    known = users[tried]
    segments = {name: known[name].fill_null(UNKNOWN).to_arrow().cast(pa.string()) for name in BREAKDOWNS}
    began = pa.array(microseconds(walk.tried[tried]), _INSTANT)
    entered, window = pl.Series(pl.from_arrow(began)), timedelta(seconds=funnel.window_seconds)
    zone = str(until.tzinfo)
    columns = {
        "funnel_id": pa.repeat(pa.scalar(funnel.id), len(tried)),
        "user_id": known["user_id"].to_arrow(),
        "furthest_step": pa.array(reached),
        "entered_date": entered.dt.convert_time_zone(zone).dt.date().to_arrow(),
        "is_observed": (entered + window < until).to_arrow(),
        "state": pa.array(states.tolist(), pa.string()),
        **segments,
        **taken,
    }
    return pa.table([columns[name] for name in SCHEMA.names], SCHEMA)


def _day(day: date) -> int:
    return (day - date(1970, 1, 1)).days
