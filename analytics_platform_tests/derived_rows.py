"""Rows of `activity.user_days` for tests of what derives from it, and lakes with every model built."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta

import polars as pl
import pyarrow as pa

from analytics_platform.experiments.catalogue import Catalogue, Experiment
from analytics_platform.experiments.catalogue_table import CATALOGUE, write_catalogue
from analytics_platform.lakehouse import DuckDBEngine, Lake, Model, Window
from analytics_platform.llm_quality.interaction_scores import SCHEMA as SCORES_SCHEMA
from analytics_platform.llm_quality.interaction_scores import interaction_scores
from analytics_platform.workspace import MODELS, VIEWS
from analytics_platform_tests.raw_rows import FIRST_DAY, Row

COUNTS = (
    "sessions",
    "events",
    "summarize_uses",
    "quiz_uses",
    "explain_uses",
    "flashcards_uses",
    "chat_uses",
    "other_uses",
    "ratings",
    "rating_sum",
    "ratings_4_plus",
    "paywall_views",
    "trial_starts",
    "conversions",
    "renewals",
    "cancellations",
)
USER_DAYS_SCHEMA = pa.schema(
    [
        ("user_id", pa.int64()),
        ("role", pa.string()),
        ("country", pa.string()),
        ("platform", pa.string()),
        ("plan", pa.string()),
        ("classroom_id", pa.int64()),
        ("acquisition_channel", pa.string()),
        ("is_active", pa.bool_()),
        ("engagement_seconds", pa.float64()),
        *((name, pa.int64()) for name in COUNTS),
        ("event_date", pa.date32()),
    ]
)


SMALL_CATALOGUE = Catalogue(
    {
        experiment.id: experiment
        for experiment in (
            Experiment(
                id="hint",
                hypothesis="A hint brings users back.",
                variants={"control": 0.5, "treatment": 0.5},
                start_date=FIRST_DAY,
                planned_units=100_000,
                primary="active_days",
                secondary=("events_per_session", "retained_7d", "engagement_seconds_p50"),
            ),
            Experiment(
                id="nudge",
                hypothesis="A nudge does something.",
                variants={"on": 0.5, "off": 0.5},
                control="off",
                start_date=FIRST_DAY,
                planned_units=100_000,
                primary="used_quiz",
            ),
        )
    }
)
"""What `SmallLog` exposes people to."""


def day(offset: int) -> date:
    """The reporting day so many days after 2025-09-01."""
    return FIRST_DAY + timedelta(days=offset)


def days(first: int, last: int) -> Window:
    """The window between two offsets, both included."""
    return Window(day(first), day(last))


def user_day(user_id: int, offset: int, **columns: object) -> Row:
    """An active day of a German student on the web: one session of one quiz for a minute."""
    return {
        **dict.fromkeys(COUNTS, 0),
        "user_id": user_id,
        "role": "student",
        "country": "DE",
        "platform": "web",
        "plan": "free",
        "classroom_id": None,
        "acquisition_channel": None,
        "is_active": True,
        "sessions": 1,
        "events": 1,
        "quiz_uses": 1,
        "engagement_seconds": 60.0,
        "event_date": day(offset),
        **columns,
    }


def billing_day(user_id: int, offset: int, **columns: object) -> Row:
    """A day on which nothing but billing happened."""
    idle = {"is_active": False, "sessions": 0, "events": 0, "quiz_uses": 0, "engagement_seconds": 0.0}
    return user_day(user_id, offset, **{**idle, **columns})


def write_user_days(lake: Lake, rows: Iterable[Row]) -> Window:
    """Replace all of `activity.user_days`; returns the days from 2025-09-01 to the last row's."""
    ordered = sorted(rows, key=lambda row: (row["event_date"], row["user_id"]))
    window = Window(FIRST_DAY, max((row["event_date"] for row in ordered), default=FIRST_DAY))
    table = pa.Table.from_pylist(ordered, USER_DAYS_SCHEMA)
    lake.replace_days("activity.user_days", Window(FIRST_DAY, day(400)), [table], USER_DAYS_SCHEMA)
    return window


def rows_of(lake: Lake, model: Model, window: Window) -> list[Row]:
    """A daily model's rows of a window, computed without storing them, in key order."""
    table = DuckDBEngine(lake, VIEWS).query(model.sql, window.parameters())
    return sorted(table.to_pylist(), key=lambda row: [row[name] for name in model.key])


def build(lake: Lake, window: Window, *names: str) -> DuckDBEngine:
    """Materialise models in their order (default: all), daily ones over the window."""
    engine = DuckDBEngine(lake, VIEWS)
    if not names and not lake.exists(CATALOGUE):
        write_catalogue(lake, SMALL_CATALOGUE)
    if not names or "llm_quality.quality_daily" in names:
        scores = interaction_scores(engine, window)
        lake.replace_days("llm_quality.interaction_scores", window, scores, SCORES_SCHEMA)
    for name in names or MODELS:
        model = MODELS[name]
        if not model.is_view:
            engine.run(model, window if model.is_daily else None)
    return engine


def stored(lake: Lake, table: str) -> pl.DataFrame:
    """All rows of a table in stored key order."""
    return lake.scan(table).collect().sort("event_date", *MODELS[table].key)


def change(lake: Lake, table: str, edit: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
    """Rewrite a stored table with rows that no model would have written: a planted fault."""
    schema = lake.snapshot([table]).tables[table].schema
    rows = edit(lake.scan(table).collect()).select(schema.names)
    if "event_date" in schema.names:
        lake.replace_days(table, days(0, 400), [rows.sort("event_date").to_arrow().cast(schema)], schema)
    else:
        lake.replace(table, [rows.to_arrow().cast(schema)], schema)
