"""Checks of `validation.certificates`: a planted fault of each kind is found."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from analytics_platform import validation
from analytics_platform.lakehouse import Check, load_checks
from analytics_platform.validation.certificates import CERTIFICATES_SCHEMA, TABLE
from analytics_platform.workspace import open_workspace

ALL = load_checks(Path(validation.__file__).with_name("checks"))
CHECKS = {check.name: check for check in ALL if check.table == TABLE}
GOOD = {"method": "holm", "is_shipped": True, "is_within_band": True, "observed": 0.05, "note": "10 tests"}
FOIL = {
    "method": "peeking",
    "is_shipped": False,
    "is_within_band": False,
    "observed": 0.2,
    "note": "foil: peeking",
}


Found = Callable[..., list[dict[str, object]]]


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Found:
    """Offending rows of a check over a table of some rows."""
    monkeypatch.setenv("ANALYTICS_LAKE", str(tmp_path / "lake"))

    def run(name: str, *rows: dict[str, object]) -> list[dict[str, object]]:
        workspace = open_workspace()
        whole = [{**dict.fromkeys(CERTIFICATES_SCHEMA.names), **row} for row in rows]
        workspace.lake.replace(TABLE, [pa.Table.from_pylist(whole, CERTIFICATES_SCHEMA)], CERTIFICATES_SCHEMA)
        check: Check = CHECKS[name]
        return workspace.engine.query(check.sql).to_pylist()

    return run


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_a_sound_table_passes(found: Found, name: str):
    assert found(name, GOOD, FOIL) == []


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("certificates_hold", [{**GOOD, "is_within_band": False}, FOIL]),
        ("foils_are_caught", [GOOD, {**FOIL, "is_within_band": True}]),
        ("certificates_are_complete", [GOOD]),
        ("certificates_are_complete", [FOIL]),
        ("certificates_are_complete", [{**GOOD, "observed": None}, FOIL]),
    ],
    ids=["outside its band", "a foil passes", "no foil", "no shipped method", "no value"],
)
def test_a_planted_fault_is_found(found: Found, name: str, rows: list[dict[str, object]]):
    assert len(found(name, *rows)) == 1


def test_a_limit_inside_its_band_is_no_fault(found: Found):
    limit = {**FOIL, "note": "limit: few clusters", "is_within_band": True}

    assert found("foils_are_caught", GOOD, FOIL, limit) == []
