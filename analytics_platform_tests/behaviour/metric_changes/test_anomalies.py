"""Unusual days against a plain loop, and as rare as they should be where nothing happens."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from analytics_platform.behaviour.metric_changes.anomalies import (
    THRESHOLD,
    Deviation,
    deviations,
    unusual_days,
)
from analytics_platform.behaviour.metric_changes.measures import COUNTS
from analytics_platform.lakehouse import Lake
from analytics_platform.metrics import METRICS
from analytics_platform_tests.behaviour.planted_world import DAYS, LAST_DAY, planted, user_days
from analytics_platform_tests.derived_rows import day


def counts(days: int, seed: int) -> pl.DataFrame:
    """A product without trend, with weekends, and Poisson noise."""
    draws = np.random.default_rng(seed)
    level = np.where(np.arange(days) % 7 >= 5, 600.0, 1000.0)
    dau = draws.poisson(level)
    columns = {name: np.zeros(days, np.int64) for name in COUNTS} | {"dau": dau, "sessions": 2 * dau}
    return pl.DataFrame({"event_date": [date.fromordinal(737_000 + n) for n in range(days)], **columns})


def altered(frame: pl.DataFrame, factors: dict[int, float]) -> pl.DataFrame:
    """Active users of some days multiplied."""
    factor = np.array([factors.get(at, 1.0) for at in range(len(frame))])
    return frame.with_columns(dau=(frame["dau"].to_numpy() * factor).astype(np.int64))


def found(frame: pl.DataFrame, metric: str = "dau") -> dict[int, Deviation]:
    begin = frame["event_date"][0]
    return {(each.day - begin).days: each for each in unusual_days(METRICS[metric], frame, begin)}


def test_a_day_is_told_against_the_mean_of_the_same_weekday_in_four_weeks():
    frame = altered(counts(90, 1), {80: 0.3})
    dau = frame["dau"].to_list()
    (deviation,) = found(frame).values()
    assert deviation.value == dau[80]
    assert deviation.usual == np.mean([dau[80 - 7 * week] for week in (1, 2, 3, 4)])


def test_false_alarms_are_rare_and_a_fall_by_a_fifth_is_found():
    alarms = sum(len(found(counts(180, seed))) for seed in range(20))
    assert alarms / (20 * (180 - 49)) < 0.005
    assert found(altered(counts(180, 3), {150: 0.8}))[150].robust_z < -THRESHOLD


def test_nothing_at_all_is_the_strongest_evidence():
    none, little = (found(altered(counts(120, 2), {100: left}))[100].robust_z for left in (0.0, 0.1))
    assert none < little < -THRESHOLD
    few = altered(counts(120, 2), dict.fromkeys(range(120), 0.05))
    assert found(altered(few, {100: 0.0}))[100].value == 0.0


BREAKS = {
    "a day without any": {93: 0.0},
    "a week without any": dict.fromkeys(range(87, 94), 0.0),
    "a fortnight of few": dict.fromkeys(range(80, 94), 0.4),
}


@pytest.mark.parametrize("before", BREAKS.values(), ids=BREAKS)
def test_a_dip_a_week_after_a_break_is_found_and_the_days_between_are_usual(before: dict[int, float]):
    frame = altered(counts(107, 5), {**before, 100: 0.7})
    assert set(found(frame)) == {*before, 100}


def test_a_new_level_is_learned_in_three_weeks():
    unusual = found(altered(counts(160, 6), dict.fromkeys(range(100, 160), 0.5)))
    assert set(unusual) == set(range(100, 121))
    assert {each.since for each in unusual.values()} == {unusual[100].day}


def test_days_without_rows_before_the_last_are_days_of_nothing(tmp_path: Path):
    rows = [row for row in user_days(quiet_day=None) if row["event_date"] != day(DAYS - 3)]
    unusual = [each for each in deviations(planted(Lake(tmp_path / "lake"), rows), LAST_DAY)
               if each.metric == "dau"]  # fmt: skip
    assert [(each.day, each.value) for each in unusual] == [(day(DAYS - 3), 0.0)]


def test_ratios_of_no_people_and_small_counts_are_not_judged():
    few = counts(120, 1).with_columns(dau=pl.lit(3))
    assert found(altered(few, {100: 0.0})) == {}
    frame = counts(120, 1)
    assert found(altered(frame, {100: 0.0}), "sessions_per_user") == {}
