"""What is known to have gone wrong or to have begun on a day, other than what people did.

Belongs here: gaps of the log, repeated deliveries, experiments that started. Does not: whether a metric
moved.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from analytics_platform.lakehouse import Engine

SILENT_HOURS = Path(__file__).with_name("silent_hours.sql").read_text()
STARTS = (
    "SELECT experiment_id, min(event_date) AS start_date FROM raw.exposures GROUP BY experiment_id "
    "ORDER BY experiment_id"
)
GAPS, REPEATS = "no_silent_hours", "no_repeated_deliveries"
"""Checks of `activity.events` that name days on which the log was wrong."""


@dataclass(frozen=True)
class Gap:
    """A day on which platforms logged almost nothing for a while.

    Attributes:
        day: when.
        hours: starts of the silent hours (UTC), in order.
        platforms: which, in order.
        missing_events: feature uses to be expected that were not logged.
    """

    day: date
    hours: tuple[datetime, ...]
    platforms: tuple[str, ...]
    missing_events: float

    def words(self, zone: ZoneInfo) -> str:
        """Such as `android and ios logged nothing 18:00–19:00 (a logging gap, not behaviour)`."""
        spans = ", ".join(
            f"{start.astimezone(zone):%H:%M}–{end.astimezone(zone):%H:%M}" for start, end in self._spans()
        )
        who = " and ".join(
            [", ".join(self.platforms[:-1]), self.platforms[-1]]
            if len(self.platforms) > 1
            else self.platforms
        )
        return f"{who} logged nothing {spans} (a logging gap, not behaviour)"

    def _spans(self) -> list[tuple[datetime, datetime]]:
        spans: list[tuple[datetime, datetime]] = []
        for hour in self.hours:
            end = hour + timedelta(hours=1)
            if spans and spans[-1][1] == hour:
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((hour, end))
        return spans


@dataclass(frozen=True)
class Known:
    """What is known of days.

    Attributes:
        gaps: of the log, by day.
        repeats: days on which many deliveries came twice; counts leave repeats out.
        starts: first exposure of each experiment.
        zone: reporting time zone.
    """

    gaps: Mapping[date, Gap] = field(default_factory=dict)
    repeats: frozenset[date] = frozenset()
    starts: Mapping[str, date] = field(default_factory=dict)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))

    def started(self, first_day: date, last_day: date) -> list[str]:
        """Experiments whose first exposure lies in a span of days."""
        return [name for name, day in self.starts.items() if first_day <= day <= last_day]


def gap_of(engine: Engine, day: date) -> Gap | None:
    """The silent hours of a day; None where no platform fell silent."""
    rows = engine.query(SILENT_HOURS, {"day": day}).to_pylist()
    if not rows:
        return None
    return Gap(
        day,
        tuple(sorted({row["hour"] for row in rows})),
        tuple(sorted({row["platform"] for row in rows})),
        sum(row["missing_events"] for row in rows),
    )


def starts_of(engine: Engine) -> dict[str, date]:
    """First exposure of every experiment."""
    return {row["experiment_id"]: row["start_date"] for row in engine.query(STARTS).to_pylist()}


def known_of(
    engine: Engine,
    suspects: Iterable[date],
    wrong: Mapping[str, Iterable[date]],
    starts: Mapping[str, date],
    zone: ZoneInfo,
) -> Known:
    """Look at the hours of suspect days, and of those that the checks call wrong.

    Args:
        engine: answers from `activity.events`.
        suspects: unusual days.
        wrong: days that checks of `activity.events` call wrong, by check.
        starts: first exposure of each experiment.
        zone: reporting time zone.
    """
    days = sorted({*suspects, *wrong.get(GAPS, ())})
    found = {day: gap for day in days if (gap := gap_of(engine, day)) is not None}
    return Known(found, frozenset(wrong.get(REPEATS, ())), starts, zone)
