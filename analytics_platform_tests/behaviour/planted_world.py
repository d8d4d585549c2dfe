"""User-days of a small product with weekly rhythm, for what changes and who is who; random by seed alone."""

from collections.abc import Iterable
from datetime import timedelta

import numpy as np

from analytics_platform.lakehouse import DuckDBEngine, Lake
from analytics_platform.workspace import VIEWS
from analytics_platform_tests.derived_rows import build, user_day, write_user_days
from analytics_platform_tests.raw_rows import FIRST_DAY, Row, user, write_raw

PEOPLE, DAYS = 150, 77
QUIET_DAY = 50
"""A day on which most people stay away: the same weekday as every seventh day before it."""
PLATFORMS = ("web", "ios", "android")


def user_days(*, quiet_day: int | None = QUIET_DAY) -> list[Row]:
    """Days of 150 people over 77 days; ios users double their events in the last week."""
    draws = np.random.default_rng(4)
    return [row for person in range(1, PEOPLE + 1) for row in _days_of(person, draws, quiet_day)]


def _days_of(person: int, draws: np.random.Generator, quiet_day: int | None) -> Iterable[Row]:
    habit, quizzes = draws.uniform(0.4, 0.8), draws.uniform(0, 1)
    for offset in range(DAYS):
        chance = habit * (0.5 if offset % 7 >= 5 else 1.0) * (0.15 if offset == quiet_day else 1.0)
        if offset and draws.uniform() > chance:
            continue
        platform = PLATFORMS[person % 3]
        events = 1 + int(draws.poisson(3)) * (2 if platform == "ios" and offset >= DAYS - 7 else 1)
        quiz = int(draws.binomial(events, quizzes))
        yield user_day(
            person,
            offset,
            platform=platform,
            role="teacher" if person % 5 == 0 else "student",
            country=("DE", "FR")[person % 2],
            events=events,
            quiz_uses=quiz,
            chat_uses=events - quiz,
            ratings=int(events > 4),
            rating_sum=4 * int(events > 4),
            ratings_4_plus=int(events > 4),
            engagement_seconds=64.0 * events,
        )


def planted(lake: Lake, rows: list[Row] | None = None) -> DuckDBEngine:
    """A lake with these user-days, users and KPIs, and no events."""
    rows = user_days() if rows is None else rows
    write_raw(lake, users=[user(person) for person in sorted({row["user_id"] for row in rows})])
    window = write_user_days(lake, rows)
    build(lake, window, "activity.events")
    build(lake, window, "activity.users", "behaviour.kpi_daily")
    return DuckDBEngine(lake, VIEWS)


LAST_DAY = FIRST_DAY + timedelta(days=DAYS - 1)
