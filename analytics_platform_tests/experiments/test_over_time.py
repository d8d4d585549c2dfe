"""Effects over time: three curves, and boundaries that remember a crossing."""

from datetime import date

from analytics_platform.experiments.over_time import effects_over_time
from analytics_platform.experiments.plan import Goal, Looks
from analytics_platform_tests.experiments.arms_of import drawn, plan

GOAL = Goal("spend", "Spend", purpose="primary", covariates=("spend",))
START = date(2026, 1, 5)


def curve(lifts: dict[int, float], name: str = "as_of", **changes: object) -> list[dict]:
    points = {
        day: {"control": drawn(1, 400).moments, "treatment": drawn(2, 400, lift).moments}
        for day, lift in lifts.items()
    }
    looks = {day: tuple((at + 1) / 10 for at in range(day + 1)) for day in lifts}
    return effects_over_time(plan(GOAL, **changes), {("spend", name): points}, looks, START)  # pyright: ignore[reportArgumentType]


def test_a_crossing_is_remembered_when_the_effect_fades():
    looks = Looks("group_sequential", planned_units=8000, is_last=False)
    rows = curve({0: 0.0, 5: 0.2, 9: 0.0}, looks=looks, has_ended=False)

    assert [row["has_crossed"] for row in rows] == [False, True, True]
    assert [row["information_fraction"] for row in rows] == [0.1, 0.6, 1.0]
    assert rows[1]["boundary_low"] < rows[1]["relative_low"]


def test_a_fixed_design_has_no_boundary():
    row = curve({3: 0.1})[0]

    assert row["position_date"] == date(2026, 1, 8)
    assert row["boundary_low"] is None
    assert row["has_crossed"] is None
    assert row["relative_low"] < 0.1 * 10 / 12 < row["relative_high"]


def test_days_since_exposure_have_no_date():
    assert curve({3: 0.1}, "days_since_exposure")[0]["position_date"] is None


def test_an_arm_that_is_still_empty_is_said_to_be():
    points = {0: {"control": drawn(1, 40).moments}}
    row = effects_over_time(plan(GOAL), {("spend", "cohort"): points}, {})[0]

    assert row["reason"] == "an arm has no unit yet"
    assert row["treatment_units"] == 0
