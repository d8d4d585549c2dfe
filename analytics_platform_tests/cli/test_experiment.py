"""`experiment`: a file read out, and the catalogue looked up."""

import json
from pathlib import Path

import polars as pl
import pytest

from analytics_platform_tests.cli.conftest import Command

CONFIG = """
unit: id
variant: arm
variants: {control: 0.5, treatment: 0.5}
metrics: [{name: spend}]
segments: [country]
"""


@pytest.fixture
def users(tmp_path: Path) -> Path:
    rows = pl.DataFrame(
        {
            "id": range(400),
            "arm": ["control", "treatment"] * 200,
            "spend": [10 + number * 7919 % 101 / 10 + 2 * (number % 2) for number in range(400)],
            "country": ["DE", "DE", "US", "US"] * 100,
        }
    )
    rows.write_csv(tmp_path / "users.csv")
    (tmp_path / "users.yaml").write_text(CONFIG)
    return tmp_path


@pytest.mark.usefixtures("users")
def test_a_file_is_read_out_in_words_and_tables(analytics: Command):
    printed = analytics("experiment", "analyze", "users.csv", "--config", "users.yaml")

    assert printed.code == 0
    assert printed.out.startswith("treatment: Ship: spend +13.")
    for heading in ("Effects", "Sample ratio", "Segments", "Power"):
        assert heading in printed.out


@pytest.mark.usefixtures("users")
def test_json_holds_every_table(analytics: Command):
    found = json.loads(
        analytics("experiment", "analyze", "users.csv", "--config", "users.yaml", "--format", "json").out
    )

    assert found["decisions"][0]["verdict"] == "Ship"
    assert set(found) == {
        "decisions",
        "readouts",
        "srm",
        "diagnostics",
        "segment_effects",
        "power_plans",
        "notes",
    }


def test_csv_holds_the_readout_alone_and_the_rest_is_saved_beside_it(analytics: Command, users: Path):
    printed = analytics(
        "experiment", "analyze", "users.csv", "--config", "users.yaml", "--format", "csv", "--save", "out.csv"
    )

    assert printed.out == (users / "out.csv").read_text()
    assert pl.read_csv(users / "out.decisions.csv")["verdict"].to_list() == ["Ship"]
    assert (users / "out.srm.csv").exists()
    assert not (users / "out.diagnostics.csv").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("analyze", "users.csv"), "Name the file and its configuration"),
        (("analyze", "none.csv", "--config", "users.yaml"), "no such file"),
        (("analyze", "users.csv", "--config", "users.yaml", "--save", "out.xls"), "end the file's name with"),
        (("list", "--config", "users.yaml"), "belong to `experiment analyze`"),
        (("analyze", "users.csv", "--config", "users.yaml", "--save", "users.csv"), "overwrite users.csv"),
        (("analyze", "users.csv", "--config", "users.yaml", "--save", "./link.csv"), "overwrite link.csv"),
        (("show",), "Name the experiment to show; the catalogue has homepage_aa"),
        (("show", "nonesuch"), "No experiment is called 'nonesuch'; the catalogue has homepage_aa"),
    ],
    ids=["no config", "no file", "extension", "option", "input", "link to it", "no name", "unknown"],
)  # fmt: skip
def test_a_mistake_is_one_sentence(analytics: Command, users: Path, words: tuple[str, ...], said: str):
    (users / "link.csv").symlink_to("users.csv")
    before = (users / "users.csv").read_bytes()
    printed = analytics("experiment", *words)

    assert (printed.code, printed.out) == (1, "")
    assert said in printed.err
    assert (users / "users.csv").read_bytes() == before


def test_a_table_beside_the_readout_does_not_overwrite_the_input(analytics: Command, users: Path):
    (users / "users.csv").rename(users / "out.decisions.csv")
    words = ("experiment", "analyze", "out.decisions.csv", "--config", "users.yaml", "--save", "out.csv")
    printed = analytics(*words)

    assert (printed.code, printed.out) == (1, "")
    assert "--save would overwrite out.decisions.csv" in printed.err
    assert not (users / "out.csv").exists()


def test_the_catalogue_is_listed_and_shown(analytics: Command):
    listed = json.loads(analytics("experiment", "list", "--format", "json").out)
    shown = json.loads(analytics("experiment", "show", "class_challenges", "--format", "json").out)

    assert len(listed) == 10
    assert {"field": "unit", "value": "classroom"} in shown
