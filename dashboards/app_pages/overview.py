"""Overview: how the product does now, how that moved, which features are used, and whether to trust it.

A direct script: it reads tables and the names of metrics, and computes nothing itself.
"""

from datetime import UTC, datetime, timedelta

import streamlit as st

from analytics_platform.metrics import METRICS
from dashboards import adoption, cards, charts, footers, health, series, status, trends
from dashboards.dot_plots import dot_plot
from dashboards.drawing import draw
from dashboards.reader import ADOPTION, KPIS, open_reading

PERIODS = {"4 weeks": 28, "12 weeks": 84, "26 weeks": 182, "All": None}
LABELS = {metric.label: metric for metric in METRICS.values() if metric.grain != ADOPTION}

reading = open_reading()
kpis, now = reading.kpis, datetime.now(UTC)
full_day = health.last_full_day(reading)
populations = trends.populations(kpis, full_day)
problems = health.problems_of(reading, KPIS, now)

with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
    st.title("Overview", anchor=False, width="content")
    filters = st.container(horizontal=True, width="content")
who = filters.selectbox("Users", populations, key="users", bind="query-params", width=170)
last_day = filters.date_input(
    "As of",
    full_day,
    min_value=reading.days[0],
    max_value=full_day,
    key="as_of",
    bind="query-params",
    format="YYYY-MM-DD",
    width=150,
)
status.strip(reading, full_day)
status.quiet_end(reading, last_day)
days = series.segment_days(kpis, *populations[who], last_day)

key_cards = cards.cards(kpis, cards.FIRST_SCREEN, days)
st.subheader(cards.week_in_words(key_cards), anchor=False)
footers.banner(problems, last_day - timedelta(days=2 * series.WEEK - 1), last_day)
cards.draw(key_cards, columns=4)
footers.footer(reading, KPIS, cards.READING_GUIDE, cards.as_rows(key_cards), "key_metrics")

trend_title = st.container()
with st.container(horizontal=True):
    label = st.selectbox("Metric", LABELS, key="metric", bind="query-params", width=260)
    length = st.segmented_control(
        "Period", PERIODS, default="26 weeks", required=True, key="period", bind="query-params"
    )
    split = st.segmented_control(
        "Split by",
        ["Nothing", *trends.DIMENSIONS],
        default="Nothing",
        required=True,
        disabled=who != trends.ALL_USERS,
        help="The tables hold one dimension at a time: choose all users to split them.",
        key="split",
        bind="query-params",
    )
metric, population = LABELS[label], who
if split in trends.DIMENSIONS and who == trends.ALL_USERS:
    dimension, population = trends.DIMENSIONS[split], f"{who} by {split.lower()}"
    names = trends.segments(kpis, dimension, last_day)
    most = charts.MOST_SERIES
    chosen = st.multiselect(
        split, names, names[:most], max_selections=most, key=dimension, bind="query-params"
    )
    trend = trends.split(kpis, metric, dimension, chosen, last_day, length=PERIODS[length])
else:
    trend = trends.single(kpis, metric, populations[who], last_day, full_day=full_day, length=PERIODS[length])
starts = trends.markers(reading.experiment_starts, trend.first_day, last_day)
with trend_title:
    st.subheader(trend.headline, anchor=False)
    st.caption(trends.subtitle(metric, trend, population, starts))
footers.banner(problems, trend.first_day, last_day)
draw(charts.trend(trend.lines, metric.unit, starts), "trend", trend.headline)
footers.footer(reading, KPIS, f"**{metric.label}**: {metric.description}", trend.rows, f"trend_{metric.name}")

if ADOPTION in reading.snapshot.tables:
    week = adoption.week_of(reading.adoption, last_day)
    adoption_problems = health.problems_of(reading, ADOPTION, now)
    footers.banner(adoption_problems, last_day - timedelta(days=series.WEEK - 1), last_day)
    for column, name in zip(st.columns(2, gap="large"), adoption.VERBS, strict=True):
        metric = METRICS[name]
        dots = adoption.dots(week, metric)
        with column:
            st.subheader(adoption.finding(dots, metric), anchor=False)
            st.caption(adoption.subtitle(metric, last_day))
            if any(dot.share is not None for dot in dots):
                draw(dot_plot(dots), name, adoption.finding(dots, metric))
            footers.footer(
                reading, ADOPTION, f"**{metric.label}**: {metric.description}", adoption.as_rows(dots), name
            )

more = cards.cards(kpis, cards.others(), days)
recorded = [card for card in more if card.is_recorded]
st.subheader("More metrics", anchor=False)
cards.draw(recorded, columns=6)
st.caption(cards.unrecorded_in_words(more))
footers.footer(reading, KPIS, cards.READING_GUIDE, cards.as_rows(more), "more_metrics")
