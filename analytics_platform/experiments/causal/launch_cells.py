"""Cells of a staggered launch: active and known days of users of a country, part and age, week by week."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics_platform.experiments.causal.launch_plan import LaunchPlan, calendar_shares
from analytics_platform.lakehouse import Engine, Window
from analytics_platform.stats.causal.influence import Floats

SIGNUPS = Path(__file__).with_name("launch_signups.sql").read_text()
ACTIVITY = Path(__file__).with_name("launch_activity.sql").read_text()
PARTS = 16
NEVER = 10**6


@dataclass(frozen=True)
class Cells:
    """Counts by country, part of its users, week of sign-up and week.

    Attributes:
        countries: names.
        launch: week of launch of each country, a huge number for never, shape (countries,).
        calendar: shares of holidays and exams, shape (countries, 2, weeks).
        active: active days after the day of sign-up, shape (countries, parts, weeks of sign-up, weeks).
        known: days on which users were known, that of sign-up left out, of the same shape.
    """

    countries: list[str]
    launch: NDArray[np.int64]
    calendar: Floats
    active: Floats
    known: Floats

    @property
    def weeks(self) -> int:
        return self.active.shape[-1]

    @property
    def treated(self) -> NDArray[np.bool_]:
        """Whether the feature was there, shape (countries, weeks)."""
        return np.arange(self.weeks) >= self.launch[:, None]


def cells_of(engine: Engine, days: Window, plan: LaunchPlan, launch: dict[str, int | None]) -> Cells:
    """Count the cells.

    Args:
        engine: answers from `raw.users` and `activity.user_days`.
        days: reporting days there are; the last week is left out where it is not whole.
        plan: the school years.
        launch: week of launch by country.
    """
    weeks = len(days) // 7
    countries = list(launch)
    place = {country: number for number, country in enumerate(countries)}
    parameters = days.parameters()
    signups = _placed(pl.DataFrame(engine.query(SIGNUPS, parameters)), place, days, weeks)
    activity = _placed(pl.DataFrame(engine.query(ACTIVITY, parameters)), place, days, weeks)
    shape = (len(countries), PARTS, weeks)
    known, active = np.zeros((2, *shape, weeks))
    for week in range(weeks):
        known[..., week] = _total(signups, shape, _days_known(signups, week))
        active[..., week] = _total(activity, shape, activity["users"] * (activity["active_day"] // 7 == week))
    return Cells(
        countries=countries,
        launch=np.array([NEVER if launch[country] is None else launch[country] for country in countries]),
        calendar=np.array([calendar_shares(plan, country, days.first_day, weeks) for country in countries]),
        active=active,
        known=known,
    )


def _placed(rows: pl.DataFrame, place: dict[str, int], days: Window, weeks: int) -> pl.DataFrame:
    """Rows of known countries and whole weeks, with dates as days from the first."""
    kept = rows.filter(pl.col("country").is_in(list(place))).with_columns(
        (pl.col("^.*_date$") - days.first_day).dt.total_days().name.map(lambda name: name[:-5] + "_day"),
        place=pl.col("country").replace_strict(place, return_dtype=pl.Int64),
    )
    return kept.filter(pl.col("signup_day") < 7 * weeks)


def _days_known(signups: pl.DataFrame, week: int) -> pl.Series:
    """Days of a week on which users had signed up before, summed over the users of each row."""
    return (7 * week + 6 - signups["signup_day"]).clip(0, 7) * signups["users"]


def _total(rows: pl.DataFrame, shape: tuple[int, int, int], weights: pl.Series) -> Floats:
    """Sums by country, part and week of sign-up."""
    index = (rows["place"].to_numpy(), rows["part"].to_numpy(), (rows["signup_day"] // 7).to_numpy())
    cell = np.ravel_multi_index(index, shape)
    totals = np.bincount(cell, weights=weights.to_numpy(), minlength=int(np.prod(shape)))
    return totals.astype(float).reshape(shape)


def design_of(cells: Cells, *, by_week: bool) -> Floats:
    """What activity depends on, beside the launch, shape (countries, weeks of sign-up, weeks, k).

    Country, age in weeks, holidays now, a week ago and since sign-up, exams, and each week if asked.

    Args:
        cells: the counts.
        by_week: whether every week has a level of its own, shared by all countries.
    """
    countries, weeks = len(cells.countries), cells.weeks
    shape = (countries, weeks, weeks)
    age = np.maximum(np.arange(weeks) - np.arange(weeks)[:, None], 0)
    parts = [np.broadcast_to(np.eye(countries)[:, None, None, :], (*shape, countries))]
    parts.append(np.broadcast_to(np.eye(weeks)[age], (*shape, weeks)))
    breaks, exams = cells.calendar[:, 0], cells.calendar[:, 1]
    before = np.concatenate([breaks[:, :1], breaks[:, :-1]], axis=1)
    total = np.concatenate([np.zeros((countries, 1)), np.cumsum(breaks, axis=1)], axis=1)
    since = np.maximum(total[:, None, :-1] - total[:, :-1, None], 0)
    now = [np.broadcast_to(values[:, None, :], shape) for values in (breaks, exams, before)]
    parts.append(np.stack([*now, np.broadcast_to(since, shape)], axis=-1))
    if by_week:
        parts.append(np.broadcast_to(np.eye(weeks), (*shape, weeks)))
    return np.concatenate(parts, axis=-1)
