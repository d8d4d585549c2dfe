from dataclasses import replace
from datetime import date

import pytest

from analytics_platform_tests.dashboards import experiment_rows
from analytics_platform_tests.dashboards.experiment_lake import rows_of
from analytics_platform_tests.dashboards.experiment_rows import AS_OF, START, readout
from dashboards import portfolio
from dashboards.portfolio import Entry


def entry(name: str, verdict: str, *, is_broken: bool = False, effect: float | None = 0.1) -> Entry:
    decision = {
        "experiment_id": name,
        "variant": "treatment",
        "verdict": verdict,
        "as_of_date": AS_OF,
        "is_final": True,
        "primary_metric": "active_days",
    }
    return Entry(name, name, decision, readout(name, "active_days", "cuped", effect), is_broken)


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return portfolio.entries(*(rows_of(f"experiments.{name}") for name in ("decisions", "readouts", "srm")))


@pytest.mark.parametrize(
    ("shown", "headline"),
    [
        ([entry("a", "Ship")], "1 of 1 experiment ships"),
        ([entry("a", "Hold"), entry("b", "Hold")], "None of 2 experiments ship and 2 are held"),
        (
            [entry("a", "Ship"), entry("b", "Ship"), entry("c", "Stop", is_broken=True)],
            "2 of 3 experiments ship and 1 stops; 1 is broken",
        ),
        ([entry("a", "Ship"), entry("a", "Stop")], "1 of 2 variants ships and 1 stops"),
    ],
)
def test_the_headline_counts_verdicts_and_broken_experiments(shown: list[Entry], headline: str):
    assert portfolio.headline(shown) == headline


def test_largest_effect_first_and_what_has_none_last(entries: list[Entry]):
    assert [found.experiment_id for found in entries] == [
        "calmer_layout",
        "class_challenges",
        "streak_reminders",
        "homepage_aa",
        "tiny_pilot",
    ]


def test_broken_experiments_are_grey_and_marked(entries: list[Entry]):
    rows = {row.label: row for row in portfolio.forest_rows(entries)}
    assert rows["streak_reminders"].tone == "broken"
    assert rows["streak_reminders"].text.endswith("✕ <b>Hold</b>")
    assert rows["calmer_layout"].tone == "good"
    assert rows["calmer_layout"].text == "+11.4% (+8.4 to +14.4) · <b>Ship</b>"
    assert "CUPED" in rows["calmer_layout"].hover


def test_what_cannot_be_estimated_says_so_beside_its_verdict(entries: list[Entry]):
    rows = {row.label: row for row in portfolio.forest_rows(entries)}
    assert rows["tiny_pilot"].interval is None
    assert rows["tiny_pilot"].text == "cannot be estimated · <b>Inconclusive</b>"


def test_a_decision_without_a_readout_is_still_listed():
    (found,) = portfolio.entries(experiment_rows.decisions()[:1], [], [])
    (row,) = portfolio.forest_rows([found])
    assert row.text == "no readout · <b>Ship</b>"
    assert portfolio.as_rows([found])["relative_effect"].to_list() == [None]


def test_variants_of_one_experiment_are_told_apart():
    decision = experiment_rows.decisions()[0]
    found = portfolio.entries([decision, {**decision, "variant": "bold"}], [], [])
    assert [one.label for one in found] == ["calmer_layout: bold", "calmer_layout: treatment"]


def test_a_mismatch_in_one_group_breaks_the_experiment_too():
    rows = [row for row in experiment_rows.srm() if row["scope"] != "overall"]
    found = portfolio.entries(experiment_rows.decisions(), [], rows)
    assert [one.experiment_id for one in found if one.is_broken] == ["streak_reminders"]


def test_table_and_download_hold_every_experiment(entries: list[Entry]):
    table = portfolio.table(entries)
    assert [row["verdict"] for row in table][2] == "Hold ✕"
    assert [row["n"] for row in table] == ["10,000", "10,000 classrooms", "10,000", "10,000", "5"]
    assert table[-1]["state"] == "running"
    assert "state" not in portfolio.table(entries[:2])[0], "all of them are final"
    frame = portfolio.as_rows(entries)
    assert frame.height == 5
    assert frame.filter(is_broken=True)["experiment_id"].to_list() == ["streak_reminders"]


def test_the_period_reaches_from_the_first_start_to_the_last_reading(entries: list[Entry]):
    catalogue = {row["experiment_id"]: row for row in experiment_rows.catalogue()}
    assert portfolio.period(entries, catalogue) == (START, AS_OF)
    assert portfolio.period(entries, {}) == (AS_OF, AS_OF)
    assert isinstance(START, date)


def test_the_deciding_method_stands_by_kind_and_unit(entries: list[Entry]):
    found = {
        one.experiment_id: portfolio.standing(one, rows_of("validation.certificates")) for one in entries
    }
    assert found["calmer_layout"].text == "certified"
    assert found["homepage_aa"].text == "uncertified"
    retained = replace(entries[0], readout={**entries[0].readout, "kind": "retention"})
    told = portfolio.standing(retained, rows_of("validation.certificates")).text
    assert told == "uncertified: not certified for retention"


def test_the_subtitle_gives_the_level_of_the_intervals(entries: list[Entry]):
    assert "with its 95% interval, by the method that decides" in portfolio.subtitle(entries)


def test_reasons_are_one_sentence_a_line():
    assert portfolio.reasons({"reasons": "One.\n\nTwo. "}) == ["One.", "Two."]
    assert portfolio.reasons({"reasons": None}) == []


def test_an_unknown_verdict_is_shown_without_judgement():
    assert portfolio.badge("Ship").startswith(":green-badge")
    assert portfolio.badge("Perhaps").startswith(":gray-badge")
