"""Segment effects: shrunken, adjusted, and silent where units are few."""

import pytest

from analytics_platform.experiments.plan import Goal
from analytics_platform.experiments.segments import segment_effects
from analytics_platform_tests.experiments.arms_of import drawn, plan

GOAL = Goal("spend", "Spend", purpose="primary", covariates=("spend",))
LIFTS = {"AU": 0.0, "BR": 0.0, "DE": 0.0, "GB": 0.0, "US": 0.4}


def effects(lifts: dict[str, float], units: int = 500) -> list[dict]:
    segments = {
        ("country", name): {
            "control": drawn(40 + 2 * place, units).moments,
            "treatment": drawn(41 + 2 * place, units, lift).moments,
        }
        for place, (name, lift) in enumerate(lifts.items())
    }
    return segment_effects(plan(GOAL), {"spend": segments})


def test_a_segment_that_differs_is_found_and_pulled_towards_the_others():
    rows = {row["segment"]: row for row in effects(LIFTS)}

    assert rows["US"]["adjusted_p_value"] < 0.001
    assert rows["US"]["heterogeneity_p_value"] < 0.001
    assert rows["US"]["shrunken_relative_effect"] < rows["US"]["relative_effect"]
    assert rows["US"]["shrunken_relative_effect"] > 0.25


def test_equal_segments_shrink_to_their_mean():
    rows = effects(dict.fromkeys(LIFTS, 0.1))
    spread = [
        max(row[name] for row in rows) - min(row[name] for row in rows)
        for name in ("relative_effect", "shrunken_relative_effect")
    ]

    assert rows[0]["heterogeneity_p_value"] > 0.01
    assert spread[1] < spread[0]


def test_a_small_segment_has_a_reason_and_no_number():
    rows = effects({"US": 0.0}, units=20)

    assert rows[0]["reason"] == "an arm has 20 units here, and 50 are needed"
    assert rows[0]["relative_effect"] is None
    assert rows[0]["control_units"] == 20


def test_a_segment_without_a_treated_unit_is_kept():
    rows = segment_effects(plan(GOAL), {"spend": {("role", "teacher"): {"control": drawn(1, 100).moments}}})

    assert rows[0]["reason"] == "an arm has 0 units here, and 50 are needed"


@pytest.mark.parametrize("lifts", [{"US": 0.1}, {"US": 0.1, "DE": 0.1}], ids=["one", "two"])
def test_few_segments_keep_their_own_effect(lifts: dict[str, float]):
    for row in effects(lifts):
        assert row["shrunken_relative_effect"] == pytest.approx(row["relative_effect"])
