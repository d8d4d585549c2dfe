"""Where users who go on differ from those who stop: rows of `behaviour.funnel_drivers`.

Only what was known before the day of a user's first attempt is looked at, of those who went on and of those
who did not: the attempt that counts may be a later one, and lies later for those who went on. So nothing is
a consequence of having gone on; what differs is an association all the same. Users whose first window was
not observed, or who may yet go on, are left out.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from analytics_platform.behaviour.funnels.funnel import Funnel
from analytics_platform.lakehouse import Engine
from analytics_platform.stats.multiplicity import benjamini_hochberg, selected_level
from analytics_platform.stats.newcombe import newcombe, p_value

Row = dict[str, object]

QUERY = Path(__file__).with_name("before_entry.sql").read_text()
FEWEST_USERS = 30
"""Of a segment, and of all others, below which they are not compared."""
PAIR = 2


def driver_rows(engine: Engine, funnel: Funnel) -> Iterator[Row]:
    """Rows of the table for one funnel.

    Args:
        engine: answers from `behaviour.funnel_users`, `activity.user_days` and `activity.users`.
        funnel: the definition.
    """
    users = pl.DataFrame(engine.query(QUERY, {"funnel_id": funnel.id}))
    known = [name for name in users.columns if name not in ("user_id", "furthest_step")]
    for step, name in enumerate(funnel.step_names[1:], start=2):
        tried = users.filter(pl.col("furthest_step") >= step - 1)
        compared = [row for dimension in known for row in _segments(tried, dimension, step)]
        yield from (
            {"funnel_id": funnel.id, "step": step, "step_name": name, **row} for row in _tested(compared)
        )


def _segments(tried: pl.DataFrame, dimension: str, step: int) -> Iterator[Row]:
    """Counts of each segment; of two only one, for the other says the same; none where users are alike."""
    went_on = (pl.col("furthest_step") >= step).sum().alias("converted_users")
    counts = (
        tried.group_by(pl.col(dimension).alias("segment"))
        .agg(pl.len().alias("users"), went_on)
        .sort("segment")
    )
    users, converted = int(counts["users"].sum()), int(counts["converted_users"].sum())
    if counts.height < PAIR:
        return
    told = counts[-1:] if counts.height == PAIR else counts
    for row in told.iter_rows(named=True):
        others = {
            "other_users": users - row["users"],
            "other_converted": converted - row["converted_users"],
        }
        yield {"dimension": dimension, **row, **others}


def _tested(rows: list[Row]) -> Iterator[Row]:
    """The rows of one step with shares, differences and what is left of them among so many."""
    columns = ("converted_users", "users", "other_converted", "other_users")
    did, users, others_did, others = (np.array([row[name] for row in rows], float) for name in columns)
    fewest = np.minimum(users, others)
    has_enough = fewest >= FEWEST_USERS
    found = np.where(has_enough, p_value(did, users, others_did, others), np.nan)
    adjusted = benjamini_hochberg(found)
    low, high = newcombe(did, users, others_did, others, selected_level(found))
    for place, row in enumerate(rows):
        told = {
            name: row[name] for name in ("dimension", "segment", "users", "converted_users", "other_users")
        }
        if not has_enough[place]:
            yield {**told, "reason": f"too few: {fewest[place]:.0f} users where {FEWEST_USERS} are needed"}
            continue
        share, other = did[place] / users[place], others_did[place] / others[place]
        yield {
            **told,
            "share": share,
            "other_share": other,
            "difference": share - other,
            "difference_low": low[place],
            "difference_high": high[place],
            "p_value": found[place],
            "adjusted_p_value": adjusted[place],
            "is_associated": bool(low[place] > 0 or high[place] < 0),
        }
