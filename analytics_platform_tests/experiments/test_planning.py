"""Power plans: from what the control arm shows."""

import numpy as np
import pytest
from statsmodels.stats.power import TTestIndPower

from analytics_platform.experiments.plan import Goal, Rule
from analytics_platform.experiments.planning import power_plans
from analytics_platform.experiments.sample import Sample
from analytics_platform_tests.experiments.arms_of import PRIMARY, clusters, drawn, plan, sample


def test_statsmodels_agrees_on_the_units_required():
    values = np.random.default_rng(1).normal(100.0, 20.0, 500)
    arms = {"control": sample(values), "treatment": sample(values)}
    row = power_plans(plan(rule=Rule(minimum_effect=0.05)), {"spend": arms}, None)[0]
    each = TTestIndPower().solve_power(0.05 * values.mean() / values.std(ddof=1), power=0.8, alpha=0.05)

    assert row["required_units"] == pytest.approx(2 * each, abs=2)
    assert row["required_days"] == pytest.approx(row["required_units"] / (1000 / 28))
    assert row["minimum_detectable_effect"] == row["current_minimum_detectable_effect"]


def test_a_past_makes_the_plan_cheaper():
    arms = {"control": drawn(1, 500), "treatment": drawn(2, 500)}
    with_past = power_plans(plan(), {"spend": arms}, 2000)[0]
    without = power_plans(plan(), {"spend": {name: sample(arm.values) for name, arm in arms.items()}}, 2000)[
        0
    ]

    assert with_past["required_units"] < 0.2 * without["required_units"]
    assert with_past["planned_units"] == 2000


def test_classrooms_have_a_design_effect():
    values = np.random.default_rng(2).normal(np.repeat(np.arange(40.0), 20), 5.0)
    rooms = np.repeat(np.arange(40), 20)
    arm = clusters(1, 40)
    arms = {"control": Sample(arm.moments, values=values, cluster_of=rooms), "treatment": arm}
    row = power_plans(plan(unit="classroom"), {"spend": arms}, None)[0]

    assert row["mean_cluster_size"] == 20
    assert row["cluster_icc"] > 0.8
    assert row["design_effect"] == pytest.approx(1 + 19 * row["cluster_icc"])


@pytest.mark.parametrize(
    ("goal", "arm", "reason"),
    [
        (
            Goal("spend", "Spend", kind="quantile", purpose="primary"),
            drawn(1, 10),
            "a quantile's variance is not known",
        ),
        (PRIMARY, sample([1.0]), "the control arm has 1 units"),
        (PRIMARY, sample([0.0, 0.0, 0.0]), "no positive mean or no spread"),
    ],
    ids=["quantile", "one unit", "no spread"],
)
def test_what_cannot_be_planned_has_a_reason(goal: Goal, arm: Sample, reason: str):
    assert reason in power_plans(plan(goal), {"spend": {"control": arm}}, None)[0]["reason"]


def test_no_arm_at_all_has_a_reason():
    assert power_plans(plan(), {}, None)[0]["reason"] == "the control arm has 0 units"
