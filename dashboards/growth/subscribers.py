"""What the Revenue view says and draws, made from rows of `forecasts.subscriptions_daily`."""

from collections.abc import Sequence
from datetime import date, timedelta

import plotly.graph_objects as go
import polars as pl

from dashboards.charts import BLUE, GRID
from dashboards.fan import Fan
from dashboards.formats import difference, long_day, number, percent
from dashboards.growth.outlook import LEVELS, limits_of
from dashboards.reader import Row

SUBSCRIPTIONS = "forecasts.subscriptions_daily"
PAST_DAYS = 112
MONTH = 28
LEAST_TRIALS = 30
FLOWS = {"trial_starts": "Trials started", "conversions": "Subscriptions begun", "cancellations": "Cancelled"}


def of_metric(rows: Sequence[Row], metric: str, segment: tuple[str, str]) -> tuple[list[Row], list[Row]]:
    """Days past and days to come of one series, in order."""
    own = sorted(
        (row for row in rows if (row["metric"], row["dimension"], row["segment"]) == (metric, *segment)),
        key=lambda row: row["event_date"],
    )
    return [row for row in own if not row["is_forecast"]], [row for row in own if row["is_forecast"]]


def headline(past: Sequence[Row], ahead: Sequence[Row], revenue: Sequence[Row]) -> str:
    """Subscribers today and a month on, and what they pay."""
    now = past[-1]["value"]
    if not ahead:
        return f"{number(now, 'users')} subscribers, too young a business to say how many there will be"
    then, worth = ahead[-1]["value"], revenue[-1]["value"]
    return (
        f"{number(round(then), 'users')} subscribers expected on {long_day(ahead[-1]['event_date'])}, "
        f"{difference(now, then, 'users')} on today's {number(now, 'users')}, worth {dollars(worth)} a month"
    )


def subtitle(ahead: Sequence[Row], who: str) -> str:
    """Unit, window, population and interval."""
    said = f"Active subscribers, {who.lower()}, by day; expected from trials and subscriptions by age."
    if not ahead or ahead[-1]["low_80"] is None:
        return f"{said} Too few past forecasts tell how sure that is."
    low, high = (number(ahead[-1][end], "users") for end in ("low_80", "high_80"))
    return f"{said} The last day lies between {low} and {high} with 80% probability."


def dollars(value: float) -> str:
    """Such as `$4,695`."""
    return f"${value:,.0f}"


def fan_of(past: Sequence[Row], ahead: Sequence[Row]) -> Fan:
    """The fan of a series after the last sixteen weeks."""
    shown = past[-PAST_DAYS:]
    return Fan(
        [row["event_date"] for row in shown],
        [row["value"] for row in shown],
        [row["event_date"] for row in ahead],
        [row["value"] for row in ahead],
        limits_of(ahead) if ahead else {},
        "users",
    )


def flows(rows: Sequence[Row], segment: tuple[str, str]) -> pl.DataFrame:
    """Trials, conversions and cancellations of the last four weeks, and as expected of the next."""
    found: list[Row] = []
    for metric, label in FLOWS.items():
        past, ahead = of_metric(rows, metric, segment)
        found.append(
            {
                "flow": label,
                "last 28 days": round(sum(row["value"] for row in past[-MONTH:])),
                "next 28 days": round(sum(row["value"] for row in ahead)),
            }
        )
    return pl.DataFrame(found)


def trial_cohort(kpis: pl.DataFrame, segment: tuple[str, str], last_day: date) -> tuple[int, int]:
    """Trials begun between 28 and 55 days before the last day, and those that subscribed within 28 days."""
    own = kpis.filter(
        (pl.col("dimension") == segment[0])
        & (pl.col("segment") == segment[1])
        & (pl.col("event_date") > last_day - timedelta(days=MONTH))
        & (pl.col("event_date") <= last_day)
    )
    return int(own["trials_28d"].sum()), int(own["converted_28d"].sum())


def cohort_in_words(trials: int, paid: int) -> str:
    """How many trials became subscriptions."""
    if trials < LEAST_TRIALS:
        return f"Too few trials ({trials}) to say how many convert."
    return (
        f"{percent(paid / trials)} of {trials:,} trials subscribed within 28 days; {trials - paid:,} did not."
    )


def cohort_chart(trials: int, paid: int) -> go.Figure:
    """Two bars from zero: trials, and those that came to pay."""
    names, counts = ["Trials", "Paid within 28 days"], [trials, paid]
    share = f" · {percent(paid / trials)}" if trials >= LEAST_TRIALS else ""
    figure = go.Figure(
        go.Bar(
            x=counts,
            y=names,
            orientation="h",
            marker={"color": BLUE},
            text=[f"{trials:,}", f"{paid:,}{share}"],
            textposition="outside",
            cliponaxis=False,
            hoverinfo="skip",
        )
    )
    figure.update_layout(
        height=150,
        margin={"l": 130, "r": 70, "t": 8, "b": 24},
        xaxis={"gridcolor": GRID, "nticks": 4, "rangemode": "tozero", "fixedrange": True, "zeroline": False},
        yaxis={"autorange": "reversed", "fixedrange": True},
    )
    return figure


def as_frame(past: Sequence[Row], ahead: Sequence[Row]) -> pl.DataFrame:
    """What the fan shows, for download."""
    names = (
        "event_date",
        "is_forecast",
        "value",
        *(f"{e}_{level}" for level in LEVELS for e in ("low", "high")),
    )
    return pl.DataFrame(
        [{name: row[name] for name in names} for row in (*past, *ahead)], infer_schema_length=None
    )
