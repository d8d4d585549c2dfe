"""Strata: small ones are joined, and none is left with too few units."""

import numpy as np
import pytest

from analytics_platform.experiments.plan import Goal
from analytics_platform.experiments.strata import strata_of
from analytics_platform.stats.moments import Moments
from analytics_platform_tests.experiments.arms_of import PRIMARY, sample


def arm(**units: int) -> object:
    rows = {
        name: np.column_stack([np.arange(float(count)), np.full(count, 2.0)]) for name, count in units.items()
    }
    return sample(
        np.concatenate([part[:, 0] for part in rows.values()]),
        strata={name: Moments.of(part) for name, part in rows.items()},
    )


def sizes(control: object, treatment: object) -> list[float] | None:
    found = strata_of(PRIMARY, control, treatment)  # pyright: ignore[reportArgumentType]
    return None if found is None else found[0].n.tolist()


@pytest.mark.parametrize(
    ("control", "treatment", "expected"),
    [
        ({"a": 20, "b": 30}, {"a": 25, "b": 15}, [20, 30]),
        ({"a": 20, "b": 6, "c": 7}, {"a": 20, "b": 5, "c": 8}, [20, 13]),
        ({"a": 20, "b": 30, "c": 3}, {"a": 20, "b": 30}, [20, 33]),
        ({"a": 20, "b": 2}, {"a": 20, "b": 2}, None),
        ({"a": 2}, {"b": 2}, None),
    ],
    ids=["large", "small ones together", "to the last large one", "one left", "none left"],
)
def test_small_strata_are_joined(control: dict, treatment: dict, expected: list[float] | None):
    assert sizes(arm(**control), arm(**treatment)) == expected


def test_the_mean_of_a_ratios_strata_is_the_ratio_of_its_totals():
    goal = Goal("spend", "Spend", kind="ratio", purpose="primary")
    one = arm(a=20, b=30)
    found = strata_of(goal, one, one)  # pyright: ignore[reportArgumentType]
    assert found is not None
    total = Moments.total(found[0])

    assert total.mean[0] == pytest.approx((sum(range(20)) + sum(range(30))) / (2 * 50))
