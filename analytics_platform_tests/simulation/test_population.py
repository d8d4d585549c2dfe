import numpy as np
import pytest

from analytics_platform.simulation.calendar import Calendar
from analytics_platform.simulation.population import STUDENT, TEACHER, Population, populate
from analytics_platform_tests.simulation.conftest import world_of


@pytest.fixture(scope="module")
def people() -> Population:
    world = world_of()
    return populate(world, Calendar(world))


def test_shares_are_those_of_the_world(people: Population) -> None:
    persons = ~people.is_bot
    assert persons.sum() == 20_000
    assert (people.role[persons] == TEACHER).mean() == pytest.approx(0.12, abs=0.001)
    students = people.role == STUDENT
    assert (people.classroom[students & persons] >= 0).mean() == pytest.approx(0.7, abs=0.005)


def test_classrooms_have_one_teacher_one_country_and_a_class_of_students(people: Population) -> None:
    for classroom in range(0, len(people.class_sizes), 25):
        members = people.classroom == classroom
        assert (people.role[members] == TEACHER).sum() == 1
        assert 12 <= (people.role[members] == STUDENT).sum() <= 30
        assert len(np.unique(people.country[members])) == 1


def test_students_follow_their_teacher_within_days(people: Population) -> None:
    teacher_day = np.zeros(len(people.class_sizes), dtype=np.int64)
    teachers = (people.role == TEACHER) & (people.classroom >= 0)
    teacher_day[people.classroom[teachers]] = people.signup_day[teachers]
    students = (people.role == STUDENT) & (people.classroom >= 0)
    delay = people.signup_day[students] - teacher_day[people.classroom[students]]
    assert delay.min() >= 0
    assert np.median(delay) <= 3


def test_numbers_follow_the_order_of_signup(people: Population) -> None:
    assert (np.diff(people.signup_day) >= 0).all()
    assert people.signed_up_by(10) == (people.signup_day <= 10).sum()


@pytest.mark.parametrize("users", [200, 317])
def test_small_worlds_hold_everybody(users: int) -> None:
    world = world_of(users=users, days=15)
    assert (~populate(world, Calendar(world)).is_bot).sum() == users
