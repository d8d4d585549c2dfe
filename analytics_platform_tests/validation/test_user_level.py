from datetime import timedelta

import pytest
from scipy import stats

from analytics_platform.validation.user_level import user_level
from analytics_platform_tests.validation.results import END, START, Results, Row, experiment

CLASSROOM = {"unit": "classroom"}


def _exposure(user_id: int, variant: str, **columns: object) -> Row:
    return {
        "experiment_id": "classes",
        "user_id": user_id,
        "variant": variant,
        "is_excluded": False,
        "event_date": START + timedelta(days=2),
        **columns,
    }


def _days(user_id: int, offsets: list[int], events: int = 1) -> list[Row]:
    return [
        {"user_id": user_id, "event_date": START + timedelta(days=day), "is_active": True, "events": events}
        for day in offsets
    ]


def _results(primary: str = "active_days", **changes: object) -> Results:
    """Control: 1, 2 and 3 active days from exposure on; treatment: 3, 4 and 0; an excluded user with 20."""
    exposures = [_exposure(number, "control" if number <= 3 else "treatment") for number in range(1, 7)]
    exposures.append(_exposure(7, "control", is_excluded=True))
    after_end = (END - START).days + 1
    days = [
        *_days(1, [0, 1, 2]),
        *_days(2, [2, 3, after_end]),
        *_days(3, [2, 3, 4]),
        *_days(4, [2, 3, 4]),
        *_days(5, [2, 3, 4, 5]),
        *_days(7, list(range(2, 22))),
    ]
    return Results(
        exposures=exposures,
        user_days=days,
        experiments=[experiment("classes", **{**CLASSROOM, "primary": primary, **changes})],
    )


def test_every_exposed_user_counts_from_exposure_to_the_end_of_the_test():
    results = _results()
    (one,) = user_level(results.scan, results.catalogue)
    assert one.estimate == pytest.approx(7 / 6 - 1)
    assert (one.method, one.metric, one.is_fair) == ("user_level", "active_days", False)


def test_its_interval_agrees_with_welch_s_test_on_whether_there_is_an_effect():
    results = _results()
    (one,) = user_level(results.scan, results.catalogue)
    welch = stats.ttest_ind([3, 4, 0], [1, 2, 3], equal_var=False)
    assert welch.pvalue > 0.05
    assert one.low is None or one.low < 0


def test_a_count_other_than_active_days_is_added_up():
    results = _results("events")
    (one,) = user_level(results.scan, results.catalogue)
    assert one.estimate == pytest.approx(7 / 6 - 1)


@pytest.mark.parametrize("changes", [{"unit": "user"}, {"primary": "retained_7d"}], ids=["users", "share"])
def test_only_classroom_tests_of_totals_have_this_foil(changes: dict[str, object]):
    results = _results(**changes)
    assert list(user_level(results.scan, results.catalogue)) == []


@pytest.mark.parametrize("kept", [[1, 2, 4], [4, 5, 6]], ids=["one treated", "no control"])
def test_an_arm_of_one_user_gives_no_foil(kept: list[int]):
    results = _results()
    results.exposures = [row for row in results.exposures if row["user_id"] in kept]
    assert list(user_level(results.scan, results.catalogue)) == []


def test_control_without_any_total_gives_no_foil():
    results = _results()
    results.user_days = [row for row in results.user_days if row["user_id"] > 3]
    assert list(user_level(results.scan, results.catalogue)) == []
