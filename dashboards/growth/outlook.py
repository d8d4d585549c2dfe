"""What the Forecasts view says and draws, made from rows of `forecasts.*`: words, tables, figures."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import plotly.graph_objects as go
import polars as pl

from analytics_platform.metrics import METRICS
from dashboards.charts import BLUE, GREY, GRID
from dashboards.fan import Fan, Span
from dashboards.formats import difference, long_day, number, percent, short_day
from dashboards.reader import Row

FORECASTS, BACKTESTS, CALENDAR = "forecasts.forecasts", "forecasts.backtests", "forecasts.calendar"

NAMES = {
    "calendar_ets": "Calendar regression",
    "ets": "Exponential smoothing",
    "prophet": "Prophet",
    "seasonal_naive": "Seasonal naive",
    "ensemble": "Ensemble",
}
NAIVE = "seasonal_naive"
LEGEND = "Grey: what came; blue: expected, with 50, 80 and 95% intervals; shaded: breaks and exams."
PAST_DAYS = 84
LEVELS = (50, 80, 95)
MONTH = timedelta(days=28)
SHOWN_SHARE = 0.15
"""Share of the users from which an event of a country is worth a mark."""


def newest(rows: Sequence[Row]) -> list[Row]:
    """The forecasts of the last day of making."""
    made = max((row["made_on_date"] for row in rows), default=None)
    return [row for row in rows if row["made_on_date"] == made]


def metrics(rows: Sequence[Row]) -> dict[str, str]:
    """Names by label of the metrics that have a forecast, in the registry's order."""
    known = {row["metric"] for row in rows}
    return {metric.label: name for name, metric in METRICS.items() if name in known}


def segments(rows: Sequence[Row], metric: str) -> dict[str, tuple[str, str]]:
    """Dimension and value by label; everybody first."""
    found = sorted({(row["dimension"], row["segment"]) for row in rows if row["metric"] == metric})
    return {"Everybody" if each[0] == "overall" else f"{each[1].capitalize()}s": each for each in found}


def of_series(rows: Sequence[Row], metric: str, segment: tuple[str, str]) -> list[Row]:
    """Rows of one series."""
    return [row for row in rows if (row["metric"], row["dimension"], row["segment"]) == (metric, *segment)]


def used(rows: Sequence[Row]) -> list[Row]:
    """Rows of the model to use, by day."""
    return sorted((row for row in rows if row["is_champion"]), key=lambda row: row["event_date"])


def headline(champion: Sequence[Row], past: Mapping[date, float | None]) -> str:
    """What is expected on the last day ahead, against the same weekday four weeks before it was made.

    Args:
        champion: the forecast to use, by day.
        past: what came, by day.
    """
    last, metric = champion[-1], METRICS[champion[-1]["metric"]]
    label = metric.label[0].lower() + metric.label[1:]
    day = last["event_date"]
    said = f"{number(last['forecast'], metric.unit)} {label} expected on {long_day(day)}"
    if metric.unit == "share":
        said = f"{label.capitalize()} of {number(last['forecast'], metric.unit)} expected on {long_day(day)}"
    before = past.get(day - MONTH)
    if before is None:
        return said
    change = difference(before, last["forecast"], metric.unit)
    return f"{said}, {change} on {short_day(day - MONTH)}"


def subtitle(champion: Sequence[Row], who: str) -> str:
    """Metric, window, population and interval in a line."""
    last, metric = champion[-1], METRICS[champion[-1]["metric"]]
    said = (
        f"{metric.description} {who}, {len(champion)} days from {long_day(champion[0]['event_date'])}, "
        f"by {NAMES[last['model']].lower()} from {last['training_days']} days of history."
    )
    if last["low_80"] is None:
        return f"{said} {last['reason']}"
    low, high = (number(last[end], metric.unit) for end in ("low_80", "high_80"))
    return f"{said} The last day lies between {low} and {high} with 80% probability."


def error_in_words(tests: Sequence[Row]) -> str:
    """How good such forecasts were, against the benchmark; why nothing is known of it otherwise."""
    whole = [row for row in tests if row["horizon_days"] is None]
    own = next((row for row in whole if row["is_champion"]), None)
    if own is None or own["owa"] is None:
        reason = next((row["reason"] for row in whole if row["reason"]), None)
        return reason or "Nothing is known of how good such forecasts were."
    naive = next((row["smape"] for row in whole if row["model"] == NAIVE), None)
    against = "" if naive is None else f", repeating the last week by {percent(naive)}"
    said = (
        f"{own['origins']} such forecasts made in the past were off by {percent(own['smape'])} on average"
        f"{against} (sMAPE)."
    )
    if own["coverage_80"] is None:
        return said
    return (
        f"{said} Their 80% intervals held {percent(own['coverage_80'])} of the days, their 95% intervals "
        f"{percent(own['coverage_95'])}."
    )


