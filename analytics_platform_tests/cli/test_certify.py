"""`certify`."""

import csv
import io
from pathlib import Path

import polars as pl
import pytest

from analytics_platform.cli import certify as command
from analytics_platform.validation import certificates
from analytics_platform.validation.certificates import TABLE, Row
from analytics_platform.workspace import open_workspace
from analytics_platform_tests.cli.conftest import Command


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few replications of two methods: what the numbers say is tested elsewhere."""
    monkeypatch.setattr(certificates, "REPLICATIONS", {"quick": 200, "full": 400})


def chosen(methods: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a whole run be one of a few methods."""
    run = command.certificate_rows

    def only(*words: object, **named: object) -> list[Row]:
        return run(*words, **{**named, "methods": methods, "workers": 1})  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(command, "certificate_rows", only)


def test_the_table_is_printed_and_kept_in_the_lake(analytics: Command, monkeypatch: pytest.MonkeyPatch):
    chosen(("sample_ratio", "user_level_test"), monkeypatch)

    printed = analytics("certify", "--format", "csv")

    rows = list(csv.DictReader(io.StringIO(printed.out)))
    assert printed.code == 0, printed.err
    assert {row["method"] for row in rows} == {"sample_ratio", "user_level_test"}
    kept = open_workspace().lake.scan(TABLE).collect()
    assert kept["quantity"].to_list() == [row["quantity"] for row in rows]
    assert kept["mode"].unique().to_list() == ["quick"]
    assert "every foil was caught" in printed.err


def test_a_method_alone_leaves_the_table_as_it_was(analytics: Command):
    printed = analytics("certify", "--full", "--only", "ledger", "--draws-seed", "3")

    assert printed.code == 0
    assert "difference_after_removal" in printed.out
    assert not open_workspace().lake.exists(TABLE)


def test_a_second_run_takes_what_the_first_one_found(analytics: Command, monkeypatch: pytest.MonkeyPatch):
    first = analytics("certify", "--only", "ledger")
    asked: list[str] = []
    monkeypatch.setattr(certificates, "measure_all", lambda names, *_: asked.extend(names) or iter(()))

    assert analytics("certify", "--only", "ledger").out == first.out
    assert asked == []


def test_what_lies_outside_its_band_ends_with_code_one(analytics: Command, monkeypatch: pytest.MonkeyPatch):
    honest = command.certificate_rows

    def broken(*words: object, **named: object) -> list[Row]:
        return [{**row, "is_within_band": False} for row in honest(*words, **named)]  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(command, "certificate_rows", broken)
    printed = analytics("certify", "--only", "ledger")

    assert printed.code == 1
    assert "Outside its band: ledger · none · 28 days · large · difference is" in printed.err


def test_a_foil_that_passes_ends_with_code_one(analytics: Command, monkeypatch: pytest.MonkeyPatch):
    honest = command.certificate_rows

    def deaf(*words: object, **named: object) -> list[Row]:
        return [{**row, "is_within_band": True} for row in honest(*words, **named)]  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(command, "certificate_rows", deaf)
    printed = analytics("certify", "--only", "user_level_test")

    assert printed.code == 1
    assert "The foil was not caught: user_level_test/clustered/G=40/small." in printed.err


def test_the_document_shows_methods_cells_foils_and_limits(
    analytics: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    chosen(("cluster_delta", "user_level_test", "sample_ratio"), monkeypatch)

    analytics("certify", "--write", "certificates.md")

    text = (tmp_path / "certificates.md").read_text()
    assert text.startswith("# Certificates")
    assert "mode `quick`" in text
    assert "| user_level_test | clustered | G=40 | small | false positives absolute |" in text
    assert "limit: few clusters of very unequal size" in text
    table = [
        line for line in text.splitlines() if line.startswith("| cluster_delta | clustered | G=20 | small |")
    ]
    assert len(table) >= 1
    widths = {line.count("|") for line in text.split("## All cells")[1].split("## ")[0].splitlines() if line}
    assert len(widths) == 1


def test_an_unknown_method_is_one_sentence(analytics: Command):
    printed = analytics("certify", "--only", "cupid")

    assert (printed.code, printed.out) == (1, "")
    assert "No certificate is of method 'cupid'" in printed.err


def test_the_printed_columns_are_in_the_table():
    table = pl.DataFrame(certificates.CERTIFICATES_SCHEMA.empty_table())

    assert set(command.CELL + command.VALUES) <= set(table.columns)
