"""School terms, weekends, exams: what each day asks of each country."""

from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analytics_platform.simulation.world import World


@dataclass(frozen=True)
class Calendar:
    """Days by country; arrays have shape (countries, days), countries in the order of `world.yaml`."""

    world: World

    @cached_property
    def is_weekend(self) -> NDArray[np.bool_]:
        """Shape (days,)."""
        return np.array([day.weekday() >= 5 for day in self.world.window.days()])

    @cached_property
    def in_break(self) -> NDArray[np.bool_]:
        return self._within("breaks")

    @cached_property
    def in_exams(self) -> NDArray[np.bool_]:
        return self._within("exams") & ~self.in_break

    @cached_property
    def activity_logit(self) -> NDArray[np.float64]:
        """Change of activity, shape (2 roles: student, teacher; countries; days)."""
        rules = self.world.parameters.calendar
        season = rules.break_logit * self.in_break + rules.exam_logit * self.in_exams
        weekend = self.is_weekend & ~self.in_break
        by_role = [rules.weekend_student_logit, rules.weekend_teacher_logit]
        return np.stack([season + logit * weekend for logit in by_role])

    @cached_property
    def is_school_day(self) -> NDArray[np.bool_]:
        return ~self.is_weekend & ~self.in_break

    @cached_property
    def signup_weight(self) -> NDArray[np.float64]:
        """Relative density of sign-ups: growth, weekday, holidays, and a country's size."""
        world, rules = self.world, self.world.parameters.calendar
        growth = np.log(world.parameters.population.signup_growth)
        trend = np.exp(growth * np.arange(world.days) / max(world.days - 1, 1))
        sizes = np.array([country.weight for country in world.parameters.countries.values()])
        week = np.where(self.is_weekend, rules.weekend_signups, 1.0)
        season = np.where(self.in_break, rules.break_signups, 1.0)
        return sizes[:, None] / sizes.sum() * trend * week * season

    def _within(self, periods: str) -> NDArray[np.bool_]:
        countries = self.world.parameters.countries.values()
        days = [f"{day:%m-%d}" for day in self.world.window.days()]
        return np.array([[_falls(day, getattr(country, periods)) for day in days] for country in countries])


def day_start(world: World, when: date) -> int:
    """UTC microseconds at which a reporting day starts."""
    start = datetime.combine(when, time.min, world.zone)
    return int(start.timestamp()) * 1_000_000


def _falls(day: str, periods: list[tuple[str, str]]) -> bool:
    return any(
        first <= day <= last if first <= last else day >= first or day <= last for first, last in periods
    )
