"""`behaviour.retention_by_frequency` against people counted one by one."""

import pytest
from hypothesis import given, settings

from analytics_platform.behaviour import RETENTION_BY_FREQUENCY
from analytics_platform_tests.behaviour.lives import LIVES, frequency_table, person, table_of
from analytics_platform_tests.raw_rows import Row


def cells(people: list[Row]) -> dict[tuple, Row]:
    rows = table_of(people, RETENTION_BY_FREQUENCY)
    return {tuple(row.pop(name) for name in RETENTION_BY_FREQUENCY.key): row for row in rows}


@settings(max_examples=10, deadline=None)
@given(LIVES)
def test_every_cell_equals_its_definition(people: list[Row]):
    found, expected = cells(people), frequency_table(people)
    assert found.keys() == expected.keys()
    for key, cell in expected.items():
        for name, value in cell.items():
            same = value is None if found[key][name] is None else found[key][name] == pytest.approx(value)
            assert same, (key, name)


def test_days_that_put_a_person_in_a_group_do_not_retain_it():
    busy = person(range(14))
    found = cells([busy, person([60])])
    assert found[14, "overall", "all", 5, 14]["retained_users"] == 0
    assert found[7, "overall", "all", 5, 7]["retained_users"] == 1


def test_a_later_period_not_yet_over_is_null():
    found = cells([person([0, 1]), person([30])])
    assert found[7, "overall", "all", 2, 28]["retention"] is None
    assert found[7, "overall", "all", 2, 7]["retention"] == 0.0
