import pytest

from dashboards.charts import PALETTE
from dashboards.dot_plots import Dot, dot_plot


def dot(row: str, series: str, share: float | None = 0.4, n: float = 200) -> Dot:
    return Dot(row, series, share, (share or 0) - 0.1, (share or 0) + 0.2, n)


def test_a_row_a_feature_and_a_colour_and_symbol_a_role():
    figure = dot_plot([dot("quiz", "students"), dot("quiz", "teachers"), dot("chat", "students")])
    assert list(figure.layout.yaxis.ticktext) == ["quiz", "chat"]
    assert [(trace.name, trace.marker.color) for trace in figure.data] == [
        ("students", PALETTE[0]),
        ("teachers", PALETTE[1]),
    ]
    assert figure.data[0].marker.symbol != figure.data[1].marker.symbol


def test_each_dot_has_its_interval_and_its_n():
    (trace,) = dot_plot([dot("quiz", "students", 0.4)]).data
    assert trace.error_x.array[0] == pytest.approx(0.2)
    assert trace.error_x.arrayminus[0] == pytest.approx(0.1)
    assert trace.customdata[0] == "quiz, students: 40.0% (30.0% to 60.0%), n = 200 user-days"


def test_a_role_is_named_once_in_the_first_row():
    figure = dot_plot([dot(row, role) for row in ("quiz", "chat") for role in ("students", "teachers")])
    texts = [annotation.text for annotation in figure.layout.annotations]
    assert sorted(texts) == ["40%", "40%", "students 40%", "teachers 40%"]


def test_too_few_is_said_and_not_drawn():
    figure = dot_plot([dot("quiz", "students", None, 4), dot("chat", "students")])
    assert list(figure.data[0].x) == [0.4]
    assert figure.layout.annotations[0].text == "too few (n = 4)"


def test_the_axis_starts_at_zero_and_leaves_room_for_text():
    low, high = dot_plot([dot("quiz", "students", 0.4)]).layout.xaxis.range
    assert low == 0
    assert high > 0.6
