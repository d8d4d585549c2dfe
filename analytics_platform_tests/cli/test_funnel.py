"""`funnel`: counts and the users behind them, and words for what is not there."""

import json
from pathlib import Path

import pytest

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.cli.conftest import Command
from analytics_platform_tests.dashboards.behaviour.path_lake import write_paths


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> str:
    lake = tmp_path_factory.mktemp("funnel") / "lake"
    write_paths(Lake(lake))
    return str(lake)


def test_all_funnels_are_listed_with_their_steps(analytics: Command, root: str):
    rows = json.loads(analytics("funnel", "--format", "json", "--lake", root).out)
    assert [(row["funnel_id"], row["step"]) for row in rows] == [
        ("never", 1),
        ("never", 2),
        ("study", 1),
        ("study", 2),
        ("study", 3),
    ]


@pytest.mark.parametrize("segment", [(), ("--segment", "role=teacher")])
def test_as_many_users_are_listed_as_are_counted(analytics: Command, root: str, segment: tuple[str, ...]):
    common = ("study", "--format", "json", "--lake", root, *segment)
    steps = json.loads(analytics("funnel", *common).out)
    for row in steps:
        for state, count in (("dropped", "dropped_users"), ("open", "open_users"), ("reached", "users")):
            users = json.loads(analytics("funnel", *common, "--step", str(row["step"]), "--state", state).out)
            assert len({user["user_id"] for user in users}) == len(users) == row[count]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("studdy",), "No funnel is called 'studdy'; did you mean 'study'?"),
        (("study", "--step", "9"), "study has the steps 1 to 3, not 9."),
        (("study", "--segment", "role"), "write dimension=value, such as role=teacher."),
        (("study", "--segment", "role=cook"), "role=student, role=teacher."),
        (("--step", "1"), "Users are listed of one funnel: name it before --step."),
    ],
)
def test_what_is_not_there_is_told_with_its_mend(
    analytics: Command, root: str, words: tuple[str, ...], said: str
):
    printed = analytics("funnel", *words, "--lake", root)
    assert printed.code == 1
    assert said in " ".join(printed.err.split())


def test_a_lake_without_funnels_says_how_to_build_them(analytics: Command, tmp_path: Path):
    printed = analytics("funnel", "--lake", str(tmp_path / "none"))
    assert printed.code == 1
    assert "behaviour.funnel_steps" in printed.err


def test_a_lake_whose_funnels_have_no_rows_says_so(analytics: Command, root: str, tmp_path: Path):
    lake = Lake(tmp_path / "lake")
    held = Lake(Path(root)).scan("behaviour.funnel_steps").collect()
    empty = held.clear().to_arrow()
    lake.replace("behaviour.funnel_steps", [empty], empty.schema)
    printed = analytics("funnel", "--lake", str(tmp_path / "lake"))
    assert printed.code == 1
    assert "No funnel is built" in printed.err
