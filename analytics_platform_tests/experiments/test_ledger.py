"""The ledger: a full rescan by other means agrees to 1e-12, however the days were built."""

import random
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics_platform.experiments import LEDGER
from analytics_platform.experiments.catalogue import Experiment
from analytics_platform.lakehouse import Lake
from analytics_platform.lakehouse.portability import violations
from analytics_platform.stats.moments import Moments
from analytics_platform_tests.derived_rows import day, days, user_day, write_user_days
from analytics_platform_tests.experiments.rescan import rescanned, stored_moments, worst_error
from analytics_platform_tests.experiments.small_experiments import Written, planned, shown, write
from analytics_platform_tests.raw_rows import Row

METRICS: dict[str, Any] = {
    "primary": "engagement_seconds",
    "secondary": ["events_per_session", "retained_1d", "started_trial", "engagement_seconds_winsorised"],
    "guardrails": [{"metric": "retained_7d", "margin": 0.1}],
    "covariates": ["active_days"],
}
USERS = planned(**METRICS)
CLASSES = planned(**METRICS, unit="classroom")
WINDOWED = planned(**METRICS, conversion_window_days=3)


def _people(seed: int = 1, people: int = 60) -> tuple[list[Row], list[Row]]:
    """Days 0 to 24 of people, nearly all exposed, a few of them to both variants."""
    draw = random.Random(seed)
    user_days, exposures = [], []
    for person in range(1, people + 1):
        classroom = 1 + person % 7 if person % 9 else None
        platform, plan = draw.choice(["web", "ios"]), draw.choice(["free", "paid"])
        user_days += [
            user_day(
                person,
                offset,
                platform=platform,
                plan=plan,
                sessions=draw.randint(1, 4),
                events=draw.randint(1, 9),
                trial_starts=int(draw.random() < 0.05),
                engagement_seconds=draw.lognormvariate(5, 1),
                is_active=draw.random() < 0.9,
            )
            for offset in range(25)
            if draw.random() < 0.4
        ]
        if person % 10:
            variant = ("control", "treatment")[(person % 7 if classroom else person) % 2]
            first = draw.randint(4, 14)
            exposures.append(shown(person, first, variant, classroom_id=classroom))
            if person % 17 == 0:
                other = "control" if variant == "treatment" else "treatment"
                exposures.append(shown(person, first + 3, other, classroom_id=classroom))
    return user_days, exposures


def _error(
    written: Written, experiment: Experiment, user_days: list[Row], first: int = 0, last: int = 24
) -> float:
    exposures = written.rows("experiments.exposures")
    caps = dict(written.rows("experiments.caps").select("metric", "cap").iter_rows())
    expected = {}
    for offset in range(first, last + 1):
        expected |= rescanned(user_days, exposures, experiment, day(offset), caps)
    rows = written.rows("experiments.ledger").filter(pl.col("event_date").is_between(day(first), day(last)))
    assert len(expected) > 50 or len(user_days) < 100
    return worst_error(rows, expected)


@pytest.mark.parametrize("experiment", [USERS, CLASSES, WINDOWED], ids=["users", "classes", "windowed"])
def test_a_full_rescan_agrees(tmp_path: Path, experiment: Experiment):
    user_days, exposures = _people()

    written = write(Lake(tmp_path), experiment, user_days=user_days, exposures=exposures)

    assert _error(written, experiment, user_days) < 1e-12


def test_days_built_apart_give_the_same_rows(tmp_path: Path):
    user_days, exposures = _people()
    whole = write(Lake(tmp_path / "whole"), USERS, user_days=user_days, exposures=exposures)

    daily = write(Lake(tmp_path / "daily"), USERS, user_days=user_days, exposures=exposures, built=days(0, 4))
    for window in (days(5, 5), days(6, 6), days(7, 12), days(13, 13), days(14, 24)):
        daily.engine.run(LEDGER, window)

    assert worst_error(daily.rows("experiments.ledger"), _moments(whole)) < 1e-12


def test_late_data_re_opens_its_day_and_those_after(tmp_path: Path):
    user_days, exposures = _people()
    late = [row for row in user_days if row["event_date"] == day(9)]
    early = [row for row in user_days if row["event_date"] != day(9)]
    written = write(Lake(tmp_path), USERS, user_days=early, exposures=exposures[5:])
    before = written.rows("experiments.ledger").filter(pl.col("event_date") < day(6))

    write_user_days(written.lake, early + late)
    written.build(days(9, 9))

    assert _error(written, USERS, user_days, 9) < 1e-12
    assert written.rows("experiments.ledger").filter(pl.col("event_date") < day(6)).equals(before)


