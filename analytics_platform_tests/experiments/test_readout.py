"""Readouts: outside vectors, second implementations, and what cannot be estimated."""

import math
from itertools import product

import numpy as np
import polars as pl
import pytest
import tea_tasting as tt
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from analytics_platform.experiments.plan import Goal, Looks
from analytics_platform.experiments.readout import decisive, readouts
from analytics_platform.experiments.sample import Sample
from analytics_platform.stats.moments import Moments
from analytics_platform_tests.experiments.arms_of import clusters, drawn, plan, sample, shares, summed


def row_of(rows: list[dict], method: str, metric: str = "spend") -> dict:
    return next(row for row in rows if row["method"] == method and row["metric"] == metric)


def test_growthbooks_absolute_vector():
    """GrowthBook `packages/stats/tests`: A(3407, 1396.87, 52377.9767), B(3461, 2422.7, 134698.29); Welch's t."""  # noqa: E501
    arms = {"control": summed(3407, 1396.87, 52377.9767), "treatment": summed(3461, 2422.7, 134698.29)}
    row = row_of(readouts(plan(), {"spend": arms}), "unadjusted")

    assert (row["effect"], row["effect_low"], row["effect_high"]) == pytest.approx(
        (0.29, 0.04538, 0.53462), abs=5e-6
    )
    assert row["p_value"] == pytest.approx(0.02016, abs=5e-6)


def test_growthbooks_relative_vector():
    """GrowthBook `packages/stats/tests`: 14 of 28 against 16 of 30 is a lift of 0.06667."""
    goal = Goal("spend", "Spend", kind="proportion", purpose="primary")
    row = row_of(
        readouts(plan(goal), {"spend": {"control": shares(14, 28), "treatment": shares(16, 30)}}),
        "unadjusted",
    )

    assert row["relative_effect"] == pytest.approx(0.06667, abs=5e-6)


def test_statsmodels_agrees_on_means():
    control, treatment = drawn(1, 400), drawn(2, 300, 0.1)
    row = row_of(readouts(plan(), {"spend": {"control": control, "treatment": treatment}}), "unadjusted")
    other = CompareMeans(DescrStatsW(treatment.values), DescrStatsW(control.values))

    assert row["p_value"] == pytest.approx(other.ttest_ind(usevar="unequal")[1], rel=1e-9)
    assert (row["effect_low"], row["effect_high"]) == pytest.approx(
        other.tconfint_diff(usevar="unequal"), rel=1e-9
    )


def test_tea_tasting_agrees_on_ratios():
    random = np.random.default_rng(3)
    orders = {arm: random.poisson(3.0, 500) + 1.0 for arm in (0, 1)}
    items = {arm: orders[arm] * 2 + random.normal(arm, 1.0, 500) for arm in (0, 1)}
    table = {
        "variant": np.repeat([0, 1], 500),
        "items": np.concatenate([items[0], items[1]]),
        "orders": np.concatenate([orders[0], orders[1]]),
    }
    other = tt.Experiment(metric=tt.RatioOfMeans("items", "orders")).analyze(pl.DataFrame(table))["metric"]
    goal = Goal("spend", "Spend", kind="ratio", purpose="primary")
    arms = {"control": sample(items[0], orders[0]), "treatment": sample(items[1], orders[1])}
    row = row_of(readouts(plan(goal), {"spend": arms}), "unadjusted")

    assert row["effect"] == pytest.approx(other.effect_size, rel=1e-9)
    assert row["p_value"] == pytest.approx(other.pvalue, rel=1e-6)
    assert row["effect_low"] == pytest.approx(other.effect_size_ci_lower, rel=1e-6)


def test_the_past_removes_most_of_the_variance_and_decides():
    rows = readouts(plan(Goal("spend", "Spend", purpose="primary", covariates=("spend",))), _pair())
    cuped, plain = row_of(rows, "cuped"), row_of(rows, "unadjusted")

    assert cuped["is_decisive"]
    assert not plain["is_decisive"]
    assert cuped["variance_reduction"] > 0.9
    assert cuped["standard_error"] < 0.3 * plain["standard_error"]
    assert cuped["relative_low"] < 0.05 * 10 / 12 < cuped["relative_high"]


def test_without_a_past_strata_decide():
    arms = {name: sample(arm.values, strata=arm.strata) for name, arm in _pair()["spend"].items()}
    rows = readouts(plan(), {"spend": arms})

    assert row_of(rows, "post_stratified")["is_decisive"]


