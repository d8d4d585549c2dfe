"""Tables that the page LLM quality reads, and what to do where one of them is missing."""

from datetime import UTC, date, datetime

import polars as pl
import streamlit as st

from dashboards import footers, health
from dashboards.reader import Reading, Row

QUALITY = "llm_quality.quality_daily"
RATINGS = "llm_quality.ratings_daily"
AGREEMENT = "llm_quality.rater_agreement"
SEVERITY = "llm_quality.rater_severity"
CALIBRATION = "llm_quality.judge_calibration"
PREVALENCE = "llm_quality.prevalence"
VERSIONS = "llm_quality.version_comparisons"
GAP = "llm_quality.satisfaction_gap"
DRIFT = "llm_quality.drift"
QUEUE = "llm_quality.labelling_queue"
WORST = "llm_quality.worst_answers"
TABLES = (
    *(QUALITY, RATINGS, AGREEMENT, SEVERITY, CALIBRATION, PREVALENCE),
    *(VERSIONS, GAP, DRIFT, QUEUE, WORST),
)

CALLS = (
    "calls of the model: `analytics-platform ingest PATH --mapping FILE` with `kind: interactions`, or "
    "`--format` for traces of OpenTelemetry, Langfuse or Phoenix"
)
TEXTS = "answers captured with their source: map `source_text` and `output_text` of the calls"
EXPERTS = "judgements of experts: `analytics-platform ingest PATH --mapping FILE` with `kind: human_ratings`"
STARS = "events named `rated` with `llm_rating`"
MISSING = {
    QUALITY: ("What answers cost, how long they took and how they score", CALLS),
    RATINGS: ("What users say of answers", STARS),
    AGREEMENT: ("How far experts agree", EXPERTS),
    SEVERITY: ("Who of the experts is severe", EXPERTS),
    CALIBRATION: ("How far a judge may be trusted", f"{EXPERTS}; and {TEXTS}"),
    PREVALENCE: ("The share of unsupported answers", f"{EXPERTS}, of 30 answers or more; and {TEXTS}"),
    VERSIONS: ("A comparison of versions", f"two versions of a model or a prompt; and {CALLS}"),
    GAP: ("Teachers beside students", f"{STARS} by users of both roles, or {EXPERTS}"),
    DRIFT: ("A watch for drift", f"three weeks of calls or more; and {CALLS}"),
    QUEUE: ("A list of what to label next", TEXTS),
    WORST: ("The worst answers", TEXTS),
}
"""What each table tells, and what it needs."""


def absent(table: str) -> str:
    """What is missing and how to get it, in a sentence."""
    told, need = MISSING[table]
    return f"{told}: nothing yet. It takes {need}; then `analytics-platform run`."


def rows_or_reason(reading: Reading, table: str) -> list[Row]:
    """Rows of a table; where there are none, the reader is told what they take."""
    rows = reading.rows(table)
    if not rows:
        st.info(absent(table), icon=":material/info:")
    return rows


def banner(reading: Reading, table: str, first: date = date.min, last: date = date.max) -> None:
    """What is wrong with a table above what is drawn of it."""
    footers.banner(health.problems_of(reading, table, datetime.now(UTC)), first, last)


def plain(text: str) -> str:
    """A name out of a log where Markdown or a chart is expected: nothing in it is markup."""
    escaped = "".join(f"\\{each}" if each in "\\`*_{}[]()#+!|~$:<>&" else each for each in text)
    return " ".join(escaped.split())


def in_chart(text: str) -> str:
    """A name out of a log in the text of a chart, whose tags would be read."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def overall(reading: Reading, table: str) -> pl.DataFrame:
    """Rows of a daily table about everybody, by day; empty where it is not built."""
    return segments(reading, table, "overall")


def segments(reading: Reading, table: str, dimension: str) -> pl.DataFrame:
    """Rows of a daily table about one dimension, by day; empty where it is not built."""
    rows = reading.rows(table, dimension=dimension)
    return pl.DataFrame(rows, infer_schema_length=None).sort("event_date") if rows else pl.DataFrame()
