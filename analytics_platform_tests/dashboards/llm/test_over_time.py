"""Lines, alarms and movements: the pure parts of the view Over time."""

from datetime import date, timedelta

import polars as pl
import pytest

from analytics_platform_tests.dashboards.llm import quality_lake
from analytics_platform_tests.dashboards.llm.quality_lake import CHANGED, FOUND, PROMPT, RELEASE
from dashboards.charts import Marker
from dashboards.llm import alarms, daily_lines, movements, sources

WATCHED = quality_lake.rows_of(sources.DRIFT)
QUALITY = quality_lake.quality_rows()
MEAN = "unsupported_probability_mean"
ENDS = ("unsupported_probability_low", "unsupported_probability_high")


def of(dimension: str, rows: pl.DataFrame = QUALITY) -> pl.DataFrame:
    return rows.filter(pl.col("dimension") == dimension)


def test_the_headline_tells_the_latest_alarm_or_that_there_was_none():
    assert alarms.headline(WATCHED) == (
        "1 drift alarm on 1 watched series; the latest: unsupported probability, worse from Tue 2 Dec 2025"
    )
    calm = [{**row, "is_alarm": False} for row in WATCHED]
    assert alarms.headline(calm) == "No drift alarm since Mon 10 Nov 2025 on 1 watched series"


def test_an_alarm_says_what_changed_when_it_was_found_and_that_it_was_silent():
    (alarm,) = alarms.alarms(WATCHED)
    assert alarms.sentence(alarm) == (
        "**Unsupported probability** on tutor-2 became worse: changed on Tue 2 Dec 2025, "
        "found on Sat 6 Dec 2025 (4 days later), silent: no release nearby. "
        "23.0% where 18.0% was expected, n = 250."
    )
    assert "release prompt-2." in alarms.sentence({**alarm, "cause": "release prompt-2"})
    assert "on \\<b\\>x\\</b\\> became" in alarms.sentence({**alarm, "segment": "<b>x</b>"})


def test_an_alarm_is_marked_on_the_chart_of_its_series_alone():
    (mark,) = alarms.markers(WATCHED, "unsupported_probability", quality_lake.LAST)
    assert mark == Marker(FOUND, "tutor-2: changed Tue 2 Dec 2025")
    assert alarms.markers(WATCHED, "rating_mean", quality_lake.LAST) == []
    assert (FOUND - CHANGED).days == 4


def test_releases_are_first_days_after_the_first():
    found = daily_lines.releases(of("model_version"), of("prompt_version"))
    assert found == [Marker(PROMPT, "prompt-2"), Marker(RELEASE, "tutor-2")]
    assert daily_lines.releases(pl.DataFrame(), pl.DataFrame()) == []


def test_a_day_without_an_interval_breaks_line_and_ribbon():
    thin = of("overall").with_columns(
        pl.when(pl.col("event_date") != date(2025, 10, 15)).then(pl.col(name)).alias(name) for name in ENDS
    )
    (line,) = daily_lines.lines(thin, MEAN, ENDS, "judged")
    assert line.values[14] is None
    figure = daily_lines.chart([line], "share")
    assert [len(trace.x) for trace in figure.data if trace.fill == "toself"] == [2 * 14, 2 * 75]


def test_at_most_five_segments_those_with_most_answers_lately():
    rows = pl.concat(
        of("overall").with_columns(segment=pl.lit(f"v{at}"), judged=pl.lit(at, pl.Int64)) for at in range(7)
    )
    assert [line.name for line in daily_lines.lines(rows, MEAN, ENDS, "judged")] == [
        "v2",
        "v3",
        "v4",
        "v5",
        "v6",
    ]
    assert daily_lines.lines(pl.DataFrame(), MEAN, ENDS, "judged") == []


def test_one_thin_day_does_not_flatten_the_others():
    days = [date(2026, 1, 1) + timedelta(days=at) for at in range(40)]
    values = [0.2] * 40
    line = daily_lines.Line("all", days, values, [0.0] + [0.19] * 39, [1.0] + [0.21] * 39)
    low, high = daily_lines.chart([line], "share").layout.yaxis.range
    assert 0.15 < low < 0.19
    assert 0.21 < high < 0.25


def test_releases_and_alarms_are_drawn_and_names_are_no_markup():
    lines = daily_lines.lines(of("model_version"), MEAN, ENDS, "judged")
    marks = [Marker(RELEASE, "<i>tutor</i>")]
    figure = daily_lines.chart(lines, "share", marks, [Marker(FOUND, "changed")])
    assert "▲ &lt;i&gt;tutor&lt;/i&gt;" in [each.text for each in figure.layout.annotations]
    assert next(trace for trace in figure.data if trace.name == "alarm").x == (FOUND,)


def test_ratings_are_told_by_segment_with_intervals():
    rows = quality_lake.ratings_rows()
    assert movements.ratings(of("overall", rows)) == "Stars in the last four weeks: 4.00 ± 0.00"
    apart = of("feature", rows).with_columns(
        rating_mean=pl.when(pl.col("segment") == "quiz").then(3.5).otherwise(4.2)
    )
    assert movements.ratings(apart) == (
        "Stars in the last four weeks: highest 4.20 ± 0.00 for explain, lowest 3.50 ± 0.00 for quiz"
    )


@pytest.mark.parametrize(
    ("factor", "said"),
    [(1.0, "+0% on the four weeks before, no more"), (1.5, "+50% on the four weeks before")],
)
def test_latency_is_told_against_the_four_weeks_before(factor: float, said: str):
    late = pl.col("event_date") > quality_lake.LAST - timedelta(days=28)
    base = 6000 + 10 * (pl.col("event_date").dt.weekday() % 3)
    rows = of("overall").with_columns(latency_p95_ms=pl.when(late).then(factor * base).otherwise(base))
    assert said in movements.latency(rows)
    assert [line.name for line in movements.latency_lines(rows)] == ["p50", "p95", "p99"]
    assert movements.latency_lines(pl.DataFrame()) == []
