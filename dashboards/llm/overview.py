"""Overview, drawn: how many answers are unsupported, what users say, cost and latency."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

import polars as pl
import streamlit as st

from dashboards import certification, footers, status
from dashboards.drawing import draw
from dashboards.effects import as_frame
from dashboards.formats import percent
from dashboards.llm import periods, prevalence, sources
from dashboards.reader import Reading, Row
from dashboards.vocabulary import method_label

CARD_COLORS: dict[str, Literal["green", "red", "off"]] = {"better": "green", "worse": "red", "neutral": "off"}
METHODS = ("ppi", "labels_only", "naive_share")


def show(reading: Reading) -> None:
    """Draw the view."""
    rows = reading.rows(sources.PREVALENCE)
    judged = sources.overall(reading, sources.QUALITY)
    rated = sources.overall(reading, sources.RATINGS)
    days: list[date] = [
        frame["event_date"].to_list()[-1] for frame in (judged, rated) if not frame.is_empty()
    ]
    table = next(name for name in sources.TABLES if name in reading.snapshot.tables)
    status.strip(reading, max(days, default=None), table, "quality of answers")
    kind = "panel"
    if {row["labels_by"] for row in rows} == set(prevalence.LABELS_BY.values()):
        kind = prevalence.LABELS_BY[
            st.segmented_control(
                "Labels by",
                list(prevalence.LABELS_BY),
                default="Experts",
                required=True,
                key="labels",
                bind="query-params",
            )
        ]
    shown = prevalence.chosen(rows, kind)
    if shown:
        st.subheader(prevalence.headline(shown), anchor=False)
    _cards(reading, shown, judged, rated)
    if not shown:
        st.info(sources.absent(sources.PREVALENCE), icon=":material/info:")
        return
    st.warning(prevalence.WARNING, icon=":material/warning:")
    _methods(reading, rows, shown, kind)


def _cards(reading: Reading, shown: Sequence[Row], judged: pl.DataFrame, rated: pl.DataFrame) -> None:
    found = [periods.satisfied(rated), _rate(shown), periods.latency(judged), periods.cost(judged)]
    with st.container(horizontal=True, gap="small"):
        for card in found:
            with st.container(border=True, width=290, height="stretch", gap="xxsmall"):
                st.metric(
                    card.label,
                    card.value,
                    card.delta,
                    delta_color=CARD_COLORS[card.verdict],
                    delta_arrow="auto" if card.delta else "off",
                    delta_description=card.comparison or None,
                    help=card.help,
                )
                st.caption(card.detail.replace("$", "\\$"))
    for table, frame in ((sources.QUALITY, judged), (sources.RATINGS, rated)):
        if frame.is_empty():
            st.info(sources.absent(table), icon=":material/info:")
    table = sources.QUALITY if not judged.is_empty() else sources.RATINGS
    if table in reading.snapshot.tables:
        cards = pl.DataFrame([card.__dict__ for card in found])
        sources.banner(reading, table)
        footers.footer(
            reading, table, "Sums over 28 days; intervals from how much days differ", cards, "cards"
        )


def _rate(shown: Sequence[Row]) -> periods.Card:
    row = prevalence.of(shown, "ppi")
    told = "Labels of experts and the detector’s word on every captured answer together. Lower is better."
    if row is None:
        return periods.Card("Unsupported answers", "too few", None, "neutral", "fewer than 30 labels", told)
    detail = f"95%: {percent(row['low'])} to {percent(row['high'])}, n = {row['labels']:,} labels, all days"
    return periods.Card("Unsupported answers", percent(row["estimate"]), None, "neutral", detail, told)


def _methods(reading: Reading, rows: Sequence[Row], shown: Sequence[Row], kind: str) -> None:
    st.caption(prevalence.subtitle(shown))
    sources.banner(reading, sources.PREVALENCE, date.min, date.max)
    st.caption(prevalence.LEGEND)
    draw(prevalence.chart(shown), "prevalence", prevalence.headline(shown))
    for told in (prevalence.gain(shown), prevalence.other_labels(rows, kind)):
        if told:
            st.caption(told)
    certificates = reading.rows(certification.CERTIFICATES)
    standings = [certification.standing(certificates, method) for method in METHODS]
    st.caption(" · ".join(f"{method_label(found.method)} {found.badge}" for found in standings[:2]))
    definition = (
        "Share of unsupported answers by labels and detector (PPI++), by labels, and by the detector’s word"
    )
    footers.footer(reading, sources.PREVALENCE, definition, as_frame(shown, prevalence.COLUMNS), "prevalence")
