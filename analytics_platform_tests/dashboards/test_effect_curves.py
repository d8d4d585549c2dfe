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
    assert effect_curves.information(rows("tiny_pilot")) == ""
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


def test_early_and_late_effects_are_compared():
    assert (
        effect_curves.since_exposure_headline(rows())
        == "From +28.5% on day 1 to +12.6% on day 27 since exposure"
    )


def test_the_share_of_the_plan_and_the_novelty_test_are_told():
    assert effect_curves.information(rows()) == "100.0% of the planned sample"
    assert "novelty" in effect_curves.novelty(rows_of("experiments.diagnostics"))
    assert effect_curves.novelty([]) == ""
