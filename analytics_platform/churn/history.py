"""Snapshots of the past with what came of their users."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics_platform.lakehouse import Engine, Window

HORIZON_DAYS = 28
QUERY = Path(__file__).with_suffix(".sql").read_text()
SIZE = "SELECT count(*) AS rows FROM churn.features WHERE event_date BETWEEN $first_date AND $known_date"
MOST_ROWS = 150_000


@dataclass(frozen=True)
class History:
    """Rows of `churn.features` with `has_left`, by day and user.

    Attributes:
        rows: one row per snapshot day and user; `has_left` is null where it cannot be known yet.
        known_date: last reporting day known.
        share: share of all users that was read.
    """

    rows: pl.DataFrame
    known_date: date
    share: float

    @property
    def dates(self) -> list[date]:
        """Snapshot days, ascending."""
        return self.rows["event_date"].unique().sort().to_list()

    def known_by(self, day: date) -> pl.DataFrame:
        """Rows whose outcome was known at the end of a day: the label's length before it and earlier."""
        return self.rows.filter(pl.col("event_date") <= day - timedelta(days=HORIZON_DAYS))

    def on(self, day: date) -> pl.DataFrame:
        """Rows of one snapshot day."""
        return self.rows.filter(pl.col("event_date") == day)


def classes_of(users: pl.DataFrame) -> NDArray[np.int64]:
    """The class of each user, whose members leave together; the user where there is none."""
    named = users.select(pl.coalesce(-pl.col("classroom_id") - 1, pl.col("user_id")))
    return named.to_series().to_numpy()


def read_history(engine: Engine, days: Window) -> History:
    """Snapshots with at least 28 days of the log before them; of a large log a share of the users.

    Args:
        engine: answers from `churn.features` and `activity.user_days`.
        days: reporting days there are.
    """
    first_date = days.first_day + timedelta(days=HORIZON_DAYS - 1)
    bounds = {"first_date": first_date, "known_date": days.last_day}
    size = engine.query(SIZE, bounds)["rows"][0].as_py()
    kept = min(1000, 1 + 1000 * MOST_ROWS // max(size, 1))
    rows = pl.DataFrame(engine.query(QUERY, {**bounds, "kept": kept}))
    return History(rows, days.last_day, kept / 1000)
