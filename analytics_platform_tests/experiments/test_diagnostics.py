"""Diagnostics: each finds what was planted for it, and is quiet otherwise."""

import numpy as np
import polars as pl
import pytest

from analytics_platform.experiments.diagnostics import (
    early_outcomes,
    exclusions,
    interference,
    novelty,
    pre_period,
)
from analytics_platform.experiments.plan import Goal
from analytics_platform.stats.moments import Moments
from analytics_platform_tests.experiments.arms_of import PRIMARY, plan, sample

GOAL = Goal("spend", "Spend", purpose="primary", covariates=("spend",))


def arm(seed: int, before: float = 10.0) -> object:
    random = np.random.default_rng(seed)
    x = random.normal(before, 3.0, 2000)
    return sample(x + random.normal(0, 1, 2000), None, x)


@pytest.mark.parametrize(("before", "passed"), [(10.0, True), (11.0, False)])
def test_arms_that_differed_before_are_found(before: float, passed: bool):
    rows = pre_period(plan(GOAL), {"spend": {"control": arm(1), "treatment": arm(2, before)}})

    assert [row["passed"] for row in rows] == [passed]
    assert rows[0]["sentence"].startswith("Before the exposure, spend of the arms differed by ")


def test_one_past_of_two_metrics_is_tested_once():
    goals = (GOAL, Goal("orders", "Orders", covariates=("spend",)))
    arms = {"control": arm(1), "treatment": arm(2)}

    assert [row["metric"] for row in pre_period(plan(*goals), {"spend": arms, "orders": arms})] == ["spend"]


def weeks(change: float, seed: int) -> Moments:
    random = np.random.default_rng(seed)
    early = random.gamma(4.0, 1.0, 3000)
    return Moments.of(np.column_stack([random.normal(change, 1.0, 3000), np.ones(3000), early]))


@pytest.mark.parametrize(
    ("change", "said"), [(-0.4, "wears off (novelty)"), (0.4, "grows (primacy)"), (0.0, "No sign")]
)
def test_an_effect_that_changes_is_told_from_one_that_does_not(change: float, said: str):
    row = novelty(plan(), PRIMARY, {"control": weeks(0.0, 1), "treatment": weeks(change, 2)})[0]

    assert said in row["sentence"]
    assert row["passed"] is (change == 0.0)
    assert row["low"] < change / 4.0 < row["high"]


def test_a_change_without_spread_is_not_judged():
    flat = Moments.of(np.zeros((5, 3)))

    assert novelty(plan(), PRIMARY, {"control": flat, "treatment": flat}) == []


def classmates(spillover: float, classrooms: int = 200) -> pl.DataFrame:
    random = np.random.default_rng(4)
    members = pl.DataFrame({"classroom_id": np.repeat(np.arange(classrooms), 8)})
    is_treated = random.random(members.height) < random.uniform(0.2, 0.8, classrooms)[members["classroom_id"]]
    share = np.array([is_treated[members["classroom_id"] == room].mean() for room in members["classroom_id"]])
    return members.with_columns(
        variant=np.where(is_treated, "treatment", "control"),
        y=10.0 + spillover * share + random.normal(0, 2, members.height),
        x1=random.normal(0, 1, members.height),
    )


@pytest.mark.parametrize(("spillover", "passed"), [(0.0, True), (5.0, False)])
def test_treated_classmates_that_change_control_users_are_found(spillover: float, passed: bool):
    row = interference(plan(), PRIMARY, classmates(spillover))[0]

    assert row["passed"] is passed


def test_interference_is_not_asked_where_classrooms_are_few_or_randomised():
    assert interference(plan(), PRIMARY, classmates(0.0, 10)) == []
    assert interference(plan(unit="classroom"), PRIMARY, classmates(0.0)) == []


def test_units_left_out_are_counted_and_named():
    rows = exclusions(plan(), {None: 980, "multiple_variants": 4, "bot": 16})

    assert [(row["diagnostic"], row["passed"]) for row in rows] == [
        ("exclusions", False),
        ("crossovers", True),
    ]
    assert rows[0]["sentence"] == "20 of 1,000 users were left out (2.00 %): multiple variants 4, bot 16."
    assert exclusions(plan(), {}) == []


def test_outcomes_before_the_exposure_are_a_share_of_users():
    assert early_outcomes(plan(), 30, 1000)[0]["passed"] is False
    assert early_outcomes(plan(), 3, 1000)[0]["passed"] is True
    assert early_outcomes(plan(), 0, 0) == []


@pytest.mark.parametrize(("late_lift", "is_steady"), [(1.2, True), (1.0, False)])
def test_a_lift_that_stays_is_no_novelty_though_activity_fades(late_lift: float, is_steady: bool):
    random = np.random.default_rng(4)

    def weeks(lift: float, later: float) -> Moments:
        early, late = random.poisson(10 * lift, 20_000), random.poisson(4 * later, 20_000)
        return Moments.of(np.column_stack([late - early, np.ones(20_000), early]).astype(float))

    (row,) = novelty(plan(), PRIMARY, {"control": weeks(1.0, 1.0), "treatment": weeks(1.2, late_lift)})

    assert row["passed"] is is_steady
