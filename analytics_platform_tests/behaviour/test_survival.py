"""`behaviour.survival`: product-limit by hand from lives read day by day."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings

from analytics_platform.behaviour.survival import SURVIVAL_SCHEMA, TABLE, survival
from analytics_platform.lakehouse import DuckDBEngine, Lake
from analytics_platform_tests.behaviour.lives import (
    CUTS,
    LIVES,
    last_offset,
    observed,
    person,
    segment_of,
    silent_from,
    table_of,
)
from analytics_platform_tests.raw_rows import Row


def expected(people: list[Row]) -> Iterator[Row]:
    """At risk, churned and survival by segment and day, each by its definition."""
    today = last_offset(people)
    for dimension in CUTS["all"]:
        for segment in sorted({segment_of(life, dimension) for life in people}):
            members = [life for life in people if segment_of(life, dimension) == segment]
            share, day = 1.0, 0
            while True:
                # At risk: the day was watched together with the 27 after it, and no silence began before.
                risk = [
                    life
                    for life in members
                    if (observed(life, today) >= day + 27 or day == 0)
                    and not (silent_from(life, today) or day) < day
                ]
                if not risk:
                    break
                churned = sum(silent_from(life, today) == day for life in risk)
                share *= 1 - churned / len(risk)
                yield {
                    "dimension": dimension,
                    "segment": segment,
                    "day": day,
                    "at_risk_users": len(risk),
                    "churned_users": churned,
                    "survival": pytest.approx(share),
                }
                day += 1


@settings(max_examples=8, deadline=None)
@given(LIVES)
def test_every_day_equals_its_definition(people: list[Row]):
    known = {(row["dimension"], row["segment"], row["day"]): row for row in expected(people)}
    found = {(row["dimension"], row["segment"], row["day"]): row for row in table_of(people, after=survival)}
    assert found.keys() == known.keys()
    for key, row in known.items():
        assert {name: found[key][name] for name in row} == row
        assert found[key]["survival_low"] <= found[key]["survival"] <= found[key]["survival_high"]


def test_segments_are_compared_by_a_log_rank_test():
    stays = [person(range(0, 91, 20), role="teacher") for _ in range(12)]
    leaves = [person([0, 3]) for _ in range(12)]
    rows = table_of([*stays, *leaves], after=survival)
    tests = {row["dimension"]: row["log_rank_p_value"] for row in rows}
    assert tests["role"] < 0.001
    assert tests["overall"] is None
    assert {row["log_rank_degrees_of_freedom"] for row in rows if row["dimension"] == "role"} == {1}


def test_an_empty_log_has_no_curve(tmp_path: Path):
    lake = Lake(tmp_path)
    lives = pa.schema(
        [
            *((name, pa.string()) for name in ("role", "acquisition_channel", "first_feature")),
            ("silent_from_day", pa.int64()),
            ("days_observed", pa.int64()),
        ]
    )
    lake.replace("behaviour.user_lifetimes", [lives.empty_table()], lives)
    assert survival(DuckDBEngine(lake)).num_rows == 0


def test_every_column_has_a_sentence_beside_it():
    assert TABLE == "behaviour.survival"
    for field in SURVIVAL_SCHEMA:
        assert field.metadata[b"comment"].endswith(b"."), field.name
