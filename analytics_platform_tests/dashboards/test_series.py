from datetime import date, timedelta

import polars as pl
import pytest

from analytics_platform.metrics import METRICS
from dashboards import series

MONDAY = date(2026, 1, 5)


def kpis(dau: list[int | None], mau: list[int] | None = None) -> pl.DataFrame:
    """Overall rows from a Monday; None: the table has no row for that day."""
    rows = [
        {
            "event_date": MONDAY + timedelta(days=offset),
            "dimension": "overall",
            "segment": "all",
            "dau": value,
            "mau": (mau or [100] * len(dau))[offset],
            "new_users": value,
        }
        for offset, value in enumerate(dau)
        if value is not None
    ]
    return pl.DataFrame(rows)


def days(frame: pl.DataFrame) -> pl.DataFrame:
    return series.segment_days(frame, "overall", "all", frame["event_date"].max())


def test_a_missing_day_stays_an_empty_row_of_the_calendar():
    found = days(kpis([5, None, 7]))
    assert found["event_date"].to_list() == [MONDAY + timedelta(days=n) for n in range(3)]
    assert found["dau"].to_list() == [5, None, 7]


def test_an_unknown_segment_has_no_days():
    assert series.segment_days(kpis([5]), "country", "XX", MONDAY).is_empty()


def test_a_count_trails_as_the_mean_of_the_days_that_have_data():
    found = series.values(days(kpis([7, None, 14])), METRICS["dau"])
    assert found["trailing"].to_list() == [7.0, None, 10.5]
    assert found["total"].to_list() == [7.0, None, 21.0]
    assert found["covered"].to_list() == [1, None, 2]


def test_a_ratio_trails_as_the_ratio_of_sums_over_seven_days():
    found = series.values(days(kpis([10] * 7 + [30], [100] * 7 + [50])), METRICS["stickiness"])
    assert found["trailing"][6] == pytest.approx(70 / 700)
    assert found["trailing"][7] == pytest.approx(90 / 650)
    assert found["trailing_n"][7] == 650
    assert found["daily"][7] == pytest.approx(0.6)


def test_a_ratio_over_nothing_is_null_not_zero():
    found = series.values(days(kpis([0, 3], [0, 0])), METRICS["stickiness"])
    assert found["daily"].to_list() == found["trailing"].to_list() == [None, None]


def test_values_on_few_observations_are_left_out():
    found = series.values(days(kpis([1, 1], [60, 60])), METRICS["stickiness"])
    kept = series.enough(found, METRICS["stickiness"])
    assert METRICS["stickiness"].minimum_n == 100
    assert kept["daily"].to_list() == [None, None]
    assert kept["trailing"].to_list() == [None, pytest.approx(2 / 120)]


def test_a_level_is_compared_on_weekdays_and_a_flow_by_sums_of_seven_days():
    frame = days(kpis(list(range(1, 15))))
    level = series.weekly(series.values(frame, METRICS["dau"]), METRICS["dau"])
    flow = series.weekly(series.values(frame, METRICS["new_users"]), METRICS["new_users"])
    assert [week.value for week in level] == [14, 7]
    assert [week.value for week in flow] == [sum(range(8, 15)), sum(range(1, 8))]
    assert [week.days for week in flow] == [7, 7]


def test_weeks_of_a_ratio_carry_their_n():
    metric = METRICS["stickiness"]
    weeks = series.weekly(series.values(days(kpis([10] * 14)), metric), metric)
    assert [(week.value, week.n) for week in weeks] == [(pytest.approx(0.1), 700)] * 2


def test_what_was_never_counted_is_told_from_zero():
    assert not series.is_recorded(kpis([0, 0]), METRICS["new_users"])
    assert series.is_recorded(kpis([0, 1]), METRICS["new_users"])


def test_a_mean_of_what_was_never_measured_is_not_recorded():
    frame = pl.DataFrame({"dau": [5], "engagement_seconds": [0.0], "cohort_7d": [3], "retained_7d": [0]})
    assert not series.is_recorded(frame, METRICS["engagement_seconds_per_user"])
    assert series.is_recorded(frame, METRICS["retention_7d"]), "nobody came back is a finding"


def test_a_quiet_product_points_to_its_busiest_week():
    frame = kpis([1, 1, 1, 1]).with_columns(wau=pl.Series([40, 100, 30, 9]))
    assert series.busiest_day(frame, MONDAY + timedelta(days=3)) == MONDAY + timedelta(days=1)
    assert series.busiest_day(frame, MONDAY + timedelta(days=2)) is None


def test_a_period_is_the_last_calendar_days_or_all():
    frame = days(kpis([1, None, None, 4]))
    assert series.period(frame, 2).height == 2
    assert series.period(frame, None).height == 4
