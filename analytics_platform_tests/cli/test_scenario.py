import json
from pathlib import Path

import pytest

from analytics_platform.cli.scenario import share
from analytics_platform.errors import AnalyticsError
from analytics_platform.lakehouse import Lake
from analytics_platform_tests.forecasts.scenario_lake import write_product
from analytics_platform_tests.program import run_program


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("scenario") / "lake"
    write_product(Lake(root), users=400)
    return root


def test_changes_named_are_told_by_day(lake: Path):
    printed = run_program(
        "scenario", "--acquisition", "+20%", "--curr", "0.02", "--quality", "+0.1", "--horizon", "14",
        "--format", "json", lake=lake,
    )  # fmt: skip
    assert printed.code == 0, printed.err
    rows = [row for row in json.loads(printed.out) if row["metric"] == "dau"]
    assert len(rows) == 14
    assert {row["scenario_id"] for row in rows} == {"asked"}
    assert rows[-1]["scenario"] == pytest.approx(rows[-1]["baseline"] * rows[-1]["ratio"])
    assert "Assumed, not measured" in printed.err


def test_without_changes_the_file_is_told_on_its_last_day(lake: Path):
    printed = run_program("scenario", "--horizon", "7", lake=lake)
    assert printed.code == 0, printed.err
    assert "more_signups" in printed.out
    assert "Nobody was exposed" in printed.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--acquisition", "20x"), "--acquisition: '20x' is no number"),
        (("--launch", "study_group"), "did you mean 'study_groups'?"),
        (("--price", "+10%", "--from", "soon"), "--from: 'soon' is no date"),
    ],
)
def test_a_mistake_is_one_sentence(lake: Path, words: tuple[str, ...], said: str):
    printed = run_program("scenario", *words, lake=lake)
    assert printed.code != 0
    assert said in printed.err


def test_a_share_is_written_either_way():
    assert share("+20%", "price") == pytest.approx(0.2)
    assert share("-0.1", "price") == pytest.approx(-0.1)
    with pytest.raises(AnalyticsError, match="--price"):
        share("much", "price")
