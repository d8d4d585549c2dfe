import pytest

from analytics_platform_tests.dashboards.experiment_lake import rows_of
from dashboards import power_plans

PLAN = rows_of("experiments.power_plans")[0]


@pytest.mark.parametrize(
    ("smallest", "target", "ending"),
    [(0.021, 0.03, "enough for the 3.0% of interest"), (0.05, 0.03, "too little for the 3.0% of interest")],
)
def test_the_headline_compares_what_it_finds_with_what_is_of_interest(
    smallest: float, target: float, ending: str
):
    plan = {**PLAN, "minimum_detectable_effect": smallest, "target_effect": target}
    assert power_plans.headline([plan], plan["metric"]).endswith(ending)


def test_without_a_target_only_the_smallest_effect_is_told():
    told = power_plans.headline([{**PLAN, "target_effect": None}], PLAN["metric"])
    assert told == "The plan finds an effect of 2.1% on Engagement per user with 80.0% power"


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
    assert "not known" in cells
    assert not {"None", "nan"} & cells
