import json

import pytest

from analytics_platform_tests.dashboards.experiment_lake import rows_of
from dashboards import uplift


@pytest.fixture(scope="module")
def rows() -> list[dict]:
    return [row for row in rows_of("experiments.uplift") if row["learner"] == "dr_learner"]


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (1.0, 9.0, "Some users benefit more than others, and the model can tell which"),
        (-1.0, 9.0, "No sign that the model can tell who benefits more"),
        (-9.0, -1.0, "The model ranks users the wrong way round: do not target by it"),
        (None, None, "Whether some users benefit more than others cannot be estimated"),
    ],
)
def test_the_interval_of_the_qini_coefficient_makes_the_headline(low: float, high: float, told: str):
    assert uplift.headline([{"statistic": "qini", "estimate": 4.0, "low": low, "high": high}]) == told


def test_nothing_known_is_said():
    assert uplift.headline([]).endswith("cannot be estimated")


def test_the_policy_speaks_before_the_curve(rows: list[dict]):
    assert [told.split()[0] for told in uplift.sentences(rows)] == ["Treating", "The"]


def test_the_learner_behind_the_policy_comes_first():
    assert uplift.learners(rows_of("experiments.uplift")) == ["dr_learner", "t_learner"]
    assert uplift.learners([{"learner": None}]) == []


def test_the_curve_has_a_band_and_random_targeting_in_grey(rows: list[dict]):
    figure = uplift.qini_chart(rows)
    assert [trace.name for trace in figure.data] == ["high", "low", "at random", "by the model"]
    assert len(figure.data[-1].x) == 11
    assert {trace["type"] for trace in json.loads(figure.to_json())["data"]} == {"scatter"}


def test_calibration_is_drawn_with_intervals_on_the_line_of_agreement(rows: list[dict]):
    line, dots = uplift.calibration_chart(rows).data
    assert list(line.x) == list(line.y)
    assert len(dots.x) == len(dots.error_y.array) == 5


def test_axes_have_the_unit_of_the_metric(rows: list[dict]):
    gain = uplift.qini_chart(rows).layout
    assert (gain.yaxis.ticksuffix, gain.xaxis.ticksuffix, gain.xaxis.tickformat) == (" s", "", ".0%")
    share = [{**row, "metric": "converted"} for row in rows]
    dots = uplift.calibration_chart(share)
    assert dots.layout.yaxis.ticksuffix == dots.layout.xaxis.ticksuffix == " pp"
    assert dots.data[1].y[0] == pytest.approx(200), "a share of 2 is 200 points"


def test_the_subtitle_tells_metric_and_users(rows: list[dict]):
    assert uplift.subtitle(rows).startswith("Engagement per user · n = 10,000 users")


def test_charts_of_nothing_are_empty():
    assert len(uplift.qini_chart([]).layout.annotations) == 0
    assert len(uplift.calibration_chart([]).data[1].x) == 0


def test_features_are_ranked_by_what_they_move(rows: list[dict]):
    assert [name for name, _ in uplift.importances(rows)] == ["Role", "Tenure days"]