def champions(tests: Sequence[Row]) -> pl.DataFrame:
    """Every model of a series, best first."""
    whole = sorted(
        (row for row in tests if row["horizon_days"] is None and row["owa"] is not None),
        key=lambda row: row["owa"],
    )
    return pl.DataFrame(
        {
            "model": [f"{'★ ' if row['is_champion'] else ''}{NAMES[row['model']]}" for row in whole],
            "OWA": [round(row["owa"], 3) for row in whole],
            "MASE": [round(row["mase"], 2) for row in whole],
            "sMAPE": [percent(row["smape"]) for row in whole],
            "80% held": [_held(row["coverage_80"]) for row in whole],
            "95% held": [_held(row["coverage_95"]) for row in whole],
            "origins": [row["origins"] for row in whole],
        }
    )


def _held(coverage: float | None) -> str:
    return "too few" if coverage is None else percent(coverage)


def fan_of(champion: Sequence[Row], past: Mapping[date, float | None], *, is_last_partial: bool) -> Fan:
    """The fan of a forecast after the last twelve weeks."""
    last_day = champion[0]["made_on_date"]
    days = [day for day in sorted(past) if last_day - timedelta(days=PAST_DAYS) < day <= last_day]
    return Fan(
        days,
        [past[day] for day in days],
        [row["event_date"] for row in champion],
        [row["forecast"] for row in champion],
        limits_of(champion),
        METRICS[champion[0]["metric"]].unit,
        is_last_partial=is_last_partial,
    )


def limits_of(rows: Sequence[Row]) -> dict[int, tuple[list[float], list[float]]]:
    """Ends of the intervals by level; none where they are not known."""
    if any(row["low_95"] is None for row in rows):
        return {}
    return {
        level: ([row[f"low_{level}"] for row in rows], [row[f"high_{level}"] for row in rows])
        for level in LEVELS
    }


def spans_of(events: Sequence[Row], first_day: date, last_day: date) -> list[Span]:
    """Breaks, exams and releases of enough users, within the days shown."""
    return [
        Span(max(row["first_date"], first_day), min(row["last_date"], last_day), _event(row))
        for row in events
        if row["share"] >= SHOWN_SHARE and row["first_date"] <= last_day and row["last_date"] >= first_day
    ]


def _event(row: Row) -> str:
    where = f" {row['country']}" if row["country"] else ""
    until = "" if row["last_date"] == row["first_date"] else f" to {short_day(row['last_date'])}"
    return f"{row['name']} ({row['kind']}{where}), {short_day(row['first_date'])}{until}"


def by_week(tests: Sequence[Row]) -> go.Figure:
    """Mean error by week ahead: the model to use in blue, repeating the last week in grey."""
    figure = go.Figure()
    for is_own, name, color in ((True, "model used", BLUE), (False, "last week again", GREY)):
        rows = sorted(
            (
                row
                for row in tests
                if row["horizon_days"]
                and row["smape"] is not None
                and (row["is_champion"] if is_own else row["model"] == NAIVE)
            ),
            key=lambda row: row["horizon_days"],
        )
        figure.add_bar(
            x=[f"week {row['horizon_days'] // 7}" for row in rows],
            y=[row["smape"] for row in rows],
            marker={"color": color},
            name=name,
            text=[percent(row["smape"]) for row in rows],
            textposition="outside",
            cliponaxis=False,
            hoverinfo="skip",
        )
    figure.update_layout(
        height=240,
        barmode="group",
        margin={"l": 44, "r": 8, "t": 28, "b": 32},
        legend={"orientation": "h", "y": 1.16, "x": 0},
        xaxis={"fixedrange": True},
        yaxis={
            "tickformat": ".0%", "gridcolor": GRID, "nticks": 4, "rangemode": "tozero",
            "fixedrange": True, "zeroline": False,
        },
    )  # fmt: skip
    return figure


def as_frame(champion: Sequence[Row]) -> pl.DataFrame:
    """The forecast to use, for download."""
    names = ("event_date", "forecast", *(f"{end}_{level}" for level in LEVELS for end in ("low", "high")))
    return pl.DataFrame([{name: row[name] for name in names} for row in champion])
