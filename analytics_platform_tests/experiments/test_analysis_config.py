"""The configuration of an analysis: what it may say, and mistakes as sentences that name the field."""

from pathlib import Path

import pytest

from analytics_platform.errors import AnalyticsError
from analytics_platform.experiments.analysis_config import load_config

EXAMPLES = Path(__file__).parents[2] / "examples" / "experiments"


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_example_is_a_valid_configuration(example: Path):
    assert load_config(example).plan().primary.purpose == "primary"


def test_an_arm_called_by_a_number_and_unequal_shares_are_understood(tmp_path: Path):
    (tmp_path / "a.yaml").write_text(
        "{variants: {1: 0.75, 0: 0.25}, control: 0, metrics: [{name: x}, {name: y, purpose: primary}]}"
    )
    plan = load_config(tmp_path / "a.yaml").plan()

    assert plan.shares == {"1": 0.75, "0": 0.25}
    assert plan.treatments == ("1",)
    assert [goal.metric for goal in plan.goals] == ["y", "x"]


def test_an_arm_called_yes_or_true_is_the_true_of_a_file(tmp_path: Path):
    (tmp_path / "a.yaml").write_text("{variants: [true, false], control: false, metrics: [{name: 1}]}")
    config = load_config(tmp_path / "a.yaml")

    assert (list(config.shares), config.control, config.metrics[0].name) == (["true", "false"], "false", "1")


def test_thirds_may_be_rounded(tmp_path: Path):
    (tmp_path / "a.yaml").write_text(
        "{variants: {a: 0.333, b: 0.333, c: 0.333}, control: a, metrics: [{name: x}]}"
    )

    assert load_config(tmp_path / "a.yaml").shares["a"] == pytest.approx(1 / 3)


GOOD = "variants: [a, b]\ncontrol: a\nmetrics:\n  - name: x\n"


def test_what_a_mistake_is_put_into_is_good(tmp_path: Path):
    (tmp_path / "a.yaml").write_text(GOOD)
    assert load_config(tmp_path / "a.yaml").control == "a"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("control: b\n", "is not valid YAML: line 1: the key 'control' stands twice."),
        ("alpha: 2025-13-05\n", "line 5: 2025-13-05 is no date; write one such as 2026-01-31."),
        ("    kind: winsorised\n    cap: .nan\n", "metrics[0].cap: write a finite number; got nan."),
        ("    margin: .inf\n", "metrics[0].margin: write a finite number; got inf."),
        ("minimum_effect: .inf\n", "minimum_effect: write a finite number; got inf."),
        ("alpha: much\n", "alpha: write a number; got 'much'."),
        ("exposed_at: seen\n", "exposed_at: is compared with outcome_at; name that column too, or neither."),
        ("outcome_at: paid\n", "outcome_at: is compared with exposed_at; name that column too, or neither."),
        (
            "    denominator: y\n",
            "metrics[0]: only a ratio has a denominator; write kind: ratio, or leave denominator out.",
        ),
        ("    cap: 3\n", "metrics[0]: only a winsorised has a cap; write kind: winsorised, or leave"),
        ("    purpose: guardrail\n", "metrics[0]: a guardrail needs the field margin, the most harm"),
        ("covariates: [age, age]\n", "covariates: 'age' stands twice."),
        ("covariates: [x]\n", "covariates: 'x' is an outcome; adjust by what was known"),
        ("    before: x\n", "metrics: 'x' is an outcome; adjust by what was known"),
        ("covariates: [variant]\n", "covariates: 'variant' is the variant; adjust by what was known"),
        ("covariates: age\n", "covariates: write a list, as `[one, other]`; got 'age'."),
        ("ship_when: not_worse\n", "ship_when: not_worse needs the loss that still counts as none; write"),
        ("varaints: [a, b]\n", "varaints: no such field; did you mean 'variants'?"),
        ("margin: 0.1\n", "margin: no such field; write one of alpha, cluster, control"),
    ],
    ids=lambda value: value.strip().splitlines()[0],
)  # fmt: skip
def test_what_was_silently_accepted_is_one_sentence(tmp_path: Path, more: str, said: str):
    (tmp_path / "a.yaml").write_text(GOOD + more)
    with pytest.raises(AnalyticsError) as caught:
        load_config(tmp_path / "a.yaml")

    assert said in str(caught.value)


