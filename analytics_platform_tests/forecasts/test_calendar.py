"""The calendar as numbers: shares, recurrence, neighbours and windows."""

from datetime import date, timedelta

import numpy as np

from analytics_platform.forecasts.calendar import Calendar, Event

DAYS = [date(2025, 12, 20) + timedelta(days=at) for at in range(20)]
CHRISTMAS = Event("Christmas holidays", "break", (("12-22", "01-02"),), "DE")
EVERYBODY = Event("Year's end", "break", (("12-30", "01-01"),))


def test_a_yearly_period_passes_new_year():
    on = [day for day, inside in zip(DAYS, CHRISTMAS.on(DAYS), strict=True) if inside]
    assert (on[0], on[-1], len(on)) == (date(2025, 12, 22), date(2026, 1, 2), 12)


def test_every_day_of_two_years_is_inside_as_its_month_and_day_say():
    days = [date(2024, 1, 1) + timedelta(days=at) for at in range(731)]
    event = Event("x", "break", (("12-22", "01-02"), (date(2024, 5, 1), date(2024, 5, 3))))
    expected = [
        f"{day:%m-%d}" >= "12-22" or f"{day:%m-%d}" <= "01-02" or date(2024, 5, 1) <= day <= date(2024, 5, 3)
        for day in days
    ]
    assert event.on(days).tolist() == expected


def test_countries_count_by_their_users_and_nobody_twice():
    calendar = Calendar((CHRISTMAS, EVERYBODY)).weighted({"DE": 30, "US": 70})
    share = calendar.share("break", DAYS)
    assert share[DAYS.index(date(2025, 12, 24))] == 0.3
    assert share[DAYS.index(date(2025, 12, 31))] == 1.0
    assert share[0] == 0


def test_a_country_without_users_does_not_count():
    assert Calendar((CHRISTMAS,)).share("break", DAYS).sum() == 0
    assert Calendar((CHRISTMAS,)).occurrences(DAYS) == []


def test_a_holiday_has_an_eve_and_a_day_after():
    calendar = Calendar((Event("Christmas", "holiday", ((date(2025, 12, 25), date(2025, 12, 25)),)),))
    columns = calendar.holidays(DAYS)
    assert columns.shape == (20, 3)
    assert [int(np.argmax(column)) for column in columns.T] == [4, 5, 6]


def test_a_release_lasts_from_its_day_on():
    release = Event("2.0", "release", ((date(2025, 12, 24), date(2025, 12, 24)),))
    column = Calendar((release,)).blocks(DAYS)[:, 2]
    assert column.tolist() == [0.0] * 4 + [1.0] * 16


def test_a_metric_that_looks_back_has_the_calendar_averaged():
    calendar = Calendar((EVERYBODY,))
    daily, weekly = calendar.blocks(DAYS)[:, 0], calendar.over(7).blocks(DAYS)[:, 0]
    at = DAYS.index(date(2026, 1, 3))
    assert weekly[at] == np.mean(daily[at - 6 : at + 1])


def test_occurrences_are_the_runs_of_days():
    calendar = Calendar((CHRISTMAS, EVERYBODY)).weighted({"DE": 1})
    found = [(event.name, share, first, last) for event, share, first, last in calendar.occurrences(DAYS)]
    assert found == [
        ("Christmas holidays", 1.0, date(2025, 12, 22), date(2026, 1, 2)),
        ("Year's end", 1.0, date(2025, 12, 30), date(2026, 1, 1)),
    ]


def test_countries_without_weights_count_equally_and_weights_are_kept():
    events = tuple(Event("X", "break", (("01-01", "01-02"),), country) for country in ("GB", "US", None))
    assert Calendar(events).evenly().weights == {"GB": 0.5, "US": 0.5}
    assert Calendar(events[:1]).evenly().weights == {"GB": 1.0}
    assert Calendar(events, {"US": 0.2}).evenly().weights == {"US": 0.2}
