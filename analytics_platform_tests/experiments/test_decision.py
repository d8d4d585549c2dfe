"""Decisions: one verdict for each situation, and words that come from the numbers."""

import pytest

from analytics_platform.experiments.decision import Evidence, decisions
from analytics_platform.experiments.mismatch import srm
from analytics_platform.experiments.plan import Goal, Looks, Rule
from analytics_platform.experiments.readout import readouts
from analytics_platform_tests.experiments.arms_of import PRIMARY, drawn, plan, sample
from analytics_platform_tests.experiments.counts_of import counts

PAST = Goal("spend", "Spend", purpose="primary", covariates=("spend",))
GUARD = Goal("visits", "Visits", purpose="guardrail", margin=0.05, covariates=("visits",))
EVEN = counts(control=2000, treatment=2000)


def decided(
    lift: float = 0.0,
    guard: float = 0.0,
    units: int = 2000,
    observed: object = EVEN,
    diagnostics: tuple = (),
    failed: tuple[str, ...] = (),
    goal: Goal = PAST,
    **changes: object,
) -> dict:
    design = plan(goal, GUARD, **changes)
    arms = {
        name: {"control": drawn(5, units), "treatment": drawn(6, units, effect)}
        for name, effect in (("spend", lift), ("visits", guard))
    }
    evidence = Evidence(readouts(design, arms), srm(design, observed), list(diagnostics), failed)  # pyright: ignore[reportArgumentType]
    return decisions(design, evidence)[0]


def test_a_better_metric_with_its_guardrail_intact_ships():
    row = decided(lift=0.1)

    assert row["verdict"] == "Ship"
    assert row["is_final"]
    assert row["headline"].startswith("Ship: Spend +8.")
    assert "(95 % CI +" in row["headline"]
    assert "Visits stayed within its margin." in row["reasons"]


def test_a_mismatch_of_the_arms_holds_whatever_the_effect():
    row = decided(lift=0.1, observed=counts(control=2200, treatment=1800))

    assert row["verdict"] == "Hold"
    assert "sample ratio mismatch overall: control 2,200 · treatment 1,800" in row["headline"]


def test_a_harmed_guardrail_stops():
    row = decided(lift=0.1, guard=-0.1)

    assert row["verdict"] == "Stop"
    assert "Visits got significantly worse." in row["reasons"]


def test_a_guardrail_that_may_be_harmed_holds():
    row = decided(lift=0.4, units=25)

    assert row["verdict"] == "Hold"
    assert "harm to Visits beyond its margin is not ruled out" in row["headline"]


def test_a_worse_metric_stops():
    assert decided(lift=-0.1)["verdict"] == "Stop"


def test_a_metric_of_which_less_is_better_ships_when_it_falls():
    fewer = Goal("spend", "Errors", purpose="primary", covariates=("spend",), direction="down")

    assert decided(lift=-0.1, goal=fewer)["verdict"] == "Ship"


def test_an_end_without_an_effect_worth_having_stops():
    row = decided(rule=Rule(minimum_effect=0.05))

    assert row["verdict"] == "Stop"
    assert "an effect of +5.0 % can be ruled out" in row["headline"]


def test_an_end_that_rules_out_nothing_is_inconclusive():
    row = decided(units=30, rule=Rule(minimum_effect=0.02))

    assert row["verdict"] == "Inconclusive"
    assert "an effect of +2.0 % is neither shown nor ruled out" in row["headline"]


def test_an_effect_that_is_not_worse_ships_where_that_was_the_aim():
    row = decided(rule=Rule(ship_when="not_worse", minimum_effect=0.05))

    assert row["verdict"] == "Ship"
    assert "Spend is not worse" in row["reasons"]


@pytest.mark.parametrize(("lift", "said"), [(0.0, "still running"), (0.1, "one look, at the planned end")])
def test_a_fixed_design_is_not_decided_before_its_end(lift: float, said: str):
    row = decided(lift=lift, has_ended=False)

    assert row["verdict"] == "Inconclusive"
    assert not row["is_final"]
    assert said in row["headline"]


def test_a_sequential_design_ships_once_its_boundary_is_crossed_and_the_minimum_of_days_has_passed():
    looks = Looks("group_sequential", information=(0.5,), planned_units=8000, is_last=False)
    early = decided(lift=0.1, has_ended=False, looks=looks, days=5, rule=Rule(minimum_days=14))

    assert decided(lift=0.1, has_ended=False, looks=looks)["verdict"] == "Ship"
    assert early["verdict"] == "Inconclusive"
    assert "only 5 days of at least 14 have passed" in early["headline"]


def test_a_failed_diagnostic_turns_a_ship_into_a_hold():
    failed = {"diagnostic": "exclusions", "passed": False, "variant": None, "sentence": "5 % were left out."}

    assert decided(lift=0.1, diagnostics=(failed,))["verdict"] == "Hold"


def test_a_failed_check_turns_a_ship_into_a_hold():
    row = decided(lift=0.1, failed=("exposures are unique",))

    assert row["verdict"] == "Hold"
    assert "A check of the data failed: exposures are unique." in row["reasons"]


def test_novelty_is_told_and_forbids_nothing():
    seen = {"diagnostic": "novelty", "passed": False, "variant": "treatment", "sentence": "It wears off."}
    row = decided(lift=0.1, diagnostics=(seen,))

    assert row["verdict"] == "Ship"
    assert "It wears off." in row["reasons"]


def test_what_cannot_be_estimated_is_inconclusive_with_the_reason():
    design = plan(PRIMARY)
    rows = readouts(design, {"spend": {"control": sample([1.0, 2.0])}})
    row = decisions(design, Evidence(rows, srm(design, counts(control=2)), []))[0]

    assert row["verdict"] == "Inconclusive"
    assert "cannot be estimated because the treatment arm has no unit" in row["headline"]


def test_a_fixed_design_stops_for_harm_before_its_end_only_where_that_is_clear():
    # A loss of 1 % at p = .007, and one of 20 %.
    ended, running = decided(lift=-0.01), decided(lift=-0.01, has_ended=False)
    clear = decided(lift=-0.2, has_ended=False)
    assert (ended["verdict"], running["verdict"], clear["verdict"]) == ("Stop", "Inconclusive", "Stop")


def test_who_wanted_no_harm_hears_of_harm_and_not_of_a_gain_that_was_missed():
    row = decided(lift=-0.005, rule=Rule("not_worse", 0, 0.01))

    assert row["verdict"] == "Inconclusive"
    assert "a change of −1.0 % is not ruled out" in row["reasons"]
    assert "+1.0 %" not in row["reasons"].splitlines()[0]
