import json

import pytest

from dashboards.charts import GREEN, VERMILLION
from dashboards.forest import COLORS, Interval, Row, forest


def row(label: str, low: float | None = 0.01, high: float = 0.03, **other: object) -> Row:
    interval = None if low is None else Interval((low + high) / 2, low, high)
    return Row(label, "+2.0% (+1.0 to +3.0)", **{"interval": interval, **other})


def traces(figure: object) -> dict[str, dict]:
    return {trace["name"]: trace for trace in json.loads(figure.to_json())["data"]}


def test_label_and_words_stand_on_one_line_and_the_interval_below():
    figure = forest([row("hints", tone="good")])
    left, right = figure.layout.annotations
    drawn = next(trace for trace in figure.data if trace.name == "good")
    assert (left.text, left.xanchor, left.x) == ("<b>hints</b>", "left", 0)
    assert (right.text, right.xanchor, right.x) == ("+2.0% (+1.0 to +3.0)", "right", 1)
    assert left.y == right.y < drawn.y[0]
    assert drawn.error_x.array[0] == pytest.approx(0.01)
    assert drawn.error_x.arrayminus[0] == pytest.approx(0.01)


def test_colour_and_symbol_follow_the_tone_together():
    figure = forest([row("a", tone="good"), row("b", tone="bad"), row("c"), row("d", tone="broken")])
    drawn = {trace.name: trace.marker for trace in figure.data if trace.name in COLORS}
    assert drawn["good"].color == GREEN
    assert drawn["bad"].color == VERMILLION
    assert drawn["noise"].color == drawn["broken"].color
    assert len({marker.symbol for marker in drawn.values()}) == 4


def test_rows_keep_their_order_first_on_top():
    figure = forest([row("first"), row("second")])
    low, high = figure.layout.yaxis.range
    assert low > high
    assert [note.text for note in figure.layout.annotations[::2]] == ["<b>first</b>", "<b>second</b>"]


def test_what_cannot_be_estimated_has_words_and_no_dot():
    figure = forest([row("few", None)])
    assert [trace.name for trace in figure.data] == ["zero"]
    assert len(figure.layout.annotations) == 2
    assert list(figure.layout.xaxis.range) == [-0.1, 0.1]


def test_zero_and_every_estimate_are_on_the_axis():
    low, high = forest([row("a", 0.2, 0.4), row("b", 0.3, 0.5)]).layout.xaxis.range
    assert low < 0
    assert high > 0.5


def test_an_interval_far_wider_than_the_others_is_cut_with_arrows():
    narrow = [row(str(at)) for at in range(4)]
    figure = forest([*narrow, Row("wide", "", "noise", Interval(0.01, -9.0, 8.0))])
    low, high = figure.layout.xaxis.range
    assert (low > -1, high < 1) == (True, True)
    cut = traces(figure)["cut"]
    assert cut["marker"]["symbol"] == ["triangle-left", "triangle-right"]
    assert cut["x"] == [low, high]


def test_a_margin_is_marked_in_its_row_and_within_the_axis():
    figure = forest([row("a"), row("guardrail", mark=-0.2)])
    mark = traces(figure)["margin"]
    assert mark["x"][:2] == [-0.2, -0.2]
    assert 0.5 < mark["y"][0] < 1.5
    assert figure.layout.xaxis.range[0] < -0.2


def test_a_shrunken_estimate_lies_below_the_raw_one():
    figure = forest([row("GB", shadow=Interval(0.015, 0.01, 0.02))])
    raw, shrunken = traces(figure)["noise"], traces(figure)["shrunken"]
    assert shrunken["y"][0] > raw["y"][0]
    assert shrunken["marker"]["color"] != raw["marker"]["color"]


def test_only_traces_that_both_plotly_versions_draw_are_used():
    figure = forest([row("a", mark=0.1, shadow=Interval(0, -1, 1))])
    assert {trace["type"] for trace in json.loads(figure.to_json())["data"]} == {"scatter"}


def test_no_rows_make_an_empty_chart():
    assert not forest([]).layout.annotations
