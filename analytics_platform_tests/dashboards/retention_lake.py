"""A lake with lives of 700 users, and the tables of retention built from them as they are in earnest."""

import numpy as np

from analytics_platform.behaviour import COHORT_RETENTION, RETENTION_BY_FREQUENCY, USER_LIFETIMES, survival
from analytics_platform.forecasts import retention_curves
from analytics_platform.lakehouse import DuckDBEngine, Lake
from analytics_platform_tests.behaviour.lives import person, write_lives
from analytics_platform_tests.dashboards.kpi_lake import write_lake
from analytics_platform_tests.raw_rows import Row

DAYS = 150
CHANNELS = ("friend", "social", "paid_search", None)
FEATURES = ("quiz", "chat", "explain")


def lives(people: int = 700, seed: int = 3) -> list[Row]:
    """Users who begin over three months and leave sooner or later; teachers stay longer."""
    random = np.random.default_rng(seed)
    found: list[Row] = []
    for number in range(people):
        role = "teacher" if number % 4 == 0 else "student"
        start, stay = int(random.integers(0, 90)), int(random.geometric(0.012 if role == "teacher" else 0.04))
        span = range(start, min(start + stay, DAYS))
        days = [span.start, *(day for day in span[1:] if random.random() < 0.35)]
        found.append(person(days, role, CHANNELS[number % 4], FEATURES[number % 3]))
    found[0] = person([0, DAYS - 1], "teacher", "friend", "quiz")
    return found


def write_retention(lake: Lake, people: list[Row] | None = None) -> None:
    """KPIs and every table that the views of retention read."""
    write_lake(lake)
    write_lives(lake, lives() if people is None else people)
    engine = DuckDBEngine(lake)
    for model in (USER_LIFETIMES, COHORT_RETENTION, RETENTION_BY_FREQUENCY):
        engine.run(model)
    for table, rows in (
        (survival.TABLE, survival.survival(engine)),
        (retention_curves.TABLE, retention_curves.retention_curves(engine, replications=20)),
    ):
        lake.replace(table, [rows], rows.schema)
