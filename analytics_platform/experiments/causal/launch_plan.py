"""The plan of a staggered launch: which feature, when where, and the school years around it."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analytics_platform.errors import AnalyticsError
from analytics_platform.event_contract.tables import FEATURES
from analytics_platform.lakehouse import Engine, Window
from analytics_platform.stats.causal.influence import Floats

PLAN = Path(__file__).with_name("launches.yaml")
DATES = Path(__file__).with_name("launch_dates.sql").read_text()
MonthDay = Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]


class SchoolYear(BaseModel):
    """Spans of a country's school year, each from a month-day to a month-day, both included.

    Attributes:
        breaks: holidays.
        exams: weeks of examinations.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    breaks: list[tuple[MonthDay, MonthDay]] = []
    exams: list[tuple[MonthDay, MonthDay]] = []


class LaunchPlan(BaseModel):
    """A staggered launch.

    Attributes:
        feature: what was launched.
        dates: day of launch by country; countries not named are read from the data.
        calendars: school years by country.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    feature: str
    dates: dict[str, date | None] = {}
    calendars: dict[str, SchoolYear] = {}


def load_plan(path: Path = PLAN) -> LaunchPlan:
    """The plan in a YAML file.

    Raises:
        AnalyticsError: the file cannot be read, or a field is unknown or has a wrong value.
    """
    try:
        plan = LaunchPlan.model_validate(yaml.safe_load(path.read_text()))
    except (OSError, yaml.YAMLError) as error:
        raise AnalyticsError(f"{path}: cannot be read as YAML: {error}.") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise AnalyticsError(f"{path}: field {place}: {first['msg']}; got {first['input']!r}.") from None
    if plan.feature not in FEATURES:
        raise AnalyticsError(f"{path}: feature: {plan.feature!r} is none of {', '.join(FEATURES)}.")
    return plan


def launch_weeks(engine: Engine, days: Window, plan: LaunchPlan) -> dict[str, int | None]:
    """Week of launch by country, counted from the first day; None where it did not launch.

    Args:
        engine: answers from `activity.user_days`.
        days: reporting days there are.
        plan: which feature, and dates that override the data.
    """
    rows = engine.query(DATES, {**days.parameters(), "feature": plan.feature}).to_pylist()
    seen: Mapping[str, date | None] = {row["country"]: row["launch_date"] for row in rows}
    dates = {**seen, **{country: day for country, day in plan.dates.items() if country in seen}}
    return {
        country: None if day is None else (day - days.first_day).days // 7
        for country, day in sorted(dates.items())
        if country != "ZZ"
    }


def calendar_shares(plan: LaunchPlan, country: str, first_day: date, weeks: int) -> Floats:
    """Shares of each week's days that are holidays and exams, shape (2, weeks)."""
    year = plan.calendars.get(country, SchoolYear())
    days = [f"{first_day + timedelta(day):%m-%d}" for day in range(7 * weeks)]
    inside = [[_holds(spans, day) for day in days] for spans in (year.breaks, year.exams)]
    return np.array(inside, dtype=float).reshape(2, weeks, 7).mean(axis=2)


def _holds(spans: list[tuple[str, str]], day: str) -> bool:
    return any(
        first <= day <= last if first <= last else day >= first or day <= last for first, last in spans
    )
