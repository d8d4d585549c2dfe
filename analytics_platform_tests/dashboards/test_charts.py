import json
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.charts import LABEL_HEIGHT, PALETTE, Line, Marker, spread, trend

DAYS = [date(2026, 1, 1) + timedelta(days=n) for n in range(5)]


def line(name: str, *values: float | None) -> Line:
    return Line(name, DAYS[: len(values)], values)


def test_each_line_is_labelled_at_its_end_with_its_last_value():
    figure = trend([line("students", 1.0, 2.0, 3.0), line("teachers", 5.0, 6.0, None)], "ratio")
    texts = [annotation.text for annotation in figure.layout.annotations]
    assert [text.split("</span> ")[1] for text in texts] == ["students 3.00", "teachers 6.00"]
    assert [color in text for color, text in zip(PALETTE, texts, strict=False)] == [True, True]


def test_a_lone_line_is_labelled_with_its_value_only():
    (label,) = trend([line("all", 10.0, 20.0)], "users").layout.annotations
    assert label.text == "20"


def test_a_line_without_values_says_too_few():
    figure = trend([line("GB", 1.0, 2.0), line("IN", None, None)], "ratio")
    assert figure.layout.annotations[1].text.endswith("IN: too few")


def test_gaps_break_the_line_and_a_point_between_gaps_is_a_dot():
    figure = trend([line("all", 1.0, None, 3.0, None, 5.0)], "users")
    (drawn,) = figure.data
    assert list(drawn.y) == [1.0, None, 3.0, None, 5.0]
    assert drawn.connectgaps is not True
    assert list(drawn.marker.size) == [6, 0, 6, 0, 6]


def test_single_days_stand_in_grey_behind_and_an_unfinished_one_is_dotted():
    one = Line("all", DAYS, [1.0, 2.0, 3.0, 4.0, None], [1.0, 2.0, 4.0, 5.0, 1.0], partial_from=4)
    daily, unfinished, smoothed = trend([one], "users").data
    assert list(daily.y) == [1.0, 2.0, 4.0, 5.0]
    assert (unfinished.line.dash, list(unfinished.y)) == ("dot", [5.0, 1.0])
    assert smoothed.line.color == PALETTE[0]


def test_seconds_are_drawn_in_minutes_when_they_are_many():
    figure = trend([line("all", 300.0, 600.0)], "seconds")
    assert list(figure.data[0].y) == [5.0, 10.0]
    assert figure.layout.yaxis.ticksuffix == " min"
    assert list(figure.data[0].customdata) == ["5.0 min", "10.0 min"]


def test_the_axis_starts_at_zero_unless_values_vary_by_less_than_half():
    assert trend([line("all", 1.0, 9.0)], "users").layout.yaxis.range[0] == 0
    low, high = trend([line("all", 4.0, 4.2)], "stars").layout.yaxis.range
    assert 3.9 < low < 4.0
    assert 4.2 < high < 4.3


def test_constant_and_absent_values_still_have_an_axis():
    for values in ((4.0, 4.0), (0.0, 0.0), (None, None)):
        low, high = trend([line("all", *values)], "users").layout.yaxis.range
        assert low < high


def test_experiment_starts_are_marks_with_words_on_the_axis():
    figure = trend([line("all", 1.0, 2.0)], "users", [Marker(DAYS[0], "starts: hints")])
    assert list(figure.data[-1].text) == ["starts: hints"]


def test_more_lines_than_can_be_told_apart_are_refused():
    with pytest.raises(ValueError, match="6 lines; at most 5"):
        trend([line(str(n), 1.0) for n in range(6)], "users")


def test_no_lines_make_an_empty_chart():
    assert len(trend([], "users").data) == 0


def test_only_traces_that_both_plotly_versions_draw_are_used():
    one = Line("all", DAYS, [1.0] * 5, [1.0] * 5, partial_from=4)
    spec = json.loads(trend([one], "users", [Marker(DAYS[0], "x")]).to_json())
    assert {trace["type"] for trace in spec["data"]} == {"scatter"}


@given(st.lists(st.floats(-500, 500), max_size=5))
def test_labels_keep_their_order_and_their_distance(positions: list[float]):
    placed = spread(positions, LABEL_HEIGHT)
    ranked = [position for _, position in sorted(zip(positions, placed, strict=True))]
    assert all(upper - lower >= LABEL_HEIGHT - 1e-6 for lower, upper in pairwise(ranked))
    assert sum(placed) == pytest.approx(sum(positions), abs=1e-6)


def test_labels_that_do_not_collide_stay():
    assert spread([0, 100, 40], 16) == [0, 100, 40]
