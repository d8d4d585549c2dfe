"""Exposures: the first that counts, and everybody who does not with the reason and the day it was known."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.derived_rows import day, user_day
from analytics_platform_tests.experiments.small_experiments import Written, by_id, planned, shown, write
from analytics_platform_tests.raw_rows import event, exposure, instant, user


def _rows(written: Written) -> Any:
    return by_id(written.rows("experiments.exposures").to_dicts())


def test_the_first_exposure_within_the_period_counts(tmp_path: Path):
    lake = Lake(tmp_path)
    before = exposure(1, "hint", "treatment", exposed_at=instant(3))

    written = write(lake, planned(), exposures=[before, shown(1, 6), shown(2, 7, "treatment")])

    rows = _rows(written)
    assert (rows[1]["variant"], rows[1]["event_date"], rows[1]["unit_id"]) == ("control", day(6), 1)
    assert not rows[1]["is_excluded"]
    assert rows[1]["excluded_date"] is None
    assert rows[2]["variant"] == "treatment"


@pytest.mark.parametrize(
    ("exposures", "reason", "known"),
    [
        ([shown(1, 6), shown(1, 9, "treatment")], "multiple_variants", 9),
        ([shown(1, 6), shown(1, 9, "blue")], "multiple_variants", 9),
        ([shown(1, 3)], "outside_period", 3),
        ([shown(1, 15)], "outside_period", 15),
        ([shown(1, 6, "blue")], "unknown_variant", 6),
        ([exposure(1, "mystery", "on", exposed_at=instant(6))], "unknown_experiment", 6),
    ],
    ids=["crossover", "crossover to an unknown variant", "early", "late", "variant", "experiment"],
)
def test_a_user_who_does_not_count_keeps_a_row(tmp_path: Path, exposures: Any, reason: str, known: int):
    row = _rows(write(Lake(tmp_path), planned(), exposures=exposures))[1]

    assert row["is_excluded"]
    assert row["exclusion_reason"] == reason
    assert row["excluded_date"] == day(known)


def test_another_variant_after_the_end_is_no_crossover(tmp_path: Path):
    row = _rows(write(Lake(tmp_path), planned(), exposures=[shown(1, 6), shown(1, 20, "treatment")]))[1]

    assert not row["is_excluded"]


def test_a_bot_is_left_out_from_the_day_it_is_seen(tmp_path: Path):
    flood = [event(instant(8) + timedelta(seconds=number), 1) for number in range(501)]

    rows = _rows(write(Lake(tmp_path), planned(), exposures=[shown(1, 6), shown(2, 6)], events=flood))

    assert (rows[1]["exclusion_reason"], rows[1]["excluded_date"]) == ("bot", day(8))
    assert not rows[2]["is_excluded"]


def test_a_class_takes_its_members_and_crosses_over_as_one(tmp_path: Path):
    exposures = [
        shown(1, 6, classroom_id=10),
        shown(2, 8, classroom_id=10),
        shown(3, 6, classroom_id=20),
        shown(4, 9, "treatment", classroom_id=20),
        shown(5, 6),
    ]

    rows = _rows(write(Lake(tmp_path), planned(unit="classroom"), exposures=exposures))

    assert [rows[person]["unit_id"] for person in range(1, 6)] == [10, 10, 20, 20, None]
    assert [rows[person]["excluded_date"] for person in (1, 2, 3, 4)] == [None, None, day(9), day(9)]
    assert rows[5]["exclusion_reason"] == "no_classroom"


def test_a_trigger_exposes_at_its_first_event_from_the_assignment_on(tmp_path: Path):
    experiment = planned(trigger={"event_name": "feature_used", "feature": "chat"})
    events = [
        event(instant(5), 1, feature="chat"),
        event(instant(7), 1),
        event(instant(8), 1, feature="chat"),
        event(instant(9), 1, feature="chat"),
        event(instant(16), 2, feature="chat"),
    ]

    rows = _rows(write(Lake(tmp_path), experiment, exposures=[shown(1, 6), shown(2, 6)], events=events))

    assert (rows[1]["exposed_at"], rows[1]["event_date"]) == (instant(8), day(8))
    assert rows[2]["exclusion_reason"] == "not_triggered"


def test_a_profile_is_what_was_known_at_exposure(tmp_path: Path):
    people = [user(1, instant(2), role="teacher", country="FR"), user(2, instant(6), platform="ios")]
    lives = [
        user_day(1, 4, platform="web", plan="trial"),
        user_day(1, 6, platform="android", plan="paid"),
        user_day(1, 8, platform="ios", plan="free"),
    ]

    rows = _rows(
        write(
            Lake(tmp_path),
            planned(),
            user_days=lives,
            users=people,
            exposures=[shown(n, 6) for n in (1, 2, 3)],
        )
    )

    names = ("role", "country", "platform", "plan", "tenure_days")
    assert [tuple(rows[person][name] for name in names) for person in (1, 2, 3)] == [
        ("teacher", "FR", "android", "trial", 4),
        ("student", "DE", "ios", "free", 0),
        ("student", "ZZ", "other", "free", None),
    ]
