"""All analyses together, on a lake that cannot support them: every query runs, and every row says why."""

from pathlib import Path

import pytest

from analytics_platform.experiments.causal import (
    DIAGNOSTICS_SCHEMA,
    EFFECTS_SCHEMA,
    observational_effects,
)
from analytics_platform.lakehouse import DuckDBEngine, Lake
from analytics_platform_tests.derived_rows import days, user_day, write_user_days
from analytics_platform_tests.raw_rows import instant, user, write_raw


@pytest.mark.parametrize(
    ("last", "told"), [(59, "users took a quiz"), (20, "followed for 30 days"), (1, "followed for 30 days")]
)
def test_a_lake_that_is_too_small_gives_reasons_and_no_numbers(tmp_path: Path, last: int, told: str):
    lake = Lake(tmp_path / "lake")
    write_raw(
        lake, users=[user(number, instant(number, "00:00")) for number in range(1, 4)], window=days(0, 59)
    )
    write_user_days(lake, [user_day(number, number, events=2) for number in range(1, 4)])
    effects, diagnostics = observational_effects(DuckDBEngine(lake), days(0, last))
    assert effects.schema.equals(EFFECTS_SCHEMA)
    assert diagnostics.schema.equals(DIAGNOSTICS_SCHEMA)
    rows = effects.to_pylist()
    assert {row["design"] for row in rows} == {
        "adoption",
        "staggered_launch",
        "synthetic_control",
        "encouragement",
    }
    assert all(row["reason"] and row["effect"] is None for row in rows)
    assert all(told in row["reason"] for row in rows if row["design"] == "adoption")
