import json

import pytest

from analytics_platform_tests.dashboards.experiment_lake import rows_of
from dashboards import observational_doubts


@pytest.fixture(scope="module")
def effects() -> list[dict]:
    return rows_of("experiments.observational_effects")


@pytest.fixture(scope="module")
def doubts() -> list[dict]:
    return rows_of("experiments.observational_diagnostics")


def test_sentences_tell_what_no_chart_shows(doubts: list[dict]):
    told = observational_doubts.sentences(doubts)
    assert [passed for passed, _, _ in told] == [False, None]
    assert told[1][1] == "Hidden confounding (E-value)"


def test_what_failed_is_told_even_where_a_chart_shows_it(doubts: list[dict]):
    failing = [{**row, "passed": False} for row in doubts]
    assert [name for _, name, _ in observational_doubts.sentences(failing)].count("Balance") == 2


def test_what_has_several_values_is_drawn(doubts: list[dict]):
    assert observational_doubts.plotted(doubts) == ["overlap", "balance"]


def test_values_with_a_position_are_lines_and_others_dots(doubts: list[dict]):
    overlap = observational_doubts.chart(doubts, "overlap")
    assert [trace.name for trace in overlap.data] == ["Treated", "Control"]
    balance = observational_doubts.chart(doubts, "balance")
    assert balance.layout.yaxis.ticktext[0] == "Tenure days"
    before, after = balance.data
    assert (list(before.x), list(after.x)) == ([0.4, -0.2], [0.04, -0.02])
    assert before.marker.color != after.marker.color
    assert [shape.x0 for shape in balance.layout.shapes] == [-0.1, 0.1]
    for figure in (overlap, balance):
        assert {trace["type"] for trace in json.loads(figure.to_json())["data"]} == {"scatter"}


def test_failed_doubts_are_named_once(doubts: list[dict]):
    assert (
        observational_doubts.failures(doubts)
        == "Read this with care. What fails: placebo outcome; see below."
    )
    assert observational_doubts.failures(doubts[:1]) == ""


def test_only_the_largest_differences_are_drawn(doubts: list[dict]):
    one = next(row for row in doubts if row["diagnostic"] == "balance")
    many = [{**one, "item": f"item {at}", "low": at / 100} for at in range(20)]
    figure = observational_doubts.chart(many, "balance")
    assert len(figure.data[1].x) == observational_doubts.MOST_ITEMS
    assert figure.layout.yaxis.ticktext[0] == "Item 19"
    assert observational_doubts.title(many, "balance").endswith("the 12 largest of 20")
    assert observational_doubts.title(doubts, "balance") == observational_doubts.TITLES["balance"]


def test_axes_of_the_charts_have_titles(doubts: list[dict]):
    assert (
        observational_doubts.chart(doubts, "overlap").layout.xaxis.title.text
        == "predicted chance of treatment"
    )
