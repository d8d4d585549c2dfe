"""A lake of random visits with the behaviour tables that derive from user-days alone."""

import random
from collections.abc import Iterator

from analytics_platform.behaviour import GROWTH_ACCOUNTING_DAILY, KPI_DAILY, LIFECYCLE_DAILY, POWER_USERS
from analytics_platform.lakehouse import DuckDBEngine, Lake, Window
from analytics_platform_tests.derived_rows import user_day, write_user_days
from analytics_platform_tests.raw_rows import Row

DAYS = 91
PEOPLE = 260
BREAK = range(56, 66)
"""Days of a holiday, on which hardly anyone comes."""


def visits(days: int = DAYS, people: int = PEOPLE, seed: int = 4) -> Iterator[Row]:
    """Active days of people who join throughout, tire, and stay away in the holiday."""
    draw = random.Random(seed)
    for person in range(people):
        joined, keen = draw.randrange(days), draw.uniform(0.1, 0.9)
        profile = {
            "role": "teacher" if person % 10 == 0 else "student",
            "country": ("DE", "FR", "US")[person % 3],
            "acquisition_channel": draw.choice(("organic", "school", None)),
        }
        for day in range(joined, days):
            tired = 0.985 ** (day - joined) * (0.05 if day in BREAK else 1)
            if day == joined or draw.random() < keen * tired:
                yield user_day(person, day, **profile)


def write_behaviour(lake: Lake, days: int = DAYS, people: int = PEOPLE) -> Window:
    """User-days of random people, KPIs, lifecycle, growth accounting and power users."""
    window = write_user_days(lake, visits(days, people))
    engine = DuckDBEngine(lake)
    for model in (KPI_DAILY, LIFECYCLE_DAILY, GROWTH_ACCOUNTING_DAILY, POWER_USERS):
        engine.run(model, window if model.is_daily else None)
    return window
