import json

from analytics_platform_tests.dashboards.experiment_lake import rows_of
from dashboards import effect_curves


def rows(name: str = "calmer_layout") -> list[dict]:
    return [row for row in rows_of("experiments.effects_over_time") if row["experiment_id"] == name]


def test_the_headline_tells_the_last_estimate_and_when_the_boundary_was_crossed():
    told = effect_curves.headline(rows())
    assert told.startswith("After 28 days the effect is +12.6% (")
    assert told.endswith("its sequential boundary was crossed on Mon 6 Oct 2025")


def test_a_boundary_never_crossed_is_said_and_a_missing_one_is_not():
    never = [{**row, "has_crossed": False} for row in rows()]
    assert effect_curves.headline(never).endswith("was never crossed")
    bare = [{**row, "boundary_low": None, "boundary_high": None} for row in never]
    assert "boundary" not in effect_curves.headline(bare)


def test_an_experiment_with_too_few_units_has_no_curve():
    assert effect_curves.headline(rows("tiny_pilot")) == "Too few units on any day for a curve"
    assert effect_curves.since_exposure_headline(rows("tiny_pilot")).startswith("Too few")
    assert effect_curves.subtitle(rows("tiny_pilot"), "user", "95%") == "Relative effect of all units so far"
    assert "n = " not in effect_curves.since_exposure_subtitle(rows("tiny_pilot"), "user", "95%")
    assert len(effect_curves.curve_chart([], "as_of").data) == 3


def test_days_without_an_estimate_are_left_out_and_the_others_in_order():
    found = effect_curves.points(list(reversed(rows())), "as_of")
    assert [row["position"] for row in found] == list(range(1, 28))


def test_the_sequential_interval_is_drawn_beside_the_band():
    figure = effect_curves.curve_chart(rows(), "as_of")
    names = [trace.name for trace in figure.data]
    assert names == ["relative_high", "relative_low", "effect", "boundary_low", "boundary_high"]
    assert {trace.line.dash for trace in figure.data[-2:]} == {"dash"}
    assert figure.layout.annotations[0].text.endswith("valid at every look")
    assert {trace["type"] for trace in json.loads(figure.to_json())["data"]} == {"scatter"}


def test_days_since_exposure_are_counted_not_dated():
    figure = effect_curves.curve_chart(rows(), "days_since_exposure")
    assert list(figure.data[2].x)[:2] == [1, 2]
    assert figure.layout.xaxis.title.text == "days since exposure"


def test_the_axis_holds_zero_and_is_not_stretched_by_the_first_days():
    wild = [{**row, "relative_high": 50.0} if row["position"] == 1 else row for row in rows()]
    low, high = effect_curves.curve_chart(wild, "as_of").layout.yaxis.range
    assert low < 0
    assert 0.126 < high < 2


def test_the_interval_that_decides_stands_in_the_headline():
    bare = [{**row, "boundary_low": None, "boundary_high": None} for row in rows()]
    decides, single = (effect_curves.headline(found) for found in (rows(), bare))
    assert "+12.6% (+7.8 to +17.5)" in decides
    assert "+12.6% (+9.1 to +16.1)" in single


def test_the_novelty_test_makes_the_headline_where_it_was_run():
    assert effect_curves.since_exposure_headline(rows(), "The effect wears off.") == "The effect wears off"
    told = effect_curves.since_exposure_headline(rows())
    assert told.startswith("+28.5% (")
    assert told.endswith(") on day 27")


def test_units_plan_and_which_looks_count_are_told():
    assert effect_curves.subtitle(rows(), "user", "95%") == (
        "Relative effect of all units so far · n = 10,108 users by the last day · 100% of the plan is in · "
        "shaded: 95% interval for one look · dashed: for repeated looks, which decides"
    )
    bare = [{**row, "boundary_low": None} for row in rows()]
    assert effect_curves.subtitle(bare, "classroom", "90%").endswith(
        "shaded: its 90% interval · planned for one look: only the last day decides"
    )
    assert effect_curves.since_exposure_subtitle(rows(), "user", "95%").endswith(
        "n = 722 users on the first day, 10,108 on the last"
    )


def test_the_novelty_test_is_told_of_its_own_metric_only():
    diagnostics = rows_of("experiments.diagnostics")
    assert "novelty" in effect_curves.novelty(diagnostics, "engagement_seconds_per_user")
    assert effect_curves.novelty(diagnostics, "retained_7d") == ""
