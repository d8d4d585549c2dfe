import pytest

from analytics_platform_tests.dashboards.experiment_lake import rows_of
from dashboards import power_plans

PLAN = rows_of("experiments.power_plans")[0]


@pytest.mark.parametrize(
    ("smallest", "target", "ending"),
    [
        (0.021, 0.03, "2.1% or more with 80% power, enough for the 3.0% of interest"),
        (0.05, 0.03, "5.0% or more with 80% power, and would probably miss the 3.0% of interest"),
    ],
)
def test_the_headline_compares_what_it_finds_with_what_is_of_interest(
    smallest: float, target: float, ending: str
):
    plan = {**PLAN, "minimum_detectable_effect": smallest, "target_effect": target}
    assert power_plans.headline([plan], plan["metric"]).endswith(ending)


def test_without_a_target_only_the_smallest_effect_is_told():
    told = power_plans.headline([{**PLAN, "target_effect": None}], PLAN["metric"])
    assert told == "Engagement per user: the plan finds effects of 2.1% or more with 80% power"


def test_no_plan_and_no_baseline_are_said():
    assert power_plans.headline([], "sessions") == "There is no power plan for the primary metric"
    blind = {**PLAN, "minimum_detectable_effect": None, "reason": "no user converted yet"}
    assert power_plans.headline([blind], PLAN["metric"]).endswith(
        "cannot be estimated because no user converted yet"
    )


def test_the_table_speaks_of_clusters_and_never_of_none():
    rows = power_plans.table(rows_of("experiments.power_plans"))
    assert [row["clusters"] for row in rows].count("ICC 0.120, design effect 3.9") == 1
    cells = {value for row in rows for value in row.values()}
    assert not {"None", "nan"} & cells
    assert "clusters" not in power_plans.table([PLAN])[0]


def test_units_and_days_are_whole_and_named():
    (row,) = power_plans.table([{**PLAN, "required_days": 5.6}])
    assert (row["users needed"], row["days needed"]) == ("8,200", "6")


def test_what_has_no_plan_is_told_below_the_table():
    plans = rows_of("experiments.power_plans")
    assert power_plans.left_out(plans) == [
        "Users who converted: cannot be estimated because no user converted yet."
    ]
    assert len(power_plans.table(plans)) == len(plans) - 1


def test_the_subtitle_counts_what_is_randomised():
    assert power_plans.subtitle([PLAN]) == (
        "Smallest relative effects that would be found · 12,000 users planned · 10,000 users exposed so far "
        "· two-sided level 0.05"
    )
    assert power_plans.subtitle([]) == ""
