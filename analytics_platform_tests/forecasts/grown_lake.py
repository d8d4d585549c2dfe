"""A product that grows for 140 days: quiet week-ends, trials of a week, subscriptions by the month."""

from pathlib import Path

import numpy as np

from analytics_platform.behaviour import KPI_DAILY
from analytics_platform.lakehouse import DuckDBEngine, Lake
from analytics_platform_tests.derived_rows import Row, billing_day, day, days, user_day, write_user_days

DAYS = 140
PEOPLE = 500
TRIAL_DAYS, BILLING_DAYS = 7, 30
LAST_DAY = day(DAYS - 1)


def grown(folder: Path, *, teachers: bool = True, sells: bool = True, late_teachers: int = 0) -> Lake:
    """`activity.user_days` and `behaviour.kpi_daily` of the product.

    Args:
        folder: where to write.
        teachers: whether every fifth user is one.
        sells: whether there are subscriptions.
        late_teachers: day from which on teachers are known as such; students before.
    """
    lake = Lake(folder / "lake")
    random = np.random.default_rng(7)
    rows: list[Row] = []
    for user in range(1, PEOPLE + 1):
        rows += _lived(user, random, teachers=teachers, sells=sells)
    rows = [{**row, "role": "student"} if row["event_date"] < day(late_teachers) else row for row in rows]
    write_user_days(lake, rows)
    DuckDBEngine(lake).run(KPI_DAILY, days(0, DAYS - 1))
    return lake


def _lived(user: int, random: np.random.Generator, *, teachers: bool, sells: bool) -> list[Row]:
    joined = int(DAYS * np.sqrt(random.random()))
    who = {
        "role": "teacher" if teachers and user % 5 == 0 else "student",
        "country": ("US", "DE", "GB")[user % 3],
    }
    found = {
        at: user_day(user, at, **who)
        for at in range(joined, DAYS)
        if at == joined or random.random() < (0.12 if day(at).weekday() >= 5 else 0.35)
    }
    if sells and random.random() < 0.6:
        for at, columns in _bought(joined, random):
            if at < DAYS:
                known = found.get(at) or billing_day(user, at, **who)
                found[at] = {**known, **columns}
    return list(found.values())


def _bought(joined: int, random: np.random.Generator) -> list[tuple[int, Row]]:
    events: list[tuple[int, Row]] = [(joined + 1, {"trial_starts": 1})]
    if random.random() < 0.5:
        paid = joined + 1 + TRIAL_DAYS
        events.append((paid, {"conversions": 1}))
        months = int(random.geometric(0.25))
        events.append((paid + BILLING_DAYS * months, {"cancellations": 1}))
    return events