def _moments(written: Written) -> dict[Any, Any]:
    rows = stored_moments(written.rows("experiments.ledger"))
    return {key: Moments(np.array(units), mean, cross) for key, (units, mean, cross) in rows.items()}


_person = st.fixed_dictionaries(
    {
        "exposed": st.integers(4, 12),
        "variant": st.sampled_from(["control", "treatment"]),
        "classroom_id": st.sampled_from([None, 1, 2]),
        "days": st.dictionaries(
            st.integers(0, 14), st.tuples(st.integers(0, 3), st.floats(0, 1e6, width=32)), max_size=4
        ),
    }
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.lists(_person, max_size=7), unit=st.sampled_from(["user", "classroom"]))
def test_any_small_log_agrees_with_a_rescan(
    tmp_path_factory: pytest.TempPathFactory, people: list[Any], unit: str
):
    experiment = planned(**METRICS, unit=unit)
    exposures = [
        shown(number, person["exposed"], person["variant"], classroom_id=person["classroom_id"])
        for number, person in enumerate(people, start=1)
    ]
    user_days = [
        user_day(number, offset, sessions=sessions, engagement_seconds=seconds, is_active=sessions > 0)
        for number, person in enumerate(people, start=1)
        for offset, (sessions, seconds) in person["days"].items()
    ]

    written = write(
        Lake(tmp_path_factory.mktemp("log")), experiment, user_days=user_days, exposures=exposures
    )

    assert _error(written, experiment, user_days) < 1e-12


def test_a_mean_that_dwarfs_its_spread_costs_no_digits(tmp_path: Path):
    user_days = [
        user_day(person, 6 + person % 2, engagement_seconds=1e8 + (-1) ** (person // 2))
        for person in range(1, 41)
    ]
    exposures = [
        shown(person, 6 + person % 2, ("control", "treatment")[person // 20 % 2]) for person in range(1, 41)
    ]

    written = write(Lake(tmp_path), USERS, user_days=user_days, exposures=exposures)

    newest = written.rows("experiments.ledger").filter(
        pl.col("metric") == "engagement_seconds",
        pl.col("dimension") == "overall",
        pl.col("event_date") == day(14),
    )
    assert all(0.5 < row["cross_yy"] / row["units"] <= 1 for row in newest.to_dicts())
    assert _error(written, USERS, user_days) < 1e-12


def test_units_that_are_all_alike_have_no_spread(tmp_path: Path):
    user_days = [user_day(person, 6, engagement_seconds=0.1) for person in range(1, 8)]
    exposures = [shown(person, 6) for person in range(1, 8)]

    written = write(Lake(tmp_path), USERS, user_days=user_days, exposures=exposures)

    rows = written.rows("experiments.ledger").filter(pl.col("metric") == "engagement_seconds")
    assert rows["mean_y"].to_list() == pytest.approx([0.1] * rows.height)
    assert max(map(abs, rows["cross_yy"].to_list())) < 1e-15


def test_a_crossover_counts_until_the_day_on_which_it_is_known(tmp_path: Path):
    exposures = [shown(1, 6), shown(2, 6), shown(2, 9, "treatment")]

    written = write(Lake(tmp_path), planned(), user_days=[user_day(1, 6)], exposures=exposures)

    rows = written.rows("experiments.ledger").filter(pl.col("dimension") == "overall")
    units = dict(rows.select("event_date", "units").iter_rows())
    assert [units[day(offset)] for offset in (6, 7, 8, 9, 14)] == [2, 2, 2, 1, 1]
    assert day(15) not in units


def test_retention_waits_for_its_day_even_beyond_the_end(tmp_path: Path):
    exposures = [shown(1, 6), shown(2, 14)]
    experiment = planned(primary="retained_7d")

    written = write(
        Lake(tmp_path), experiment, user_days=[user_day(1, 13), user_day(2, 20)], exposures=exposures
    )

    rows = written.rows("experiments.ledger").filter(pl.col("dimension") == "overall")
    found = [tuple(row) for row in rows.select("event_date", "cohort_date", "units", "mean_y").iter_rows()]
    assert (day(13), day(6), 1, 1.0) in found
    assert (day(21), day(14), 1, 0.0) in found
    assert min(row[0] for row in found) == day(13)
    assert max(row[0] for row in found) == day(21)


def test_the_ledger_is_portable_and_explains_every_column():
    assert violations(LEDGER) == []
    assert len(LEDGER.columns) == 7 + 6 + 21 + 1
    assert LEDGER.is_daily
    assert LEDGER.has_history
    assert all(comment.endswith(".") for comment in LEDGER.columns.values())
