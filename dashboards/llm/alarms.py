"""Drift alarms in words: what changed, when, when that was found, and whether a release explains it."""

from collections.abc import Sequence
from datetime import date

from dashboards.charts import Marker
from dashboards.formats import long_day, percent
from dashboards.llm.sources import plain
from dashboards.reader import Row
from dashboards.vocabulary import count, in_words

COLUMNS = (
    "event_date", "kind", "series", "segment", "value", "n", "expected", "statistic", "threshold", "is_alarm",
    "change_date", "direction", "cause",
)  # fmt: skip
SERIES = {
    "unsupported_probability": "Unsupported probability",
    "failure_share": "Share of failures",
    "rating_mean": "Mean rating",
    "disagreement": "Disagreement of judge and experts",
}
MOST = 6


def alarms(rows: Sequence[Row], series: str | None = None) -> list[Row]:
    """Days on which an alarm was given, newest first."""
    found = (row for row in rows if row["is_alarm"] and series in (None, row["series"]))
    return sorted(found, key=lambda row: row["event_date"], reverse=True)


def headline(rows: Sequence[Row]) -> str:
    """The newest alarm, or that there was none."""
    given = alarms(rows)
    watched = count(len({(row["kind"], row["series"], row["segment"]) for row in rows}), "watched series")
    watched = watched.replace("seriess", "series")
    first = min(row["event_date"] for row in rows)
    if not given:
        return f"No drift alarm since {long_day(first)} on {watched}"
    newest = given[0]
    return (
        f"{count(len(given), 'drift alarm')} on {watched}; the latest: {_what(newest).lower()}, "
        f"{newest['direction'] or 'changed'} from {long_day(newest['change_date'] or newest['event_date'])}"
    )


def sentence(row: Row) -> str:
    """An alarm in a sentence, as Markdown: what, where, changed when, found when, why."""
    changed, found = row["change_date"] or row["event_date"], row["event_date"]
    cause = row["cause"] or "cause unknown"
    told = "silent: no release nearby" if cause == "silent" else plain(cause)
    values = ""
    if row["value"] is not None and row["expected"] is not None:
        values = f" {_value(row, 'value')} where {_value(row, 'expected')} was expected, n = {row['n']:,}."
    return (
        f"**{_what(row)}** on {plain(row['segment'])} became {row['direction'] or 'other'}: changed on "
        f"{long_day(changed)}, found on {long_day(found)} ({_later((found - changed).days)}), {told}.{values}"
    )


def markers(rows: Sequence[Row], series: str, last_day: date) -> list[Marker]:
    """Alarms of a series for a chart that ends on a day."""
    return [
        Marker(
            row["event_date"],
            f"{row['segment']}: changed {long_day(row['change_date'] or row['event_date'])}",
        )
        for row in alarms(rows, series)
        if row["event_date"] <= last_day
    ]


def guide(rows: Sequence[Row]) -> str:
    """How the watch works and how often it cries wolf."""
    return (
        f"{len({(row['kind'], row['series'], row['segment']) for row in rows})} series watched day by day: "
        "all together give about one false alarm a year. A release starts a series anew; what it changed is "
        "told under Versions."
    )


def _what(row: Row) -> str:
    return SERIES.get(row["series"]) or in_words(row["series"])


def _value(row: Row, name: str) -> str:
    return f"{row[name]:.2f}" if row["series"] == "rating_mean" else percent(row[name])


def _later(days: int) -> str:
    return "the same day" if days == 0 else f"{count(days, 'day')} later"
