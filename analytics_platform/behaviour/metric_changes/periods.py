"""Which days are compared with which, and what everybody did in both."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import polars as pl

from analytics_platform.lakehouse import Engine

QUERY = Path(__file__).with_name("counts.sql").read_text()
WEEK_DAYS = 7
WEEKS_BEFORE = 4

Kind = Literal["week", "day"]


@dataclass(frozen=True)
class Comparison:
    """A later period against an earlier one.

    Attributes:
        kind: `week`, the 7 days up to one against the 7 before; `day`, one day against the mean of the same
            weekday in the four weeks before.
        as_of: last day of the later period.
    """

    kind: Kind
    as_of: date

    @property
    def step_days(self) -> int:
        """Days from one that counts to the next."""
        return 1 if self.kind == "week" else WEEK_DAYS

    @property
    def after_days(self) -> int:
        """Days that count in the later period."""
        return WEEK_DAYS if self.kind == "week" else 1

    @property
    def before_days(self) -> int:
        """Days that count in the earlier period."""
        return WEEK_DAYS if self.kind == "week" else WEEKS_BEFORE

    @property
    def days(self) -> list[date]:
        """Every day that counts, from the first."""
        steps = range(self.after_days + self.before_days - 1, -1, -1)
        return [self.as_of - timedelta(days=self.step_days * step) for step in steps]

    @property
    def later_days(self) -> list[date]:
        return self.days[-self.after_days :]

    def counts(self, engine: Engine) -> pl.DataFrame:
        """What each person did a day in each period, by everything that people are divided by.

        Returns:
            Columns of `counts.sql`, counts as means per day of the period, in a fixed order of rows.
        """
        parameters = {
            "as_of": self.as_of,
            "first_day": self.days[0],
            "step_days": self.step_days,
            "after_days": self.after_days,
        }
        rows = pl.DataFrame(engine.query(QUERY, parameters))
        days = pl.when("is_after").then(self.after_days).otherwise(self.before_days)
        keys = ["user_id", "is_after", "role", "country", "platform", "plan", "state"]
        return rows.with_columns(pl.col(pl.Float64) / days).sort(keys)
