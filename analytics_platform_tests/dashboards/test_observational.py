import pytest

from analytics_platform_tests.dashboards.experiment_lake import rows_of
from dashboards import observational

ABSOLUTE = {"relative_low": None, "relative_high": None}


@pytest.fixture(scope="module")
def effects() -> list[dict]:
    return rows_of("experiments.observational_effects")


@pytest.fixture(scope="module")
def doubts() -> list[dict]:
    return rows_of("experiments.observational_diagnostics")


def test_the_headline_holds_the_recommended_against_the_naive(effects: list[dict]):
    assert observational.headline(effects) == (
        "D28 retention: +9.0% (+5.0 to +13.0) by AIPW (doubly robust), against +41.0% by naive comparison"
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
    assert [row.label for row in rows if row.tone != "noise"] == ["★ AIPW (doubly robust)"]
    assert next(row for row in rows if row.label == "Double machine learning").text == "cannot be estimated"


def test_the_recommended_has_no_colour_when_zero_is_inside(effects: list[dict]):
    unsure = [{**row, "effect_low": -0.1} for row in effects]
    assert {row.tone for row in observational.forest_rows(unsure)} == {"noise"}


def test_facts_tell_estimand_population_and_units(effects: list[dict]):
    assert observational.facts(effects) == (
        "effect on adopters · users of the first day · n = 9,000, 2,500 of them treated · "
        "mean without 20.0% · relative effects · 95% intervals · ★ recommended"
    )


def test_an_interval_known_on_the_outcomes_scale_alone_puts_all_rows_on_it(effects: list[dict]):
    rows = [{**row, **ABSOLUTE} if row["method"] == "naive" else row for row in effects]
    naive, *_, best = observational.forest_rows([row for row in rows if row["effect"] is not None])
    assert naive.text == "+8.20 pp (+7.40 to +9.00)"
    assert (naive.interval.low, naive.interval.high) == (pytest.approx(7.4), pytest.approx(9.0))
    assert best.text == "+1.80 pp (+1.00 to +2.60)"
    assert observational.headline(rows).endswith("(doubly robust), against +8.20 pp by naive comparison")
    assert observational.axis(rows) == ("~g", " pp")
    assert observational.axis(effects) == ("~%", "")


def test_an_estimate_without_an_interval_is_a_bare_dot_with_its_p_value(effects: list[dict]):
    none = {**ABSOLUTE, "effect_low": None, "effect_high": None, "p_value": 0.25}
    (row,) = observational.forest_rows([{**effects[0], **none}])
    assert row.text == "+41.0% (no interval, p = 0.25)"
    assert row.interval.low == row.interval.estimate == row.interval.high
    assert "intervals" not in observational.facts([{**effects[0], **none}])


def test_outcomes_of_one_question_stand_apart(effects: list[dict]):
    other = [{**row, "outcome": "active days"} for row in effects]
    assert [len(group) for group in observational.groups([*effects, *other])] == [len(effects)] * 2


def test_two_analyses_by_one_method_are_told_apart(effects: list[dict]):
    first = effects[1]
    second = {**first, "analysis_id": f"{first['analysis_id']}_at_equal_taste", "is_recommended": False}
    names = [observational.method_name(row, [first, second]) for row in (first, second)]
    assert names == ["Regression", "Regression, at equal taste"]


@pytest.mark.parametrize(
    ("outcome", "kind", "unit"),
    [
        ("share of users active on day 30", "proportion", "share"),
        ("share of days active", "mean", "share"),
        ("active days in all", "mean", "ratio"),
        ("retained_28d", "proportion", "share"),
    ],
)
def test_outcomes_have_a_kind_and_a_unit(outcome: str, kind: str, unit: str):
    assert (observational.kind_of(outcome), observational.unit_of(outcome)) == (kind, unit)