def test_not_worse_may_be_measured_by_the_margin_of_the_primary_metric(tmp_path: Path):
    (tmp_path / "a.yaml").write_text(f"{GOOD}    margin: 0.1\nship_when: not_worse\n")

    assert load_config(tmp_path / "a.yaml").plan().rule.ship_when == "not_worse"


@pytest.mark.parametrize(
    "text",
    [
        "- 1",
        "{variants: 3, control: a, metrics: [{name: x}]}",
        "{variants: {a: {b: 1}, c: 1}, control: a, metrics: [{name: x}]}",
        "{variants: [a, b], control: a, metrics: x}",
        "{variants: [a, b], control: a, metrics: [x]}",
        "{variants: [a], control: a, metrics: []}",
        "{variants: [a, a], control: a, metrics: [{name: [x]}]}",
    ],
)
def test_no_words_of_programmers_come_through(tmp_path: Path, text: str):
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(AnalyticsError) as caught:
        load_config(tmp_path / "a.yaml")

    leaks = ("AnalysisConfig", "FileMetric", "instance", "tuple", "dict", "function", "valid")
    assert not any(word in str(caught.value) for word in leaks)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[", "is not valid YAML: line 1: "),
        (
            "{variants: [a, b], control: c, metrics: [{name: x}]}",
            "control: 'c' is not among the variants a, b",
        ),
        (
            "{variants: {a: 1, b: 0}, control: a, metrics: [{name: x}]}",
            "every planned share must be positive",
        ),
        (
            "{variants: {a: 0.9, b: 0.9}, control: a, metrics: [{name: x}]}",
            "variants: shares sum to 1.8; they must sum to 1",
        ),
        ("{variants: [a, a, b], control: a, metrics: [{name: x}]}", "variants: 'a' stands twice"),
        (
            "{variants: [a, b], control: a, metrics: [{name: x, kind: ratio}]}",
            r"metrics\[0\]: a ratio needs the field denominator",
        ),
        ("{variants: [a, b], control: a, metrics: [{name: x}, {name: x}]}", "'x' stands twice"),
        (
            "{variants: [a, b], control: a, metrics: [{name: x, purpose: primary}, {name: y, purpose: primary}]}",  # noqa: E501
            "only one may be primary",
        ),
        ("{variants: [a, b], control: a}", "metrics is missing"),
        (
            "{variants: [a, b], control: a, metrics: [{name: x, colum: y}]}",
            r"metrics\[0\].colum: no such field; did you mean 'column'",
        ),
        (
            "{variants: [a, b], control: a, metrics: [{name: x}], alfa: 1}",
            "alfa: no such field; did you mean 'alpha'",
        ),
        (
            "{variants: [a, b], control: a, metrics: [{name: x}], alpha: 2}",
            "alpha: Input should be less than 0.5",
        ),
        ("", "is empty; write at least variants, control and metrics"),
    ],
    ids=[
        "yaml",
        "control",
        "share",
        "sum of shares",
        "arm twice",
        "ratio",
        "twice",
        "primaries",
        "missing",
        "metric field",
        "field",
        "alpha",
        "empty",
    ],
)
def test_a_mistake_names_file_and_field(tmp_path: Path, text: str, said: str):
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(AnalyticsError, match=rf"a\.yaml:? .*{said}"):
        load_config(tmp_path / "a.yaml")


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(AnalyticsError, match="cannot be read: No such file"):
        load_config(tmp_path / "none.yaml")
