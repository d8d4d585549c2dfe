"""What a page reads: one snapshot of the lake, pinned once a run; its frames are cached by version.

Belongs here: which tables, pinned when and where from. Does not: what is made of their rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal, NamedTuple

import polars as pl
import polars.selectors as cs
import streamlit as st

from analytics_platform.errors import AnalyticsError
from analytics_platform.lakehouse import Lake, Snapshot
from analytics_platform.lakehouse.snapshot import PinnedTable
from analytics_platform.settings import Settings, load_settings

KPIS = "behaviour.kpi_daily"
ADOPTION = "behaviour.feature_adoption_daily"
CHECKS = "quality.check_results"
EXPOSURES = "raw.exposures"
INGESTED = "raw.ingested_files"
TRUTH = "truth."

CHECK_COLUMNS = {
    "table_name": pl.String,
    "check_name": pl.String,
    "severity": pl.String,
    "passed": pl.Boolean,
    "failing_days": pl.String,
    "description": pl.String,
    "checked_at": pl.Datetime("us", "UTC"),
}
CACHED_FRAMES = 48
CACHED_ORIGINS = 200
READ_COMMITS = 30


Row = dict[str, Any]
"""One row of a table, by column."""


class Key(NamedTuple):
    """What names a version for good: the commit's instant tells a lake from one rebuilt in its place."""

    lake: str
    table: str
    version: int
    committed_at: datetime


@dataclass(frozen=True)
class Origin:
    """How the pinned version of a table came about.

    Attributes:
        written_at: instant (UTC) of the last commit that wrote rows; upkeep does not count.
        inputs: version of each table that this commit read.
    """

    written_at: datetime
    inputs: Mapping[str, int]


@dataclass(frozen=True)
class Reading:
    """Everything a page shows, at one set of versions.

    Attributes:
        settings: the settings in force.
        source: where the raw rows come from.
        snapshot: every table of the lake that a page may know, pinned at the start of the run.
    """

    settings: Settings
    source: Literal["simulation", "logs"]
    snapshot: Snapshot

    def version(self, table: str) -> str:
        """The pinned version as the page prints it, such as `behaviour.kpi_daily@181`."""
        return f"{table}@{self.snapshot.versions[table]}"

    @property
    def days(self) -> list[date]:
        """Reporting days of the KPIs, in order; none before there are any."""
        return [] if self.kpis.is_empty() else sorted(self.kpis["event_date"].unique().to_list())

    @property
    def kpis(self) -> pl.DataFrame:
        """`behaviour.kpi_daily`, by day."""
        return self._frame(KPIS)

    @property
    def adoption(self) -> pl.DataFrame:
        """`behaviour.feature_adoption_daily`, by day; empty where it is not built yet."""
        return self._frame(ADOPTION)

    @property
    def checks(self) -> pl.DataFrame:
        """The latest outcome of each check; no rows where none was recorded."""
        if CHECKS not in self.snapshot.tables:
            return pl.DataFrame(schema=CHECK_COLUMNS)
        newest_first = self._frame(CHECKS).select(list(CHECK_COLUMNS)).sort("checked_at", descending=True)
        return newest_first.unique(["table_name", "check_name"], keep="first").sort(
            "table_name", "check_name"
        )

    @property
    def experiment_starts(self) -> pl.DataFrame:
        """First day of exposure (event_date) of each experiment_id."""
        if EXPOSURES not in self.snapshot.tables:
            return pl.DataFrame(schema={"experiment_id": pl.String, "event_date": pl.Date})
        return _experiment_starts(self._key(EXPOSURES), self.snapshot)

    def rows(self, table: str, **equal: object) -> list[Row]:
        """Rows of a small table whose columns equal the values given; none where the table is not built.

        What is not a finite number comes as None.
        """
        frame = self._frame(table)
        if frame.is_empty():
            return []
        numbers = cs.float()
        finite = pl.when(numbers.is_finite()).then(numbers)
        return (frame.filter(**equal) if equal else frame).with_columns(finite).to_dicts()

    @cached_property
    def origins(self) -> dict[str, Origin]:
        """How each pinned table came about."""
        return {name: _origin(self._key(name), table) for name, table in self.snapshot.tables.items()}

    def _frame(self, table: str) -> pl.DataFrame:
        if table not in self.snapshot.tables:
            return pl.DataFrame()
        return _frame(self._key(table), self.snapshot)

    def _key(self, table: str) -> Key:
        pinned = self.snapshot.tables[table]
        return Key(str(self.settings.lake.absolute()), table, pinned.version, pinned.committed_at)


def pin() -> Reading:
    """Pin every table of the lake that the settings name, but for the simulated world's secret truth.

    Raises:
        AnalyticsError: a setting is wrong, or a table cannot be read.
    """
    settings = load_settings()
    lake = Lake(settings.lake)
    tables = [table for table in lake.tables() if lake.exists(table) and not table.startswith(TRUTH)]
    is_log = INGESTED in tables if settings.source == "auto" else settings.source == "logs"
    return Reading(settings, "logs" if is_log else "simulation", lake.snapshot(tables))


def open_reading() -> Reading:
    """The pinned lake of a page that shows KPIs.

    Raises:
        AnalyticsError: as `pin`, or there are no KPIs yet.
    """
    reading = pin()
    tables = reading.snapshot.tables
    if KPIS not in tables or tables[KPIS].rows == 0:
        mend = _mend(list(tables), is_log=reading.source == "logs")
        raise AnalyticsError(f"The lake `{reading.settings.lake}` holds no KPIs yet: {mend}.")
    return reading


def _mend(tables: list[str], *, is_log: bool) -> str:
    if "raw.events" in tables:
        return "run `analytics-platform run` to build them from its raw events"
    if is_log:
        return "run `analytics-platform ingest PATH --mapping FILE`, then `analytics-platform run`"
    return (
        "run `make demo` to fill it with the simulated world, or "
        "`analytics-platform ingest PATH --mapping FILE` with your own events"
    )


@st.cache_resource(max_entries=CACHED_FRAMES, show_spinner=False)
def _frame(key: Key, _snapshot: Snapshot) -> pl.DataFrame:
    return _snapshot.scan(key.table).collect()


@st.cache_resource(max_entries=CACHED_FRAMES, show_spinner=False)
def _experiment_starts(key: Key, _snapshot: Snapshot) -> pl.DataFrame:
    starts = _snapshot.scan(key.table).group_by("experiment_id").agg(pl.col("event_date").min())
    return starts.sort("event_date", "experiment_id").collect()


@st.cache_resource(max_entries=CACHED_ORIGINS, show_spinner=False)
def _origin(key: Key, _pinned: PinnedTable) -> Origin:
    history = _pinned.delta.history(READ_COMMITS)
    commit = next((entry for entry in history if entry["operation"] == "WRITE"), history[0])
    inputs = (part.split("@") for part in str(commit.get("inputs", "")).split(", ") if "@" in part)
    written_at = datetime.fromtimestamp(commit["timestamp"] / 1000, key.committed_at.tzinfo)
    return Origin(written_at, {name: int(number) for name, number in inputs})
