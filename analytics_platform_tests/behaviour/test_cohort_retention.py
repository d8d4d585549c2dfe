"""`behaviour.cohort_retention` against each cell counted person by person."""

import pytest
from hypothesis import given, settings

from analytics_platform.behaviour import COHORT_RETENTION
from analytics_platform_tests.behaviour.lives import LIVES, cohort_table, person, table_of
from analytics_platform_tests.raw_rows import Row


def cells(people: list[Row]) -> dict[tuple, Row]:
    """The table's rows by key."""
    rows = table_of(people, COHORT_RETENTION)
    keyed = {tuple(row.pop(name) for name in COHORT_RETENTION.key): row for row in rows}
    assert len(keyed) == len(rows)
    return keyed


def overall(people: list[Row], measure: str) -> dict[int, Row]:
    """Pooled cells of a measure by period."""
    return {
        key[-1]: row for key, row in cells(people).items() if key[:4] == (measure, "all", None, "overall")
    }


@settings(max_examples=8, deadline=None)
@given(LIVES)
def test_every_cell_equals_its_definition(people: list[Row]):
    found, expected = cells(people), cohort_table(people)
    assert found.keys() == expected.keys()
    for key, cell in expected.items():
        limits = {name: found[key].pop(name) for name in ("retention_low", "retention_high")}
        known = {name: cell.pop(name) for name in ("retention_low", "retention_high")}
        assert found[key] == cell, key
        assert limits == (pytest.approx(known, abs=1e-12) if cell["eligible_users"] else known), key


def test_a_cell_tells_only_of_people_whose_period_is_over():
    old, new = person([0, 7]), person([10, 11, 12])
    by_day = overall([old, new], "n_day")
    assert (by_day[2]["eligible_users"], by_day[2]["retained_users"]) == (2, 1)
    assert (by_day[7]["eligible_users"], by_day[7]["retention"]) == (1, 1.0)
    assert max(by_day) == 12, "no further than anyone was watched"


def test_who_was_active_in_a_period_not_yet_over_is_not_counted_in_it():
    cell = overall([person([0, 1]), person([0, 30])], "bracket")[15]
    late = overall([person([0, 1]), person([20, 35])], "bracket")[15]
    assert (cell["eligible_users"], cell["retained_users"]) == (2, 0)
    assert (late["eligible_users"], late["retained_users"]) == (1, 0)


def test_censored_cells_are_null_and_never_low():
    for key, row in cells([person([0, 40]), person([39])]).items():
        assert (row["retention"] is None) == (row["eligible_users"] == 0), key
        assert (row["retained_users"] is None) == (row["eligible_users"] == 0), key


def test_unbounded_retention_waits_for_28_days_from_its_day():
    rows = overall([person([0, 5, 32])], "unbounded")
    assert [rows[n]["retention"] for n in range(6)] == [1.0] * 6
    assert max(rows) == 5


def test_weeks_are_those_of_a_person_and_cohorts_those_of_the_calendar():
    sunday = person([6, 13])  # 2025-09-07: week 1 of this person begins on a Sunday
    found = {
        (key[2], key[-1]): row["retained_users"]
        for key, row in cells([sunday, person([0, 60])]).items()
        if key[0] == "week" and key[1] == "week" and key[3] == "overall"
    }
    assert {str(cohort) for cohort, _ in found} == {"2025-09-01"}
    assert [count for (_, week), count in sorted(found.items())] == [2, 1, 0, 0, 0, 0, 0, 0][: len(found)]


def test_a_cohort_is_complete_when_its_last_day_was_watched_through_the_period():
    found = {
        key[-1]: row["is_complete"]
        for key, row in cells([person([0, 20])]).items()
        if key[:2] == ("n_day", "week") and key[3] == "overall"
    }
    assert [found[n] for n in (0, 13, 14, 15, 20)] == [True, True, True, False, False]


def test_nobody_gives_no_rows():
    assert table_of([person([0])], COHORT_RETENTION)
    assert overall([person([0])], "week") == {}
