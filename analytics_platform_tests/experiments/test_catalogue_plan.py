"""From a catalogue entry to the plan of its readout on a day."""

from datetime import date, timedelta

import pytest

from analytics_platform.experiments.catalogue_plan import decisive_date, information, plan_of
from analytics_platform_tests.derived_rows import day
from analytics_platform_tests.experiments.small_experiments import planned

LOOKS = {"design": "group_sequential", "looks_every_days": 2}


def test_a_running_experiment_has_its_days_and_no_end():
    plan = plan_of(planned(), day(9))

    assert (plan.days, plan.has_ended, plan.looks.is_last) == (5, False, False)
    assert plan.primary.covariates == ("sessions",)


def test_after_its_end_days_are_those_that_it_ran():
    plan = plan_of(planned(guardrails=[{"metric": "events", "margin": 2, "kind": "absolute"}]), day(40))

    assert (plan.days, plan.has_ended) == (10, True)
    assert plan.goals[1].margin == 2
    assert not plan.goals[1].has_relative_margin


def test_quantiles_have_no_covariates():
    goal = plan_of(planned(secondary=["engagement_seconds_p50"]), day(9)).goals[1]

    assert (goal.covariates, goal.pre_period_outcome, goal.quantile) == ((), None, 0.5)


def units(*counts: float) -> dict[date, float]:
    return {day(5) + timedelta(days=offset): count for offset, count in enumerate(counts)}


def test_information_is_by_units_where_a_maximum_is_planned():
    shares = information(planned(sequential=LOOKS, planned_units=100), units(10, 20, 40, 30, 80), day(9))

    assert shares == pytest.approx((0.2, 0.3, 0.8))


def test_information_never_falls():
    assert information(planned(sequential=LOOKS, planned_units=100), units(10, 50, 60, 30), day(8)) == (
        0.5,
        0.5,
    )


def test_information_is_by_days_where_none_is_planned():
    assert information(planned(sequential=LOOKS), units(1, 1, 1), day(7)) == pytest.approx((0.2, 0.3))


def test_without_an_end_and_a_maximum_there_is_nothing_to_share():
    assert information(planned(end_date=None), units(1, 1), day(6)) == (1.0,)


@pytest.mark.parametrize(
    ("seen", "judged"), [(5, 5), (6, 6), (7, 6), (8, 8), (13, 12), (14, 14), (30, 30)], ids=str
)
def test_a_group_sequential_design_is_judged_at_its_scheduled_looks_alone(seen: int, judged: int):
    held = {day(offset): 10.0 * (offset - 4) for offset in range(5, min(seen, 14) + 1)}

    assert decisive_date(planned(sequential=LOOKS), held, day(seen)) == (day(judged), False)


def test_the_first_look_with_all_planned_units_is_the_last():
    experiment = planned(sequential=LOOKS, planned_units=35)

    # 40 units on day 8, a look; more on later days change nothing.
    assert decisive_date(experiment, units(10, 20, 30, 40, 60, 90), day(10)) == (day(8), True)
    assert decisive_date(experiment, units(10, 20), day(6)) == (day(6), False)


def test_other_designs_are_judged_on_the_newest_day():
    assert decisive_date(planned(), units(10, 20, 30), day(7)) == (day(7), False)


def test_an_experiment_has_not_ended_before_its_last_users_have_matured():
    experiment = planned(primary="retained_7d")

    assert not plan_of(experiment, day(20)).has_ended
    assert plan_of(experiment, day(21)).has_ended
