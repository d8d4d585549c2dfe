"""Over time, drawn: the detector's word, ratings and latency by day, with releases and alarms."""

from collections.abc import Sequence

import polars as pl
import streamlit as st

from dashboards import footers, status
from dashboards.drawing import draw
from dashboards.effects import as_frame
from dashboards.formats import long_day
from dashboards.llm import alarms, daily_lines, movements, sources
from dashboards.reader import Reading, Row

DIMENSIONS = {
    "Model version": "model_version",
    "Prompt version": "prompt_version",
    "Feature": "feature",
    "Role": "role",
    "Everybody": "overall",
}


def show(reading: Reading) -> None:
    """Draw the view."""
    table = next(name for name in sources.TABLES if name in reading.snapshot.tables)
    quality = sources.overall(reading, sources.QUALITY)
    last_day = None if quality.is_empty() else daily_lines.days_of(quality)[1]
    status.strip(reading, last_day, table, "quality of answers")
    by = st.segmented_control(
        "By", list(DIMENSIONS), default="Model version", required=True, key="by", bind="query-params"
    )
    watched = reading.rows(sources.DRIFT)
    marks = daily_lines.releases(
        *(sources.segments(reading, sources.QUALITY, name) for name in ("model_version", "prompt_version"))
    )
    _unsupported(reading, watched, by, marks)
    st.divider()
    left, right = st.columns(2, gap="large")
    with left:
        _ratings(reading, by, marks)
    with right:
        _latency(reading, quality, marks)


def _unsupported(
    reading: Reading, watched: Sequence[Row], by: str, marks: Sequence[daily_lines.Marker]
) -> None:
    rows = sources.segments(reading, sources.QUALITY, DIMENSIONS[by])
    st.subheader(alarms.headline(watched) if watched else sources.absent(sources.DRIFT), anchor=False)
    found = _known(rows, "unsupported_probability_mean", "unsupported_probability_low")
    lines = daily_lines.lines(
        found,
        "unsupported_probability_mean",
        ("unsupported_probability_low", "unsupported_probability_high"),
        "judged",
    )
    if not lines:
        st.info(sources.absent(sources.QUALITY if rows.is_empty() else sources.WORST), icon=":material/info:")
    else:
        last = daily_lines.days_of(found)[1]
        st.caption(
            "Mean probability of an unsupported claim, the detector’s word, in %, by day · ribbon: "
            "95% sampling "
            f"interval, days below 30 users left out · {_window(found)} · by {by.lower()} · "
            f"n = {found['judged'].sum():,} answers · ▲ release · ✕ alarm · a level, no rate: see Overview"
        )
        sources.banner(reading, sources.QUALITY)
        given = alarms.markers(watched, "unsupported_probability", last)
        draw(daily_lines.chart(lines, "share", marks, given), "unsupported", "Unsupported probability by day")
        definition = "Mean of the detector’s calibrated probability a day and segment"
        footers.footer(reading, sources.QUALITY, definition, found, "unsupported")
    _watch(reading, watched)


def _watch(reading: Reading, watched: Sequence[Row]) -> None:
    if not watched:
        return
    given = alarms.alarms(watched)
    for row in given[: alarms.MOST]:
        st.markdown(f":orange-badge[✕ alarm] {alarms.sentence(row)}")
    if len(given) > alarms.MOST:
        with st.expander(f"{len(given) - alarms.MOST} earlier"):
            for row in given[alarms.MOST :]:
                st.markdown(alarms.sentence(row))
    st.caption(alarms.guide(watched))
    sources.banner(reading, sources.DRIFT)
    definition = "Every watched series by day with its evidence of change and the threshold"
    footers.footer(reading, sources.DRIFT, definition, as_frame(watched, alarms.COLUMNS), "drift")


def _ratings(reading: Reading, by: str, marks: Sequence[daily_lines.Marker]) -> None:
    rows = sources.segments(reading, sources.RATINGS, DIMENSIONS[by])
    found = _known(rows, "rating_mean", "rating_low")
    lines = daily_lines.lines(found, "rating_mean", ("rating_low", "rating_high"), "ratings")
    if not lines:
        st.info(sources.absent(sources.RATINGS), icon=":material/info:")
        return
    st.subheader(movements.ratings(found), anchor=False)
    st.caption(
        "Mean stars (1 to 5) by day · ribbon: 95% interval, users being clusters, days below 30 "
        "users left out · "
        f"{_window(found)} · by {by.lower()} · n = {found['ratings'].sum():,} ratings · ▲ release"
    )
    sources.banner(reading, sources.RATINGS)
    draw(daily_lines.chart(lines, "stars", marks), "ratings", movements.ratings(found))
    footers.footer(reading, sources.RATINGS, "Mean stars a day and segment", found, "ratings")


def _latency(reading: Reading, quality: pl.DataFrame, marks: Sequence[daily_lines.Marker]) -> None:
    lines = movements.latency_lines(quality)
    if not lines:
        st.info(sources.absent(sources.QUALITY), icon=":material/info:")
        return
    st.subheader(movements.latency(quality), anchor=False)
    st.caption(
        "Latency of all calls by day, in s: median, 95th and 99th percentile · counted in full, so without "
        f"intervals · {_window(quality)} · everybody · n = {quality['interactions'].sum():,} calls · "
        "▲ release"
    )
    sources.banner(reading, sources.QUALITY)
    draw(daily_lines.chart(lines, "ms", marks), "latency", movements.latency(quality))
    columns = ["event_date", "interactions", "latency_p50_ms", "latency_p95_ms", "latency_p99_ms"]
    footers.footer(
        reading, sources.QUALITY, "Percentiles of latency a day", quality.select(columns), "latency"
    )


def _known(rows: pl.DataFrame, value: str, low: str) -> pl.DataFrame:
    """Rows with a value and an interval."""
    return rows if rows.is_empty() else rows.filter(pl.col(value).is_not_null(), pl.col(low).is_not_null())


def _window(rows: pl.DataFrame) -> str:
    first, last = daily_lines.days_of(rows)
    return f"{long_day(first)} to {long_day(last)}"
