from datetime import date

import numpy as np

from analytics_platform.simulation.calendar import Calendar, day_start
from analytics_platform_tests.simulation.conftest import world_of


def day_number(year: int, month: int, day: int) -> int:
    return (date(year, month, day) - date(2025, 9, 1)).days


def test_periods_cross_the_new_year() -> None:
    calendar = Calendar(world_of())
    us = list(calendar.world.parameters.countries).index("US")
    assert calendar.in_break[us, day_number(2025, 12, 31)]
    assert calendar.in_break[us, day_number(2026, 1, 4)]
    assert not calendar.in_break[us, day_number(2026, 1, 5)]


def test_southern_schools_rest_in_january() -> None:
    calendar = Calendar(world_of())
    countries = list(calendar.world.parameters.countries)
    january = day_number(2026, 1, 14)
    assert calendar.in_break[countries.index("AU"), january]
    assert not calendar.in_break[countries.index("GB"), january]


def test_weekends_break_and_exams_move_activity_as_written() -> None:
    calendar = Calendar(world_of())
    rules = calendar.world.parameters.calendar
    us = list(calendar.world.parameters.countries).index("US")
    student = calendar.activity_logit[0, us]
    assert student[day_number(2025, 10, 4)] == rules.weekend_student_logit
    assert student[day_number(2025, 12, 23)] == rules.break_logit
    assert student[day_number(2025, 12, 9)] == rules.exam_logit
    assert calendar.activity_logit[1, us, day_number(2025, 10, 4)] == rules.weekend_teacher_logit


def test_signups_grow_and_fall_at_weekends() -> None:
    calendar = Calendar(world_of())
    total = calendar.signup_weight.sum(axis=0)
    weekdays = total[~calendar.is_weekend]
    assert weekdays[-10:].mean() > weekdays[:10].mean()
    assert total[calendar.is_weekend].mean() < weekdays.mean()
    assert np.isclose(total[5] / total[4], 0.6, atol=0.01)


def test_the_reporting_day_starts_in_its_zone() -> None:
    world = world_of(timezone="America/New_York")
    assert day_start(world, date(2025, 9, 1)) == 1_756_699_200_000_000
