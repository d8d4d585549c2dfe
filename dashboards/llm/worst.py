"""Worst answers, drawn: each beside its source, what is least supported marked; and what to label next."""

from collections.abc import Sequence

import streamlit as st

from dashboards import footers, status
from dashboards.effects import as_frame
from dashboards.llm import answers, sources
from dashboards.reader import Reading, Row

LISTED = 330


def show(reading: Reading) -> None:
    """Draw the view."""
    rows = sorted(sources.rows_or_reason(reading, sources.WORST), key=lambda row: row["rank"])
    if rows:
        status.strip(reading, max(row["event_date"] for row in rows), sources.WORST, "worst answers")
        _answers(reading, rows)
    st.divider()
    _queue(reading)


def _answers(reading: Reading, rows: Sequence[Row]) -> None:
    shown = rows[: answers.SHOWN]
    st.subheader(answers.headline(shown), anchor=False)
    st.caption(
        "Answers of the last 28 days, each text once, by the detector’s probability · a flag is a "
        "weak signal: "
        "look before you act · marked: the sentence that the source supports least"
    )
    sources.banner(reading, sources.WORST)
    choices = {str(row["rank"]): row for row in shown}
    rank = st.segmented_control(
        "Answer", list(choices), default=next(iter(choices)), required=True, key="answer", bind="query-params"
    )
    row = choices[rank]
    st.text(answers.facts(row))
    st.markdown(answers.verdicts(row))
    left, right = st.columns(2, gap="medium")
    left.markdown("**Source**")
    left.html(answers.as_html(row["source_text"]))
    right.markdown("**Answer**")
    spans = answers.spans_of(row["spans"], len(row["output_text"] or ""))
    right.html(answers.as_html(row["output_text"], spans))
    with st.expander(f"All {len(shown)} in a list"):
        st.dataframe(_listing(shown), hide_index=True, alt="The worst answers with the experts’ word")
    definition = "Most probable unsupported answers; the file holds numbers, not what users wrote"
    footers.footer(reading, sources.WORST, definition, as_frame(rows, answers.COLUMNS), "worst_answers")


def _listing(rows: Sequence[Row]) -> list[dict[str, object]]:
    return [
        {
            "rank": row["rank"],
            "feature": row["feature"],
            "model": row["model_version"],
            "prompt": row["prompt_version"],
            "day": f"{row['event_date']}",
            "probability": f"{100 * row['unsupported_probability']:.0f}%",
            "experts": row["human_ratings"],
            "interaction": str(row["interaction_id"]),
        }
        for row in rows
    ]


def _queue(reading: Reading) -> None:
    rows = sorted(sources.rows_or_reason(reading, sources.QUEUE), key=lambda row: row["rank"])
    if not rows:
        return
    st.subheader(answers.queue_headline(rows), anchor=False)
    st.caption(
        "Drawn at random, doubtful answers likelier: whoever labels them in this order and weights "
        "each by one over "
        "its chance gets an honest rate · last 28 days, not judged yet"
    )
    sources.banner(reading, sources.QUEUE)
    frame = as_frame(rows, answers.QUEUE_COLUMNS)
    st.dataframe(
        frame,
        hide_index=True,
        height=LISTED,
        column_config={
            "interaction_id": st.column_config.NumberColumn("interaction", format="%d"),
            "event_date": st.column_config.DateColumn("day"),
            "model_version": "model",
            "unsupported_probability": st.column_config.NumberColumn("detector", format="percent"),
            "sampling_probability": st.column_config.NumberColumn("chance drawn", format="percent"),
        },
        alt="Answers that experts should judge next",
    )
    footers.footer(
        reading, sources.QUEUE, "A draw without replacement, chances by doubt", frame, "labelling_queue"
    )
