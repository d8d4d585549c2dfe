"""The ledger's benchmark: the three ways agree on what they compute."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from analytics_platform.lakehouse.duckdb_engine import connector
from benchmarks import ledger


def test_the_ledger_and_tea_tasting_read_the_same_out_of_the_same_users():
    with connector()() as connection:
        ledger.make_users(connection, 20_000)
        ours = ledger.readouts(ledger.ledger_rows(connection))
        aggregates = ledger.tea_tasting_aggregates(connection)

    theirs = ledger.tea_tasting_test().analyze(aggregates, control=0)

    effects = np.array([row["rel_effect_size"] for row in theirs.to_dicts()], dtype=float)
    np.testing.assert_allclose(ours.estimate, effects, atol=2e-3)


def test_the_command_prints_every_way_and_writes_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    file = tmp_path / "figures.json"
    monkeypatch.setattr(sys, "argv", ["ledger", "--users", "2000", "--json", str(file)])

    ledger.main()

    found = json.loads(file.read_text())
    assert [timing["ratio"] for timing in found if timing["ratio"] == 1.0] == [1.0, 1.0]
    assert all(timing["seconds"] > 0 for timing in found)
    printed = capsys.readouterr().out
    assert all(timing["way"] in printed for timing in found)
