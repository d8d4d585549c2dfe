from datetime import date, timedelta

import polars as pl
import pytest

from analytics_platform.metrics import METRICS
from analytics_platform_tests.dashboards.kpi_lake import DAYS, FIRST_DAY, SEGMENTS, kpi_rows
from dashboards import trends
from dashboards.trends import ALL_USERS

LAST_DAY = FIRST_DAY + timedelta(days=DAYS - 1)
EVERYONE = ("overall", "all")


@pytest.fixture(scope="module")
def kpis() -> pl.DataFrame:
    return kpi_rows()


def jump(kpis: pl.DataFrame, factor: float) -> pl.DataFrame:
    """The same, with daily users of the last day multiplied."""
    last = pl.col("event_date") == LAST_DAY
    changed = (pl.col("dau") * factor).cast(pl.Int64)
    return kpis.with_columns(dau=pl.when(last).then(changed).otherwise("dau"))


def test_one_population_is_a_smoothed_line_over_its_single_days(kpis: pl.DataFrame):
    trend = trends.single(kpis, METRICS["dau"], EVERYONE, LAST_DAY, full_day=LAST_DAY, length=28)
    (line,) = trend.lines
    daily = kpis.filter(pl.col("dimension") == "overall").sort("event_date")["dau"]
    assert len(line.days) == 28
    assert (trend.first_day, trend.last_day) == (LAST_DAY - timedelta(days=27), LAST_DAY)
    assert list(line.daily) == daily.tail(28).to_list()
    assert line.values[-1] == pytest.approx(daily.tail(7).mean())
    assert line.partial_from is None


def test_a_day_that_is_not_over_is_drawn_apart_and_counts_for_nothing(kpis: pl.DataFrame):
    yesterday = LAST_DAY - timedelta(days=1)
    partial = jump(kpis, 0.1)
    trend = trends.single(partial, METRICS["dau"], EVERYONE, yesterday, full_day=yesterday, length=28)
    (line,) = trend.lines
    assert line.days[-1] == LAST_DAY
    assert line.partial_from == 28
    assert line.values[-1] is None
    assert trend.rows["event_date"].max() == yesterday
    full = kpis.filter(pl.col("event_date") <= yesterday)
    whole = trends.single(full, METRICS["dau"], EVERYONE, yesterday, full_day=yesterday, length=28)
    assert trend.headline == whole.headline


def test_an_earlier_day_asked_for_hides_all_that_came_after(kpis: pl.DataFrame):
    earlier = LAST_DAY - timedelta(days=30)
    trend = trends.single(kpis, METRICS["dau"], EVERYONE, earlier, full_day=LAST_DAY, length=28)
    assert (trend.lines[0].days[-1], trend.lines[0].partial_from) == (earlier, None)


def test_the_headline_says_whether_the_week_was_more_than_noise(kpis: pl.DataFrame):
    def headline(frame: pl.DataFrame) -> str:
        return trends.single(frame, METRICS["dau"], EVERYONE, LAST_DAY, full_day=LAST_DAY, length=28).headline

    assert headline(jump(kpis, 2)).startswith("Daily active users rose by ")
    assert headline(jump(kpis, 0.5)).startswith("Daily active users fell by ")
    assert headline(jump(kpis, 0.5)).endswith("% in a week, more than noise")
    assert headline(kpis).endswith("in a week, no more than noise")


def test_the_headline_admits_what_it_cannot_say(kpis: pl.DataFrame):
    def headline(frame: pl.DataFrame, metric: str, last_day: date) -> str:
        return trends.single(
            frame, METRICS[metric], EVERYONE, last_day, full_day=LAST_DAY, length=None
        ).headline

    soon = FIRST_DAY + timedelta(days=9)
    assert headline(kpis, "dau", soon).endswith("too few days to tell that from noise")
    assert headline(kpis, "dau", FIRST_DAY).endswith("with nothing alike a week earlier")
    assert headline(kpis, "retention_30d", soon) == "D30 retention: no data in the last seven days"
    small = kpi_rows(users=10)
    assert headline(small, "retention_7d", LAST_DAY).startswith(
        "D7 retention: too few in the last seven days"
    )
    before = FIRST_DAY - timedelta(days=1)
    assert headline(kpis, "dau", before) == "Daily active users: no data"


def test_a_split_draws_the_chosen_segments_and_ranks_their_ends(kpis: pl.DataFrame):
    trend = trends.split(kpis, METRICS["dau"], "role", ["student", "teacher"], LAST_DAY, length=84)
    assert [line.name for line in trend.lines] == ["student", "teacher"]
    assert trend.headline.startswith("Daily active users: highest for student (")
    assert trend.headline.endswith("that way round in 8 of 8 weeks")
    assert trend.rows["segment"].unique().to_list() in (["student", "teacher"], ["teacher", "student"])


def test_segments_too_small_to_compare_are_not_ranked():
    small = kpi_rows(users=10)
    trend = trends.split(small, METRICS["retention_7d"], "role", ["student", "teacher"], LAST_DAY, length=28)
    assert trend.headline == "D7 retention: too few others in the last seven days to compare"


def test_a_lone_segment_has_nothing_to_be_compared_with(kpis: pl.DataFrame):
    trend = trends.split(kpis, METRICS["active_subscribers"], "country", ["GB"], LAST_DAY, length=28)
    assert trend.headline.startswith("Active subscribers: ")
    assert trend.headline.endswith(" for GB, too few others in the last seven days to compare")


def test_equal_ends_are_called_alike(kpis: pl.DataFrame):
    level = kpis.with_columns(active_subscribers=pl.lit(40))
    names = ["GB", "US"]
    trend = trends.split(level, METRICS["active_subscribers"], "country", names, LAST_DAY, length=28)
    assert trend.headline == "Active subscribers: 40 for GB and US alike"


def test_choosing_no_segment_is_no_error(kpis: pl.DataFrame):
    trend = trends.split(kpis, METRICS["dau"], "country", [], LAST_DAY, length=28)
    assert (trend.lines, trend.rows.height) == ([], 0)


def test_segments_come_largest_first(kpis: pl.DataFrame):
    assert trends.segments(kpis, "country", LAST_DAY) == list(SEGMENTS["country"])


def test_populations_are_everyone_and_each_segment(kpis: pl.DataFrame):
    found = trends.populations(kpis, LAST_DAY)
    assert found[ALL_USERS] == EVERYONE
    assert found["Role: teacher"] == ("role", "teacher")
    assert len(found) == sum(len(segments) for segments in SEGMENTS.values())


def test_the_subtitle_gives_metric_unit_window_and_population(kpis: pl.DataFrame):
    trend = trends.single(kpis, METRICS["stickiness"], EVERYONE, LAST_DAY, full_day=LAST_DAY, length=7)
    assert trends.subtitle(METRICS["stickiness"], trend, ALL_USERS) == (
        "Stickiness in %, 7-day ratio, fewer than 100 left out (grey: single days) · "
        "Tue 23 Dec 2025 to Mon 29 Dec 2025 · All users"
    )


def test_experiments_that_start_together_share_a_marker():
    starts = pl.DataFrame(
        {"experiment_id": ["a", "b", "c"], "event_date": [FIRST_DAY, FIRST_DAY, LAST_DAY]},
    )
    found = trends.markers(starts, FIRST_DAY, LAST_DAY - timedelta(days=1))
    assert [(marker.day, marker.text) for marker in found] == [(FIRST_DAY, "starts: a and b")]
