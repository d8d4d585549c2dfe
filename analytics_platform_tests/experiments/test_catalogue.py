"""What a catalogue may say, and the sentence that each mistake gets."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from analytics_platform.errors import AnalyticsError
from analytics_platform.experiments.catalogue import MEASURES, OPEN_END, Experiment, Purpose
from analytics_platform.experiments.catalogue_file import SIMULATED, load_catalogue
from analytics_platform.experiments.user_counts import USER_COUNTS
from analytics_platform.metrics.outcomes import OUTCOMES

ORIGIN = date(2025, 9, 1)
GOOD = """
experiments:
  - id: hint
    hypothesis: A hint helps.
    variants: {old: 0.5, new: 0.5}
    control: old
    first_day: 5
    last_day: 14
    primary: sessions
    secondary: [events]
    guardrails: [{metric: retained_7d, margin: 0.1}]
    covariates: [active_days]
"""


def _load(tmp_path: Path, text: str) -> dict[str, Experiment]:
    file = tmp_path / "experiments.yaml"
    file.write_text(text)
    return dict(load_catalogue(file, ORIGIN).experiments)


def test_day_numbers_become_dates(tmp_path: Path):
    hint = _load(tmp_path, GOOD)["hint"]

    assert (hint.start, hint.end) == (date(2025, 9, 6), date(2025, 9, 15))
    assert hint.treatments == ("new",)


def test_dates_stand_as_written_and_the_end_may_be_open(tmp_path: Path):
    text = GOOD.replace("first_day: 5", "start_date: 2025-10-01").replace(
        "last_day: 14", "planned_units: 900"
    )

    hint = _load(tmp_path, text)["hint"]

    assert (hint.start, hint.end) == (date(2025, 10, 1), OPEN_END)


def test_metrics_come_with_their_purpose_the_primary_first(tmp_path: Path):
    expected: tuple[tuple[str, Purpose], ...] = (
        ("sessions", "primary"),
        ("events", "secondary"),
        ("retained_7d", "guardrail"),
    )
    assert _load(tmp_path, GOOD)["hint"].metrics == expected


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        (
            "primary: sessions",
            "primary: sesions",
            "experiments[0].primary: no outcome is called 'sesions'; did you mean 'sessions'?",
        ),
        (
            "metric: retained_7d",
            "metric: retained7d",
            "guardrails[0].metric: no outcome is called 'retained7d'; did you mean 'retained_7d'?",
        ),
        (
            "[active_days]",
            "[activ_days]",
            "[0]: no column of activity.user_days is called 'activ_days'; did you mean 'active_days'?",
        ),
        ("new: 0.5", "new: 0.6", "experiments[0].variants: shares sum to 1.1; they must sum to 1."),
        ("new: 0.5", "new: 0", "experiments[0].variants.new: Input should be greater than 0; got 0."),
        (
            "control: old",
            "control: older",
            "experiments[0].control: 'older' is not among the variants old, new.",
        ),
        ("last_day: 14", "last_day: 4", "experiments[0].last_day: 4 lies before first_day 5."),
        (
            "last_day: 14",
            "end_date: 2025-09-15",
            "experiments[0].start_date: write day numbers or dates, not both.",
        ),
        (
            "    first_day: 5\n    last_day: 14\n",
            "",
            "experiments[0].start_date: missing; write it, or first_day as a number of days.",
        ),
        (
            "margin: 0.1",
            "margin: 0",
            "experiments[0].guardrails[0].margin: Input should be greater than 0; got 0.",
        ),
        (
            "margin: 0.1",
            "margin: -0.1",
            "experiments[0].guardrails[0].margin: Input should be greater than 0; got -0.1.",
        ),
        (
            "secondary: [events]",
            "secondary: [sessions]",
            "experiments[0].secondary: the metric 'sessions' stands twice; give it one purpose.",
        ),
        ("secondary:", "secondry:", "experiments[0].secondry: no such field; did you mean 'secondary'?"),
        ("    primary: sessions\n", "", "experiments[0].primary is missing."),
        ("    control: old\n", "    control: old\n    control: new\n", "the key 'control' stands twice"),
        (
            "    control: old\n",
            "    control: old\n    unit: school\n",
            "experiments[0].unit: Input should be 'user' or 'classroom'; got 'school'.",
        ),
        ("experiments:\n", "experiment:\n", "experiment: no such field; did you mean 'experiments'?"),
        ("id: hint", "id: a hint", "experiments[0].id: String should match pattern"),
        (
            "    first_day: 5\n    last_day: 14\n",
            "    start_date: 2025-13-05\n",
            "is not valid YAML: line 7: 2025-13-05 is no date; write one such as 2026-01-31.",
        ),
        (
            "last_day: 14",
            "last_day: 1000000000",
            "experiments[0].last_day: Input should be less than or equal",
        ),
        (
            "control: old",
            "control: old\n    minimum_effect: .inf",
            "experiments[0].minimum_effect: write a finite number; got inf.",
        ),
        (
            "control: old",
            "control: old\n    trigger: {event_name: feature_usd}",
            "[0].trigger.event_name: no event is called 'feature_usd'; did you mean 'feature_used'?",
        ),
        (
            "control: old",
            "control: old\n    trigger: {event_name: feature_used, feature: quizz}",
            "experiments[0].trigger.feature: no feature is called 'quizz'; did you mean 'quiz'?",
        ),
        (
            "control: old",
            "control: old\n    trigger: {event: feature_used}",
            "experiments[0].trigger.event: no such field; did you mean 'event_name'?",
        ),
        (
            "    last_day: 14\n",
            "",
            "experiments[0].end_date: the fixed design is decided at its planned end; write end_date",
        ),
        (
            "control: old",
            "control: old\n    rule: {ship_when: not_worse}",
            "experiments[0].rule.ship_when: not_worse needs the loss that still counts as none; write it as",
        ),
        ("[events]", "events", "experiments[0].secondary: write a list, as `[one, other]`; got 'events'."),
    ],
    ids=lambda value: value.strip().splitlines()[0] if isinstance(value, str) and value.strip() else "none",
)
def test_a_mistake_is_named_with_its_file_and_field(tmp_path: Path, written: str, instead: str, said: str):
    assert written in GOOD
    with pytest.raises(AnalyticsError) as caught:
        _load(tmp_path, GOOD.replace(written, instead))

    sentence = str(caught.value)
    assert sentence.startswith(str(tmp_path / "experiments.yaml"))
    assert said in sentence


def test_dates_in_the_wrong_order_are_refused(tmp_path: Path):
    text = GOOD.replace("first_day: 5", "start_date: 2025-10-01").replace(
        "last_day: 14", "end_date: 2025-09-01"
    )

    with pytest.raises(AnalyticsError, match="end_date: 2025-09-01 lies before start_date 2025-10-01"):
        _load(tmp_path, text)


@pytest.mark.parametrize(
    "written",
    ["    planned_units: 900\n", "    sequential: {design: confidence_sequence}\n"],
)
def test_an_experiment_without_an_end_can_be_decided_otherwise(tmp_path: Path, written: str):
    assert _load(tmp_path, GOOD.replace("    last_day: 14\n", written))["hint"].end == OPEN_END


def test_a_trigger_of_the_event_contract_and_a_loss_that_counts_as_none_are_understood(tmp_path: Path):
    hint = _load(
        tmp_path,
        f"{GOOD}    trigger: {{event_name: feature_used, feature: quiz}}\n"
        "    minimum_effect: 0.02\n    rule: {ship_when: not_worse}\n",
    )["hint"]

    assert hint.trigger is not None
    assert (hint.trigger.feature, hint.rule.ship_when) == ("quiz", "not_worse")


@pytest.mark.parametrize("text", ["- 1", "experiments: {hint: 1}", "experiments: [1]", "experiments: 1"])
def test_no_words_of_programmers_come_through(tmp_path: Path, text: str):
    with pytest.raises(AnalyticsError) as caught:
        _load(tmp_path, text)

    assert not any(word in str(caught.value) for word in ("_File", "instance", "tuple", "dictionary"))


def test_planned_looks_need_a_planned_maximum(tmp_path: Path):
    open_ended = GOOD.replace("    last_day: 14\n", "    sequential: {design: group_sequential}\n")

    with pytest.raises(
        AnalyticsError, match=r"\[0\]\.sequential\.design: group_sequential needs a planned max"
    ):
        _load(tmp_path, open_ended)

    assert _load(tmp_path, f"{open_ended}    planned_units: 1000\n")["hint"].planned_units == 1000


def test_two_experiments_of_one_name_are_refused(tmp_path: Path):
    with pytest.raises(AnalyticsError, match=r"experiments\[1\]\.id: 'hint' stands twice"):
        _load(tmp_path, GOOD + GOOD.removeprefix("\nexperiments:\n"))


@pytest.mark.parametrize("text", ["", "experiments: []"], ids=["empty file", "empty list"])
def test_no_experiments_are_no_mistake(tmp_path: Path, text: str):
    assert _load(tmp_path, text) == {}


@pytest.mark.parametrize("text", ["experiments: [", "- 1", "experiments: {hint: 1}"])
def test_a_file_of_another_form_is_refused_by_name(tmp_path: Path, text: str):
    with pytest.raises(AnalyticsError, match=r"experiments\.yaml"):
        _load(tmp_path, text)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(AnalyticsError, match=r"absent\.yaml cannot be read: No such file"):
        load_catalogue(tmp_path / "absent.yaml", ORIGIN)


def test_the_simulated_world_s_experiments_are_planned_on_its_days():
    world = yaml.safe_load((SIMULATED.parents[1] / "simulation" / "world.yaml").read_text())

    planned = load_catalogue(SIMULATED, ORIGIN).experiments

    days = {it["id"]: (it["unit"], it["first_day"], it["last_day"]) for it in world["experiments"]}
    assert {name: (it.unit, it.first_day, it.last_day) for name, it in planned.items()} == days


def test_every_count_of_an_outcome_is_a_measure_that_sql_knows():
    counts = {name for outcome in OUTCOMES.values() for name in outcome.counts}

    assert counts <= set(MEASURES)
    for name in MEASURES:
        assert f"WHEN '{name}' THEN" in USER_COUNTS.sql
