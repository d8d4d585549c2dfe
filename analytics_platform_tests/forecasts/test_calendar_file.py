"""Calendars from YAML, and mistakes named with their place."""

from datetime import date
from pathlib import Path

import pytest

from analytics_platform.errors import AnalyticsError
from analytics_platform.forecasts.calendar_file import SHIPPED, load_calendar, public_holidays


def written(folder: Path, text: str) -> Path:
    file = folder / "calendar.yaml"
    file.write_text(text)
    return file


def test_the_shipped_calendar_is_read():
    calendar = load_calendar(SHIPPED)
    assert {event.kind for event in calendar.events} == {"break", "exam"}
    assert [event.name for event in calendar.events if event.country is None] == ["Year's end"]


def test_a_day_alone_is_a_period_and_weights_may_be_given(tmp_path: Path):
    text = """
    events:
      - {name: Launch, kind: release, periods: [2026-01-15]}
      - {name: Finals, kind: exam, country: US, periods: [["12-08", "12-19"]]}
    weights: {US: 0.5}
    """
    calendar = load_calendar(written(tmp_path, text))
    assert calendar.events[0].periods == ((date(2026, 1, 15), date(2026, 1, 15)),)
    assert calendar.weights == {"US": 0.5}


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ("{name: X, kind: feast, periods: ['12-24']}", "events[0].kind"),
        ("{name: X, kind: break, periods: ['13-24']}", "events[0].periods"),
        ("{name: X, kind: break, periods: ['Monday']}", "'Monday' is no day"),
        ("{name: X, kind: break, periods: [[2026-02-01, 2026-01-01]]}", "2026-01-01 lies before 2026-02-01"),
        ("{name: X, kind: break, periods: [['12-24', 2026-01-01]]}", "not of one kind"),
        ("{name: X, kind: release, periods: ['12-24']}", "a release comes once"),
        ("{name: X, kind: break, periods: []}", "at least 1 must stand here"),
        ("{name: X, kind: break, period: ['12-24']}", "did you mean 'periods'?"),
        ("{name: X, kind: break, country: usa, periods: ['12-24']}", "events[0].country"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, event: str, said: str):
    file = written(tmp_path, f"events:\n  - {event}\n")
    with pytest.raises(AnalyticsError) as found:
        load_calendar(file)
    assert str(file) in str(found.value)
    assert said in str(found.value)


def test_public_holidays_have_one_event_a_name():
    events = public_holidays("US", [2024, 2025])
    christmas = next(event for event in events if event.name == "Christmas Day")
    assert [first for first, _ in christmas.periods] == [date(2024, 12, 25), date(2025, 12, 25)]
    with pytest.raises(AnalyticsError, match="write a code such as US"):
        public_holidays("XX", [2025])
