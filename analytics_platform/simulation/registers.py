"""The small raw tables: who signed up, which classes joined, who was exposed to what."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analytics_platform.event_contract import CLASSROOMS, EXPOSURES, PLATFORMS, ROLES, USERS
from analytics_platform.simulation import draws
from analytics_platform.simulation.calendar import day_start
from analytics_platform.simulation.delivery import MICROS_PER_TICK, SIGNUP_LEAD_TICKS
from analytics_platform.simulation.dynamics import Day, Dynamics
from analytics_platform.simulation.population import TEACHER

SUBJECTS = ("mathematics", "biology", "history", "chemistry", "literature", "physics")
GRADES = ("6-8", "9-10", "11-12", "university")

Ints = NDArray[np.int64]


def users(dynamics: Dynamics, day: Day) -> pa.Table:
    """The day's rows of `raw.users`."""
    world, people, new = dynamics.world, dynamics.people, day.newcomers
    rules = world.parameters.population
    classroom = people.classroom[new]
    channels = (*rules.channels, "classroom")
    return pa.table(
        {
            "user_id": new + 1,
            "signed_up_at": _first_seen(dynamics, day, new, SIGNUP_LEAD_TICKS),
            "role": [ROLES[role] for role in people.role[new]],
            "country": [list(world.parameters.countries)[country] for country in people.country[new]],
            "platform": [PLATFORMS[platform] for platform in people.platform[new]],
            "acquisition_channel": [channels[channel] for channel in people.channel[new]],
            "classroom_id": pa.array(classroom + 1, mask=classroom < 0),
            "school_id": pa.array(classroom // rules.classrooms_per_school + 1, mask=classroom < 0),
            "source_user_id": pa.nulls(len(new), pa.string()),
            "event_date": [world.date(day.day)] * len(new),
        },
        schema=USERS.arrow_schema(),
    )


def classrooms(dynamics: Dynamics, day: Day) -> pa.Table:
    """The day's rows of `raw.classrooms`: a class joins when its teacher signs up."""
    world, people, new = dynamics.world, dynamics.people, day.newcomers
    teachers = new[(people.role[new] == TEACHER) & (people.classroom[new] >= 0)]
    classroom = people.classroom[teachers]
    order = np.argsort(classroom)
    teachers, classroom = teachers[order], classroom[order]
    lots = draws.quarters(draws.words(draws.key(world.seed, "class traits"), classroom))
    return pa.table(
        {
            "classroom_id": classroom + 1,
            "school_id": classroom // world.parameters.population.classrooms_per_school + 1,
            "teacher_id": teachers + 1,
            "country": [list(world.parameters.countries)[country] for country in people.country[teachers]],
            "subject": [SUBJECTS[lot % len(SUBJECTS)] for lot in lots[:, 0]],
            "grade_band": [GRADES[lot % len(GRADES)] for lot in lots[:, 1]],
            "students": people.class_sizes[classroom] - 1,
            "event_date": [world.date(day.day)] * len(teachers),
        },
        schema=CLASSROOMS.arrow_schema(),
    )


def exposures(dynamics: Dynamics, day: Day) -> pa.Table:
    """The day's rows of `raw.exposures`, as far as logging worked."""
    parts = [_exposures(dynamics, day, position, exposed) for position, exposed in day.enrolled]
    return pa.concat_tables([EXPOSURES.arrow_schema().empty_table(), *parts])


def _exposures(dynamics: Dynamics, day: Day, position: int, exposed: Ints) -> pa.Table:
    world, people = dynamics.world, dynamics.people
    experiment = dynamics.planted.experiments[position]
    treated = dynamics.planted.treated[position][exposed]
    lots = draws.quarters(draws.words(draws.key(world.seed, f"exposure {experiment.id}"), exposed))
    logged = np.ones(len(exposed), dtype=bool)
    if experiment.lost_platform is not None:
        on_platform = people.platform[exposed] == PLATFORMS.index(experiment.lost_platform)
        logged = ~(treated & on_platform & ((lots[:, 0] + 0.5) / 65536 < experiment.lost_share))
    twice = logged & ((lots[:, 1] + 0.5) / 65536 < experiment.crossover_share)
    rows = np.concatenate([np.flatnonzero(logged), np.flatnonzero(twice)])
    shown = np.concatenate([treated[logged], ~treated[twice]])
    order = np.lexsort((shown, rows))
    person = exposed[rows[order]]
    classroom = people.classroom[person]
    return pa.table(
        {
            "experiment_id": [experiment.id] * len(person),
            "user_id": person + 1,
            "classroom_id": pa.array(classroom + 1, mask=classroom < 0),
            "variant": ["treatment" if is_treated else "control" for is_treated in shown[order]],
            "exposed_at": _first_seen(dynamics, day, person),
            "event_date": [world.date(day.day)] * len(person),
        },
        schema=EXPOSURES.arrow_schema(),
    )


def _first_seen(dynamics: Dynamics, day: Day, users: Ints, lead_ticks: int = 0) -> pa.Array:
    """Instant at which each user first did something that day, or so much earlier; midnight for bots."""
    uses = day.uses
    first_tick = uses.tick[np.cumsum(uses.user_uses) - uses.user_uses]
    tick = np.zeros(len(users), np.int64)
    if len(uses.users):
        place = np.minimum(np.searchsorted(uses.users, users), len(uses.users) - 1)
        tick = np.where(uses.users[place] == users, np.maximum(first_tick[place] - lead_ticks, 0), 0)
    micros = day_start(dynamics.world, dynamics.world.date(day.day)) + tick * MICROS_PER_TICK
    return pa.array(micros).view(pa.timestamp("us", tz="UTC"))
