"""Who lives in the world: people, their classrooms and their lasting traits, in order of sign-up."""

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analytics_platform.simulation import draws
from analytics_platform.simulation.calendar import Calendar
from analytics_platform.simulation.world import World

STUDENT, TEACHER = 0, 1
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Population:
    """Traits by user, each of shape (users,), sorted by sign-up; a user's number is the position.

    Attributes:
        signup_day: day of the world.
        role: 0 student, 1 teacher.
        country: position among the countries.
        platform: position among the platforms.
        channel: position among the channels; -1 where a class brought the user.
        classroom: number of the classroom; -1 for none. A teacher's own class counts.
        is_bot: whether the account is a script.
        intent: wish to study with the product, logit.
        ability: standard normal.
        class_logit: the classroom's shared effect on activity.
        pace: the user's and class's effect on engagement, log.
        depth: the user's effect on session depth, log.
        quiz_liking: leaning towards quizzes, logit.
        price: price sensitivity, logit.
        severity: strictness as a rater, in units of quality.
    """

    signup_day: Ints
    role: Ints
    country: Ints
    platform: Ints
    channel: Ints
    classroom: Ints
    is_bot: NDArray[np.bool_]
    intent: Floats
    ability: Floats
    class_logit: Floats
    pace: Floats
    depth: Floats
    quiz_liking: Floats
    price: Floats
    severity: Floats

    @property
    def size(self) -> int:
        return len(self.role)

    @cached_property
    def class_sizes(self) -> Ints:
        """Members of each classroom, the teacher included."""
        return np.bincount(self.classroom[self.classroom >= 0])

    def signed_up_by(self, day: int) -> int:
        """How many people have signed up by the end of a day: they are the first so many."""
        return int(np.searchsorted(self.signup_day, day, side="right"))


def populate(world: World, calendar: Calendar) -> Population:
    """Everybody who ever signs up, drawn from the seed alone."""
    people, rules = world.users, world.parameters.population
    numbers = np.arange(people)
    teachers = round(people * rules.teacher_share)
    role = np.where(numbers < teachers, TEACHER, STUDENT)
    classroom = _classrooms(world, teachers)
    classes = int(classroom.max(initial=-1)) + 1
    school = np.arange(classes) // rules.classrooms_per_school
    own_country, own_day = _signups(world, calendar, numbers)
    in_class = classroom >= 0
    country = own_country.copy()
    country[in_class] = own_country[:classes][np.searchsorted(school, school[classroom[in_class]])]
    signup_day = own_day.copy()
    students = in_class & (role == STUDENT)
    signup_day[students] = _class_signups(world, numbers[students], own_day[:classes][classroom[students]])

    def normal(stream: str, count: int = people) -> Floats:
        return draws.normals(draws.key(world.seed, stream), np.arange(count))

    def by_class(stream: str, spread: float) -> Floats:
        shared = np.append(normal(stream, classes) * spread, 0.0)
        return shared[classroom]

    intent = rules.intent_sd * normal("intent") + rules.teacher_intent * (role == TEACHER)
    ability = normal("ability")
    class_logit = by_class("class activity", rules.classroom_sd)
    traits = Population(
        signup_day=signup_day,
        role=role,
        country=country,
        platform=_choice(world, "platform", list(rules.platforms.values()), people),
        channel=np.where(students, -1, _choice(world, "channel", list(rules.channels.values()), people)),
        classroom=classroom,
        is_bot=np.zeros(people, dtype=bool),
        intent=intent,
        ability=ability,
        class_logit=class_logit,
        pace=rules.seconds_sd * normal("pace") + by_class("class pace", rules.classroom_seconds_sd),
        depth=rules.depth_sd * normal("depth") + rules.depth_by_intent * intent,
        quiz_liking=rules.quiz_by_intent * intent
        + rules.quiz_by_ability * ability
        + rules.quiz_by_classroom * in_class
        + rules.quiz_sd * normal("quiz liking"),
        price=world.parameters.money.price_sd * normal("price")
        + world.parameters.money.teacher_price * (role == TEACHER),
        severity=world.parameters.interactions.severity_sd * normal("severity"),
    )
    return _sorted(_with_bots(world, traits))


def _classrooms(world: World, teachers: int) -> Ints:
    """Classroom of each person: the first teachers have one class each, filled with students in order."""
    rules = world.parameters.population
    students = world.users - teachers
    low, high = rules.classroom_students
    seats = round(students * rules.classroom_share)
    sizes = low + (
        draws.uniforms(draws.key(world.seed, "class size"), np.arange(seats // low + 1)) * (high - low + 1)
    ).astype(np.int64)
    ends = np.cumsum(sizes)
    classes = min(int(np.searchsorted(ends, seats, side="right")), teachers)
    classroom = np.full(world.users, -1)
    classroom[:classes] = np.arange(classes)
    filled = int(ends[classes - 1]) if classes else 0
    classroom[teachers : teachers + filled] = np.repeat(np.arange(classes), sizes[:classes])
    return classroom


def _signups(world: World, calendar: Calendar, numbers: Ints) -> tuple[Ints, Ints]:
    """Country and day of sign-up of people who come by themselves."""
    weight = calendar.signup_weight.ravel()
    cumulative = np.cumsum(weight) / weight.sum()
    cell = np.searchsorted(cumulative, draws.uniforms(draws.key(world.seed, "sign-up"), numbers))
    return np.divmod(np.minimum(cell, len(weight) - 1), world.days)


def _class_signups(world: World, numbers: Ints, teacher_day: Ints) -> Ints:
    """Students follow their teacher within days; those whom the world's end would cut come sooner."""
    uniform = draws.uniforms(draws.key(world.seed, "class joins"), numbers)
    delay = -np.log(uniform) * world.parameters.population.class_joins_days
    room = world.days - teacher_day
    return teacher_day + np.minimum(delay % room, room - 1).astype(np.int64)


def _choice(world: World, stream: str, weights: list[float], people: int) -> Ints:
    cumulative = np.cumsum(weights) / np.sum(weights)
    uniform = draws.uniforms(draws.key(world.seed, stream), np.arange(people))
    return np.minimum(np.searchsorted(cumulative, uniform), len(weights) - 1)


def _with_bots(world: World, people: Population) -> Population:
    days = [day for day in world.parameters.delivery.bot_days if day < world.days]
    extended = {}
    for field in fields(people):
        values = getattr(people, field.name)
        extended[field.name] = np.concatenate([values, np.zeros(len(days), dtype=values.dtype)])
    extended["signup_day"][people.size :] = days
    extended["classroom"][people.size :] = -1
    extended["is_bot"][people.size :] = True
    return Population(**extended)


def _sorted(people: Population) -> Population:
    order = np.argsort(people.signup_day, kind="stable")
    return Population(**{field.name: getattr(people, field.name)[order] for field in fields(people)})