def test_few_classrooms_are_decided_by_the_jackknife_with_the_bootstrap_beside_it():
    arms = {"control": clusters(1, 12), "treatment": clusters(2, 12, 0.1)}
    rows = readouts(plan(unit="classroom"), {"spend": arms})
    few, wild = row_of(rows, "cluster_jackknife"), row_of(rows, "cluster_wild")

    assert few["is_decisive"]
    assert few["control_units"] == 12
    assert 21.9 < few["degrees_of_freedom"] <= 22
    assert wild["effect_low"] == few["effect_low"]
    assert wild["p_value"] == pytest.approx(few["p_value"], abs=0.05)


def test_many_classrooms_are_decided_by_the_delta_method():
    arms = {"control": clusters(1, 40), "treatment": clusters(2, 40, 0.1)}

    assert row_of(readouts(plan(unit="classroom"), {"spend": arms}), "cluster_delta")["is_decisive"]


@pytest.mark.parametrize(("classrooms", "is_answered"), [(4, False), (5, True)])
def test_a_handful_of_classrooms_in_an_arm_are_too_few(classrooms: int, is_answered: bool):
    arms = {"control": clusters(1, classrooms), "treatment": clusters(2, 40, 0.1)}
    (row,) = [row for row in readouts(plan(unit="classroom"), {"spend": arms}) if row["is_decisive"]]

    assert (row["effect_low"] is not None) is is_answered
    assert ("4 clusters" in (row["reason"] or "")) is not is_answered
    assert is_answered or row["p_value"] is None


def test_a_share_of_few_events_in_unequal_arms_is_not_tested():
    def share(events: int, units: int) -> Sample:
        return Sample(Moments.of(np.column_stack([np.arange(units) < events, np.ones(units)]).astype(float)))

    goal = Goal("bought", "Buyers", kind="proportion", purpose="primary")
    told = {}
    for name, arms in {
        "none": (share(0, 1000), share(30, 1000)),
        "rare": (share(12, 400), share(100, 3600)),
        "enough": (share(60, 2000), share(70, 2000)),
    }.items():
        rows = readouts(plan(goal), {"bought": dict(zip(("control", "treatment"), arms, strict=True))})
        told[name] = next(row for row in rows if row["is_decisive"])

    assert "0 of 1,000 units in the control arm did it" in told["none"]["reason"]
    assert "so rare in arms of so unequal size" in told["rare"]["reason"]
    assert told["none"]["p_value"] is told["rare"]["effect_low"] is None
    assert told["enough"]["effect_low"] is not None


def test_an_interim_look_widens_the_interval_and_the_last_one_hardly_does():
    first = Looks("group_sequential", information=(0.25, 0.5), planned_units=1600, is_last=False)
    last = Looks("group_sequential", information=(0.25, 0.5, 1.0), planned_units=1600, is_last=True)
    widths = []
    for looks in (first, last):
        row = row_of(readouts(plan(looks=looks), _pair()), "group_sequential")
        assert row["is_decisive"]
        fixed = row_of(readouts(plan(), _pair()), "cuped")
        widths.append((row["effect_high"] - row["effect_low"]) / (fixed["effect_high"] - fixed["effect_low"]))

    assert widths[0] > 1.4
    assert 1.0 < widths[1] < 1.05


def test_a_confidence_sequence_is_wider_than_a_fixed_interval():
    looks = Looks("confidence_sequence", planned_units=1600)
    rows = readouts(plan(looks=looks), _pair())

    assert row_of(rows, "confidence_sequence")["effect_low"] < row_of(rows, "cuped")["effect_low"]


def test_the_posterior_is_drawn_towards_no_effect():
    rows = readouts(plan(), _pair())
    believed, measured = row_of(rows, "bayesian"), row_of(rows, "cuped")

    assert believed["relative_effect"] > 0.0
    assert believed["relative_high"] < measured["relative_high"]
    assert 0.5 < believed["chance_to_win"] < 1.0
    assert believed["p_value"] is None


@pytest.mark.parametrize(("lift", "is_fine"), [(0.0, True), (-0.3, False)])
def test_a_guardrail_is_tested_against_its_margin(lift: float, is_fine: bool):
    goal = Goal("spend", "Spend", purpose="guardrail", margin=0.1, covariates=("spend",))
    first = Goal("first", "First", purpose="primary")
    arms = {"control": drawn(1, 2000), "treatment": drawn(2, 2000, lift)}
    row = row_of(readouts(plan(first, goal), {"spend": arms, "first": arms}), "cuped")

    assert row["is_non_inferior"] is is_fine
    assert (row["relative_low"] > -0.1) is is_fine


