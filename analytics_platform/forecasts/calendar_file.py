"""Reading a calendar: YAML into events, and mistakes as sentences that name the place."""

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from analytics_platform.errors import AnalyticsError
from analytics_platform.forecasts.calendar import Calendar, Event, Kind, Period
from analytics_platform.yaml_file import mistake_in, read_yaml

SHIPPED = Path(__file__).with_name("calendar.yaml")
"""The school calendar that counts where no other is named."""

LEAP_YEAR = 2024
YEARLY = re.compile(r"\d\d-\d\d")


def _day(value: date | str) -> date | str:
    """A date, or `MM-DD` of a day that some year has."""
    if isinstance(value, date):
        return value
    try:
        if not YEARLY.fullmatch(value):
            return date.fromisoformat(value)
        date.fromisoformat(f"{LEAP_YEAR}-{value}")
    except ValueError:
        raise ValueError(
            f"{value!r} is no day; write one such as 2026-01-31, or 01-31 for every year"
        ) from None
    return value


_Day = Annotated[date | str, AfterValidator(_day)]


def _pair(value: object) -> object:
    """A period of one day may be written as that day."""
    return value if isinstance(value, list) else [value, value]


_Period = Annotated[tuple[_Day, _Day], BeforeValidator(_pair)]


class _Event(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    kind: Kind
    periods: tuple[_Period, ...] = Field(min_length=1)
    country: str | None = Field(None, pattern="^[A-Z]{2}$")


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    events: tuple[_Event, ...]
    weights: dict[str, Annotated[float, Field(ge=0)]] | None = None


def load_calendar(path: Path) -> Calendar:
    """Read a calendar.

    Raises:
        AnalyticsError: the file cannot be read, is not YAML, or says something wrong; file and field are
            named.
    """
    try:
        file = _File.model_validate(read_yaml(path) or {"events": ()})
    except ValidationError as error:
        raise AnalyticsError(f"{path}: {mistake_in(error, _File)}") from None
    events = tuple(_event(path, at, event) for at, event in enumerate(file.events))
    return Calendar(events, file.weights or {})


def _event(path: Path, at: int, event: _Event) -> Event:
    periods: list[Period] = []
    for first, last in event.periods:
        place = f"{path}: events[{at}].periods"
        if isinstance(first, date) and isinstance(last, date):
            if last < first:
                raise AnalyticsError(f"{place}: {last} lies before {first}.")
            periods.append((first, last))
        elif isinstance(first, str) and isinstance(last, str):
            periods.append((first, last))
        else:
            raise AnalyticsError(
                f"{place}: {first} and {last} are not of one kind; write both with a year or none."
            )
    if event.kind == "release" and not all(isinstance(first, date) for first, _ in periods):
        raise AnalyticsError(
            f"{path}: events[{at}].periods: a release comes once; write its date with the year."
        )
    return Event(event.name, event.kind, tuple(periods), event.country)


def public_holidays(country: str, years: Iterable[int]) -> tuple[Event, ...]:
    """The public holidays of a country (package `holidays`), one event a name, for everybody.

    Args:
        country: ISO 3166 code.
        years: calendar years.

    Raises:
        AnalyticsError: no calendar of that country is known.
    """
    import holidays  # noqa: PLC0415 (a second to import)

    known = holidays.list_supported_countries()
    if country not in known:
        raise AnalyticsError(
            f"No public holidays are known of {country!r}; write a code such as US, GB or DE."
        )
    days: dict[str, list[date]] = {}
    for day, name in holidays.country_holidays(country, years=list(years)).items():
        days.setdefault(name.replace(" (observed)", ""), []).append(day)
    return tuple(
        Event(name, "holiday", tuple((day, day) for day in sorted(found))) for name, found in days.items()
    )
