"""What moved and why: rows of `behaviour.metric_changes`.

Belongs here: which periods are compared, exact contributions of segments, unusual days and what is known of
them. Does not: the decomposition itself (`stats.decomposition`) or what a metric means (`metrics`).
"""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa

from analytics_platform.behaviour.metric_changes.anomalies import Deviation, deviations, first_day
from analytics_platform.behaviour.metric_changes.contributions import Row, contributions
from analytics_platform.behaviour.metric_changes.faults import GAPS, Known, known_of, starts_of
from analytics_platform.behaviour.metric_changes.measures import MEASURED, OVERALL
from analytics_platform.behaviour.metric_changes.periods import Comparison
from analytics_platform.behaviour.metric_changes.table import DESCRIPTION, KEY, SCHEMA, TABLE
from analytics_platform.behaviour.metric_changes.words import continued, worded
from analytics_platform.lakehouse import Check, Engine, load_checks
from analytics_platform.lakehouse.check import unique_rows

MOST_DAYS = 20
"""Unusual days that are taken apart, the newest first; of a run of such days the first."""
SHOWN_OF_GAPS = ("dau", "sessions", "events", "engagement_seconds")
"""Metrics taken apart on a day whose log has a gap, however usual they look."""

CHECKS: tuple[Check, ...] = (unique_rows(TABLE, KEY), *load_checks(Path(__file__).with_name("checks")))

__all__ = ["CHECKS", "DESCRIPTION", "KEY", "SCHEMA", "TABLE", "metric_changes"]


def metric_changes(
    engine: Engine, as_of: date, wrong: Mapping[str, Iterable[date]], zone: ZoneInfo, *, has_experiments: bool
) -> pa.Table:
    """The week up to a day against the week before, and every unusual day up to it.

    Args:
        engine: answers from `activity` and `behaviour.kpi_daily`.
        as_of: last full reporting day.
        wrong: days that checks of `activity.events` call wrong, by check.
        zone: reporting time zone.
        has_experiments: whether `raw.exposures` is there.

    Returns:
        Rows of `SCHEMA`, by `KEY`.
    """
    unusual = deviations(engine, as_of)
    newest = sorted({each.day for each in unusual if each.is_first}, reverse=True)[:MOST_DAYS]
    week = Comparison("week", as_of)
    recent_gaps = [day for day in wrong.get(GAPS, ()) if day <= as_of]
    known = known_of(
        engine, newest, {**wrong, GAPS: recent_gaps}, starts_of(engine) if has_experiments else {}, zone
    )
    begun = first_day(engine)
    rows = _of(engine, week, list(MEASURED), known) if begun and begun <= week.days[0] else []
    for day in sorted({*newest, *known.gaps}):
        if begun is None or begun > Comparison("day", day).days[0]:
            continue
        own = [each for each in unusual if each.day == day and (each.is_first or day in known.gaps)]
        rows += _of_day(engine, day, own, known)
    told = {(row["as_of_date"], row["metric"]) for row in rows if row["comparison"] == "day"}
    rows += [continued(each) for each in unusual if (each.day, each.metric) not in told]
    rows.sort(key=lambda row: [row[name] for name in KEY])
    return pa.Table.from_pylist(rows, SCHEMA)


def _of(engine: Engine, comparison: Comparison, metrics: Iterable[str], known: Known) -> list[Row]:
    found = contributions(comparison.counts(engine), comparison, [MEASURED[name] for name in metrics])
    return worded(found, comparison, known)


def _of_day(engine: Engine, day: date, unusual: list[Deviation], known: Known) -> list[Row]:
    """Rows of one day, each overall total with how unusual it was."""
    scores = {each.metric: each.robust_z for each in unusual}
    names = dict.fromkeys([*scores, *(SHOWN_OF_GAPS if day in known.gaps else ())])
    rows = _of(engine, Comparison("day", day), names, known)
    for row in rows:
        if row["dimension"] == OVERALL and row["component"] == "total":
            row["robust_z"] = scores.get(row["metric"])
    return rows
