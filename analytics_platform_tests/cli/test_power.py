"""`power`: plans from a baseline told by hand, or from the lake's history."""

import json
from pathlib import Path

import pytest
from statsmodels.stats.power import TTestIndPower

from analytics_platform.experiments.history import Baseline
from analytics_platform.experiments.power_question import Question, answer
from analytics_platform.lakehouse import Lake
from analytics_platform_tests.cli.conftest import Command
from analytics_platform_tests.derived_rows import user_day, write_user_days

TWO_WEEKS = ("--duration-days", "14")


def test_statsmodels_agrees_on_a_baseline_told_by_hand(analytics: Command):
    words = ("--baseline-mean", "4.2", "--baseline-sd", "6.1", "--effect", "0.03", "--format", "json")
    row = json.loads(analytics("power", *words).out)[0]
    each = TTestIndPower().solve_power(0.03 * 4.2 / 6.1, power=0.8, alpha=0.05)

    assert row["required_units"] == pytest.approx(2 * each, abs=2)


def test_traffic_gives_days_and_what_a_time_can_find(analytics: Command):
    words = ("--baseline-mean", "0.12", "--weekly-units", "4000", "--format", "json")
    row = json.loads(analytics("power", *words).out)[0]

    assert row["required_days"] == pytest.approx(7 * row["required_units"] / 4000)
    assert row["units_in_time"] == 16000
    assert row["power_in_time"] < 0.8
    assert row["minimum_detectable_effect"] > 0.05


def test_classrooms_told_by_hand_need_more_users_by_their_design_effect(analytics: Command):
    words = ("power", "--baseline-mean", "0.3", "--format", "json")
    rooms = ("--unit", "classroom", "--cluster-size", "20", "--icc", "0.05")
    alone, together = (json.loads(analytics(*words, *more).out)[0] for more in ((), rooms))

    assert (together["unit"], together["design_effect"]) == ("classroom", pytest.approx(1 + 19 * 0.05))
    assert together["required_units"] == pytest.approx(1.95 * alone["required_units"], rel=0.01)


def test_a_metric_is_measured_on_the_lake(
    analytics: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    rows = [
        user_day(user_id, offset, classroom_id=user_id % 12, sessions=1 + user_id % 3)
        for user_id in range(120)
        for offset in range(user_id % 7, 45, 1 + user_id % 5)
    ]
    write_user_days(Lake(tmp_path / "lake"), rows)
    monkeypatch.setenv("ANALYTICS_LAKE", str(tmp_path / "lake"))
    monkeypatch.setenv("ANALYTICS_DAYS", "45")
    adjusted, plain = (
        json.loads(
            analytics(
                "power",
                "--metric",
                "sessions",
                "--covariates",
                name,
                "--duration-days",
                "14",
                "--format",
                "json",
            ).out
        )[0]
        for name in ("past", "none")
    )
    every = json.loads(analytics("power", "--unit", "classroom", *TWO_WEEKS, "--format", "json").out)

    assert adjusted["variance_reduction"] > 0.5
    assert adjusted["required_units"] < plain["required_units"]
    assert {"retained_14d", "events_per_session", "engagement_seconds_winsorised"} <= {
        row["metric"] for row in every
    }
    refused = analytics("power", "--metric", "engagement_seconds_p50")
    unknown = next(row for row in every if row["metric"].endswith("_p50"))
    assert "a quantile's variance is not known" in unknown["reason"]
    assert (unknown["baseline_mean"], unknown["baseline_sd"]) == (None, None)
    assert (refused.code, refused.out) == (1, "")
    assert "No plan for engagement_seconds_p50: a quantile's variance is not known" in refused.err


def test_a_share_of_the_lake_does_not_exceed_all():
    always = Baseline("used_quiz", mean=0.9, variance=0.09)

    assert "no share exceeds 1" in answer(Question(0.5), always)["reason"]
    assert answer(Question(0.1), always)["required_units"] > 0


def test_a_baseline_without_spread_shows_no_numbers():
    row = answer(Question(0.5), Baseline("sessions"))

    assert (row["baseline_mean"], row["baseline_sd"]) == (None, None)
    assert "no positive mean or no spread" in row["reason"]


def test_a_duration_has_an_end(analytics: Command):
    printed = analytics("power", "--baseline-mean", "0.1", "--duration-days", f"1{'0' * 400}")

    assert (printed.code, printed.out) == (2, "")
    assert "--duration-days" in printed.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--metric", "actve_days"), "did you mean 'active_days'"),
        (("--baseline-mean", "4"), "--baseline-mean 4 is no share: give --baseline-sd too"),
        (("--baseline-mean", "0.1", "--baseline-sd", "0"), "a positive mean and spread"),
        (("--baseline-mean", "0.1", "--effect", "0"), "--effect 0 is out of range"),
        (("--baseline-mean", "0.1", "--power", "0.01"), "--power 0.01 is out of range"),
        (("--baseline-mean", "0.1", "--metric", "sessions"), "not both"),
        (("--baseline-mean", "0.1", "--weekly-units", "inf"), "--weekly-units inf is out of range; write"),
        (("--baseline-mean", "0.1", "--weekly-units", "1e300"), "--weekly-units 1e+300 is out of range"),
        (("--baseline-mean", "0.1", "--effect", "inf"), "--effect inf is out of range"),
        (
            ("--baseline-mean", "0.9", "--effect", "0.5"),
            "lift a share of 0.9 to 1.35, and no share exceeds 1; write an effect of at most 0.111111; or",
        ),
        (("--baseline-mean", "inf", "--baseline-sd", "1"), "--baseline-mean inf is out of range"),
        (("--baseline-mean", "1", "--baseline-sd", "nan"), "--baseline-sd nan is out of range"),
        (("--baseline-sd", "1"), "belong to --baseline-mean"),
        (("--baseline-mean", "0.1", "--unit", "classroom"), "give --cluster-size, such as 20, and --icc"),
        (("--baseline-mean", "0.1", "--icc", "0.1"), "give --unit classroom too"),
        (("--baseline-mean", "0.1", "--effect", "1e-12"), "No plan for given: no sample finds an effect of"),
    ],
    ids=[
        "metric", "no spread", "zero spread", "effect", "power", "both", "endless traffic",
        "much traffic", "endless effect", "beyond all", "endless mean", "no sd", "sd alone", "classroom",
        "icc", "tiny effect",
    ],
)  # fmt: skip
def test_a_mistake_is_one_sentence(analytics: Command, words: tuple[str, ...], said: str):
    printed = analytics("power", *words)

    assert (printed.code, printed.out) == (1, "")
    assert said in printed.err
