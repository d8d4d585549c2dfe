"""The power-user curve: on how many days of the window users were active, now and four weeks earlier."""

from collections.abc import Sequence

import plotly.graph_objects as go
import polars as pl

from dashboards.charts import BLUE, GREY, GRID
from dashboards.formats import long_day, percent
from dashboards.reader import Row

FEWEST_USERS = 50
HEAVY = {7: 5, 28: 20}
"""Active days from which a user of a window counts as a power user in the headline."""
COLUMNS = (
    "window_days",
    "active_days",
    "users",
    "share",
    "established_users",
    "established_share",
    "previous_established_users",
    "previous_established_share",
)
GUIDE = (
    "**Established**: first seen by the first day of the window; newcomers could not be active on all of it"
)


def heavy_share(rows: Sequence[Row], column: str, window: int) -> float | None:
    """Share of the users of a column who were active on the days of a power user; None of too few.

    Args:
        rows: of `behaviour.power_users`, one segment and window.
        column: `established_users` or `previous_established_users`.
        window: days of the window.
    """
    counts = {row["active_days"]: row[column] for row in rows}
    if not counts or None in counts.values() or sum(counts.values()) < FEWEST_USERS:
        return None
    return sum(n for days, n in counts.items() if days >= HEAVY[window]) / sum(counts.values())


def headline(rows: Sequence[Row], window: int) -> str:
    """The share of power users and how it moved."""
    now = heavy_share(rows, "established_users", window)
    if now is None:
        return f"Too few established users in the last {window} days for a curve"
    before = heavy_share(rows, "previous_established_users", window)
    told = f"{percent(now)} of established users were active on {HEAVY[window]} or more of {window} days"
    return told if before is None else f"{told}, {percent(before)} four weeks earlier"


def subtitle(rows: Sequence[Row], window: int, population: str) -> str:
    """Metric, unit, window, n and population of the curve."""
    n = sum(row["established_users"] for row in rows)
    newcomers = sum(row["users"] for row in rows) - n
    return (
        f"Share of established active users by active days within {window} days to "
        f"{long_day(rows[0]['as_of_date'])}, n = {n:,} ({newcomers:,} newcomers left out) · {population}"
    )


def as_table(rows: Sequence[Row]) -> pl.DataFrame:
    """What is drawn, for download."""
    return pl.DataFrame({name: [row[name] for row in rows] for name in COLUMNS})


def chart(rows: Sequence[Row]) -> go.Figure:
    """Bars of now before a grey line of four weeks earlier."""
    ordered = sorted(rows, key=lambda row: row["active_days"])
    days = [row["active_days"] for row in ordered]
    figure = go.Figure()
    figure.add_bar(
        x=days,
        y=[row["established_share"] for row in ordered],
        name="Now",
        marker={"color": BLUE},
        customdata=[row["established_users"] for row in ordered],
        hovertemplate="%{y:.1%}, n = %{customdata:,}<extra>now</extra>",
    )
    if ordered and ordered[0]["previous_established_share"] is not None:
        figure.add_scatter(
            x=days,
            y=[row["previous_established_share"] for row in ordered],
            name="Four weeks earlier",
            mode="lines+markers",
            line={"color": GREY.replace("0.55", "0.95"), "width": 2},
            marker={"size": 4},
            hovertemplate="%{y:.1%}<extra>four weeks earlier</extra>",
        )
    figure.update_layout(
        height=380,
        margin={"l": 48, "r": 14, "t": 30, "b": 48},
        hovermode="x unified",
        bargap=0.2,
        showlegend=True,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        xaxis={"title": {"text": "active days"}, "showgrid": False, "fixedrange": True, "nticks": 10},
        yaxis={
            "tickformat": ".0%",
            "gridcolor": GRID,
            "nticks": 5,
            "fixedrange": True,
            "rangemode": "tozero",
        },
    )
    return figure
