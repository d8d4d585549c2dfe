import json

import pytest

from analytics_platform_tests.dashboards.experiment_lake import rows_of
from dashboards import observational


@pytest.fixture(scope="module")
def effects() -> list[dict]:
    return rows_of("experiments.observational_effects")


@pytest.fixture(scope="module")
def doubts() -> list[dict]:
    return rows_of("experiments.observational_diagnostics")


def test_the_headline_holds_the_recommended_against_the_naive(effects: list[dict]):
    assert observational.headline(effects) == (
        "D28 retention: +9.0% (+5.0 to +13.0) by AIPW (doubly robust), where the naive comparison says +41.0%"
    )


def test_without_a_recommended_method_or_estimate_it_says_so(effects: list[dict]):
    none = [{**row, "is_recommended": False} for row in effects]
    assert observational.headline(none) == "No method can be recommended here"
    blind = [{**row, "relative_effect": None, "effect": None} for row in effects]
    assert observational.headline(blind) == "D28 retention: the effect cannot be estimated"
    alone = [row for row in effects if row["is_recommended"]]
    assert observational.headline(alone).endswith("by AIPW (doubly robust)")


def test_the_naive_stands_first_and_only_the_recommended_has_colour(effects: list[dict]):
    rows = observational.forest_rows(list(reversed(effects)))
    assert rows[0].label == "Naive comparison"
    assert [row.label for row in rows if row.tone != "noise"] == ["AIPW (doubly robust) ★ recommended"]
    assert next(row for row in rows if row.label == "Double machine learning").text == "cannot be estimated"


def test_the_recommended_has_no_colour_when_zero_is_inside(effects: list[dict]):
    unsure = [{**row, "effect_low": -0.1} for row in effects]
    assert {row.tone for row in observational.forest_rows(unsure)} == {"noise"}


def test_facts_tell_estimand_population_and_units(effects: list[dict]):
    assert observational.facts(effects) == (
        "D28 retention · effect on adopters · users of the first day · 9,000 units, 2,500 of them treated · "
        "95% intervals"
    )


def test_sentences_tell_what_no_chart_shows(doubts: list[dict]):
    told = observational.sentences(doubts)
    assert [passed for passed, _, _ in told] == [None, False]
    assert told[0][1] == "Hidden confounding (E-value)"


def test_what_failed_is_told_even_where_a_chart_shows_it(doubts: list[dict]):
    failing = [{**row, "passed": False} for row in doubts]
    assert [name for _, name, _ in observational.sentences(failing)].count("Balance") == 2


def test_what_has_several_values_is_drawn(doubts: list[dict]):
    assert observational.plotted(doubts) == ["overlap", "balance"]


def test_values_with_a_position_are_lines_and_others_dots(doubts: list[dict]):
    overlap = observational.chart(doubts, "overlap")
    assert [trace.name for trace in overlap.data] == ["Treated", "Control"]
    balance = observational.chart(doubts, "balance")
    assert balance.layout.yaxis.ticktext[0] == "Tenure days"
    before, after = balance.data
    assert (list(before.x), list(after.x)) == ([0.4, -0.2], [0.04, -0.02])
    assert before.marker.color != after.marker.color
    assert [shape.x0 for shape in balance.layout.shapes] == [-0.1, 0.1]
    for figure in (overlap, balance):
        assert {trace["type"] for trace in json.loads(figure.to_json())["data"]} == {"scatter"}
