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
        "{variants: {1: 30, 0: 10}, control: 0, metrics: [{name: x}, {name: y, purpose: primary}]}"
    )
    plan = load_config(tmp_path / "a.yaml").plan()

    assert plan.shares == {"1": 0.75, "0": 0.25}
    assert plan.treatments == ("1",)
    assert [goal.metric for goal in plan.goals] == ["y", "x"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[", "is not valid YAML"),
        (
            "{variants: [a, b], control: c, metrics: [{name: x}]}",
            "control: 'c' is not among the variants a, b",
        ),
        (
            "{variants: {a: 1, b: 0}, control: a, metrics: [{name: x}]}",
            "every planned share must be positive",
        ),
        (
            "{variants: [a, b], control: a, metrics: [{name: x, kind: ratio}]}",
            r"metrics\[0\]: a ratio needs the field denominator",
        ),
        ("{variants: [a, b], control: a, metrics: [{name: x}, {name: x}]}", "'x' stands twice"),
        (
            "{variants: [a, b], control: a, metrics: [{name: x, purpose: primary}, {name: y, purpose: primary}]}",  # noqa: E501
            "only one may be primary",
        ),
        ("{variants: [a, b], control: a, metric: []}", "metrics: is missing"),
        (
            "{variants: [a, b], control: a, metrics: [{name: x, colum: y}]}",
            r"metrics\[0\].colum: no such field; write one of before",
        ),
        (
            "{variants: [a, b], control: a, metrics: [{name: x}], alfa: 1}",
            "alfa: no such field; write one of alpha",
        ),
        (
            "{variants: [a, b], control: a, metrics: [{name: x}], alpha: 2}",
            "alpha: Input should be less than 0.5",
        ),
        ("", "Input should be"),
    ],
    ids=[
        "yaml",
        "control",
        "share",
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