def test_holm_covers_secondary_metrics_and_variants_but_not_the_primary():
    goals = (Goal("a", "A", purpose="primary"), Goal("b", "B"), Goal("c", "C"))
    arms = {"control": drawn(1, 400), "x": drawn(2, 400, 0.1), "y": drawn(3, 400, 0.05)}
    design = plan(*goals, shares={"control": 0.4, "x": 0.3, "y": 0.3})
    rows = [row for row in readouts(design, dict.fromkeys("abc", arms)) if row["is_decisive"]]
    secondary = [row for row in rows if row["purpose"] == "secondary" and row["variant"] in "xy"]
    smallest = min(secondary, key=lambda row: row["p_value"])

    assert len(secondary) == 4
    assert smallest["adjusted_p_value"] == pytest.approx(min(4 * smallest["p_value"], 1.0))
    assert {row["variant"] for row in rows} == {"x", "y", "x+y"}
    pooled = next(row for row in rows if row["variant"] == "x+y" and row["metric"] == "a")
    assert pooled["treatment_units"] == 800


def test_quantiles_come_from_histograms_and_from_rows_alike():
    goal = Goal("spend", "Spend", kind="quantile", quantile=0.5, purpose="primary")
    exact = _pair()
    binned = {
        "spend": {name: sample(arm.values, histogram=arm.histogram) for name, arm in exact["spend"].items()}
    }
    one, other = (row_of(readouts(plan(goal), arms), "quantile") for arms in (exact, binned))

    assert one["effect"] == pytest.approx(
        np.median(exact["spend"]["treatment"].values) - np.median(exact["spend"]["control"].values)
    )
    assert other["effect"] == pytest.approx(one["effect"], abs=0.05)
    assert other["standard_error"] == pytest.approx(one["standard_error"], rel=0.05)


@pytest.mark.parametrize(
    ("control", "treatment", "reason"),
    [
        (sample([1.0, 2.0, 3.0]), None, "the treatment arm has no unit"),
        (sample([1.0]), sample([1.0, 2.0]), "the control arm has one unit only"),
        (
            sample([2.0, 2.0]),
            sample([2.0, 2.0]),
            "no unit differs from another in either arm (zero variance)",
        ),
    ],
    ids=["no unit", "one unit", "zero variance"],
)
def test_what_cannot_be_estimated_has_a_reason_and_no_number(control: object, treatment: object, reason: str):
    arms = {"control": control} | ({} if treatment is None else {"treatment": treatment})
    rows = readouts(plan(), {"spend": arms})

    assert [row["reason"] for row in rows] == [reason]
    assert rows[0]["is_decisive"]
    assert rows[0]["effect"] is None


@pytest.mark.parametrize("mean", [0.0, -5.0], ids=["zero", "negative"])
def test_a_lift_over_nothing_or_a_loss_is_refused_while_the_difference_stands(mean: float):
    arms = {"control": sample([mean - 1, mean + 1, mean]), "treatment": sample([1.0, 2.0, 4.0])}
    row = readouts(plan(), {"spend": arms})[0]

    assert row["effect"] == pytest.approx(7 / 3 - mean)
    assert row["relative_low"] is None
    assert "a lift needs a positive one" in row["reason"]


def test_one_cluster_in_an_arm_is_too_few():
    arms = {"control": clusters(1, 1), "treatment": clusters(2, 20)}
    row = readouts(plan(unit="classroom"), {"spend": arms})[0]

    assert row["reason"] == "the control arm has one unit only"


def test_no_number_is_ever_infinite_or_missing_without_a_reason():
    arms = {
        "none": {},
        "flat": {"control": sample([0.0, 0.0]), "treatment": sample([0.0, 0.0])},
        "tiny": {"control": sample([1.0, 2.0]), "treatment": sample([5.0, 2.0])},
        "rich": _pair()["spend"],
    }
    designs = ("fixed", "group_sequential", "confidence_sequence")
    kinds = ("mean", "ratio", "proportion", "quantile", "winsorised")
    for kind, design, (name, samples), unit in product(kinds, designs, arms.items(), ("user", "classroom")):
        goal = Goal("spend", "Spend", kind=kind, purpose="primary", quantile=0.5, margin=0.1)
        looks = Looks(design, information=(0.01,), planned_units=1000, is_last=False)  # pyright: ignore[reportArgumentType]
        rows = readouts(plan(goal, looks=looks, unit=unit), {"spend": samples})
        assert sum(row["is_decisive"] for row in rows) == 1, (kind, design, name)
        for row in rows:
            assert all(math.isfinite(value) for value in row.values() if isinstance(value, float)), row
            assert row["effect_low"] is not None or row["reason"], row


def test_decisive_rows_are_found_by_metric():
    rows = readouts(plan(), _pair())

    assert decisive(rows, "treatment")["spend"]["method"] == "cuped"


def _pair() -> dict:
    return {"spend": {"control": drawn(1, 800), "treatment": drawn(2, 800, 0.05)}}
