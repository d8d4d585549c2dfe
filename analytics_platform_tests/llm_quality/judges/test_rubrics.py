"""Rubrics as shipped, and what a wrong one says."""

from pathlib import Path

import pytest

from analytics_platform.errors import AnalyticsError
from analytics_platform.llm_quality.judges.judge import Case
from analytics_platform.llm_quality.judges.rubrics import load_rubrics

RIGHT = """rubrics:
  - {criterion: fun, version: 1, scale: [0, 1], needs_source: false, instructions: Say whether it is fun.}
"""


def test_the_shipped_rubrics_are_those_of_the_panel():
    rubrics = load_rubrics()

    assert {name: (rubric.scale, rubric.features) for name, rubric in rubrics.items()} == {
        "unsupported": ((0, 1), None),
        "helpful": ((1, 2, 3, 4, 5), None),
        "acceptable": ((0, 1), ("quiz",)),
    }
    assert rubrics.version == "acceptable 1, helpful 1, unsupported 1"


@pytest.mark.parametrize(
    ("feature", "source", "criterion", "said"),
    [
        ("quiz", "x", "acceptable", None),
        ("explain", "x", "acceptable", "acceptable is judged of quiz only"),
        ("quiz", None, "acceptable", "no source text"),
        ("quiz", " \n", "unsupported", "no source text"),
        ("quiz", None, "helpful", None),
        ("quiz", "x", "fun", "no rubric for fun; there are acceptable, helpful, unsupported"),
    ],
)
def test_obstacles_are_said(feature: str, source: str | None, criterion: str, said: str | None):
    found = load_rubrics().obstacle(Case.of(1, feature, source, "y", criterion))

    assert found is None if said is None else said in str(found)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[0, 1]", "[1, 0]", r"rubrics\[0\].scale: write the scores ascending"),
        ("[0, 1]", "[1, 2]", r"rubrics\[0\].scale: write two scores as \[0, 1\]"),
        ("version: 1", "versoin: 1", "did you mean 'version'"),
        ("fun, ", "Fun!, ", r"rubrics\[0\].criterion"),
        ("version: 1, ", "", r"rubrics\[0\].version is missing"),
    ],
)
def test_a_wrong_rubric_is_named_with_its_place(tmp_path: Path, old: str, new: str, said: str):
    file = tmp_path / "rubrics.yaml"
    file.write_text(RIGHT.replace(old, new))

    with pytest.raises(AnalyticsError, match=said) as refused:
        load_rubrics(file)

    assert str(file) in str(refused.value)


def test_a_criterion_stands_once(tmp_path: Path):
    file = tmp_path / "rubrics.yaml"
    file.write_text(RIGHT + RIGHT.splitlines()[1] + "\n")

    with pytest.raises(AnalyticsError, match=r"rubrics\[1\]\.criterion: 'fun' stands twice"):
        load_rubrics(file)
