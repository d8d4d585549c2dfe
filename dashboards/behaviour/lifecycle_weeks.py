"""Lifecycle by week: who the active users of a day are, and whom the product gains and loses.

A week is seven days that end on the day the page is about, so that none is partial.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import plotly.graph_objects as go
import polars as pl

from dashboards.charts import BLUE, GREEN, GREY, GRID, ORANGE, PURPLE, VERMILLION
from dashboards.formats import difference, long_day, number, percent
from dashboards.reader import Row

WEEK = 7
MONTH_WEEKS = 4
FEWEST_USERS = 30
LABELS = {
    "current": "Current",
    "new": "New",
    "reactivated": "Reactivated",
    "resurrected": "Resurrected",
}
COLORS = {"current": BLUE, "new": GREEN, "reactivated": PURPLE, "resurrected": ORANGE}
PERIODS = {"Daily": 1, "Weekly": 7, "Monthly": 28}
SHORT = {1: "DAU", 7: "WAU", 28: "MAU"}
STATES_GUIDE = (
    "**Current**: also active within the 6 days before; **reactivated**: not for 7 to 27 days; "
    "**resurrected**: not for 28 or more; **new**: first seen"
)
GAINS_GUIDE = (
    "**Gained**: first seen, or back in the period after having left it; **lost**: in the period on the eve "
    "and not on the day; **quick ratio**: gained over lost in 7 days"
)


def weeks(last_day: date, first_day: date, most: int | None) -> list[date]:
    """Last days of the whole weeks between two days, oldest first; at most so many."""
    held = ((last_day - first_day).days + 1) // WEEK
    count = held if most is None else min(held, most)
    return [last_day - timedelta(days=WEEK * back) for back in range(count - 1, -1, -1)]


def active_by_state(rows: Sequence[Row], ends: Sequence[date]) -> pl.DataFrame:
    """Mean daily users of each active state by week: week_end and a column a state.

    Args:
        rows: of `behaviour.lifecycle_daily`, one segment.
        ends: last days of weeks, in order.
    """
    sums = dict.fromkeys(((end, state) for end in ends for state in LABELS), 0)
    for row in rows:
        end = _week_of(row["event_date"], ends)
        if end is not None and row["state"] in LABELS:
            sums[end, row["state"]] += row["users"]
    columns = {state: [sums[end, state] / WEEK for end in ends] for state in LABELS}
    return pl.DataFrame({"week_end": list(ends), **columns})


def states_headline(table: pl.DataFrame) -> str:
    """How daily users moved in four weeks and which state moved them most."""
    if table.is_empty():
        return "There is no whole week yet"
    totals = table.select(pl.sum_horizontal(*LABELS)).to_series().to_list()
    if totals[-1] == 0:
        return "Nobody was active in the last week"
    top = max(LABELS, key=lambda state: table[state][-1])
    if len(totals) <= MONTH_WEEKS or totals[-1 - MONTH_WEEKS] == 0:
        share = percent(table[top][-1] / totals[-1])
        return f"{number(totals[-1], 'users')} users are active a day; {share} of them are {top}"
    before, now = totals[-1 - MONTH_WEEKS], totals[-1]
    steps = {state: table[state][-1] - table[state][-1 - MONTH_WEEKS] for state in LABELS}
    sign = 1 if now >= before else -1
    lead = max(steps, key=lambda state: sign * steps[state])
    if round(now) == round(before):
        return f"Daily active users stayed at {number(now, 'users')} in four weeks"
    verb = "grew" if sign > 0 else "fell"
    moved = difference(before, now, "users").lstrip("+-")
    told = f"{'+' if sign > 0 else '-'}{number(abs(steps[lead]), 'users')} a day"
    return f"Daily active users {verb} by {moved} in four weeks, led by {lead} users ({told})"


def states_subtitle(ends: Sequence[date], population: str) -> str:
    """Metric, unit, window and population of the chart of states."""
    if not ends:
        return population
    return (
        f"Mean daily active users by lifecycle state, weeks ending {long_day(ends[0])} to "
        f"{long_day(ends[-1])} · {population}"
    )


def states_chart(table: pl.DataFrame) -> go.Figure:
    """Stacked bars by week, the most usual state at the bottom, labelled at the right."""
    figure = go.Figure()
    for state, label in LABELS.items():
        figure.add_bar(
            x=table["week_end"].to_list(),
            y=table[state].to_list(),
            name=label,
            marker={"color": COLORS[state]},
            hovertemplate="%{y:,.0f}<extra>" + label + "</extra>",
        )
    figure.update_layout(barmode="stack", hovermode="x unified", **_layout(320))
    figure.update_layout(legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0})
    return figure


def gains_by_week(rows: Sequence[Row], ends: Sequence[date]) -> pl.DataFrame:
    """Users gained and lost by week: week_end, new_users, resurrected_users, churned_users, quick_ratio.

    Args:
        rows: of `behaviour.growth_accounting_daily`, one segment and period.
        ends: last days of weeks, in order.
    """
    names = ("new_users", "resurrected_users", "churned_users")
    sums = {end: dict.fromkeys(names, 0) for end in ends}
    ratios: dict[date, float | None] = {}
    for row in rows:
        end = _week_of(row["event_date"], ends)
        if end is None:
            continue
        for name in names:
            sums[end][name] += row[name]
        if row["event_date"] == end:
            ratios[end] = row["quick_ratio"]
    counts = {name: [sums[end][name] for end in ends] for name in names}
    told = pl.Series([ratios.get(end) for end in ends], dtype=pl.Float64)
    return pl.DataFrame({"week_end": list(ends), **counts, "quick_ratio": told})


def gains_headline(table: pl.DataFrame, period: int) -> str:
    """Gains against losses in the last week, and how often gains won before."""
    if table.is_empty():
        return "There is no whole week yet"
    last = table.row(-1, named=True)
    gained, lost, name = last["new_users"] + last["resurrected_users"], last["churned_users"], SHORT[period]
    if gained + lost < FEWEST_USERS:
        return f"Too few users came to or left {name} in the last week to tell growth from noise"
    if last["quick_ratio"] is None:
        return f"{name} gained {number(gained, 'users')} users in the last week and lost none"
    known = [value for value in table["quick_ratio"].tail(8).to_list() if value is not None]
    won = sum(value > 1 for value in known)
    return (
        f"{name} gained {last['quick_ratio']:.2f} users for each one lost in the last week; "
        f"it grew in {won} of the last {len(known)} weeks"
    )


def gains_subtitle(ends: Sequence[date], period: int, population: str) -> str:
    """Metric, unit, window and population of the chart of gains and losses."""
    if not ends:
        return population
    days = f"within {period} days" if period > 1 else "on a day"
    return (
        f"Users a week who entered (above 0) and left (below 0) those active {days}, weeks ending "
        f"{long_day(ends[0])} to {long_day(ends[-1])} · {population}"
    )


def gains_chart(table: pl.DataFrame) -> go.Figure:
    """Gains above zero, losses below it."""
    figure = go.Figure()
    for name, label, color, sign in (
        ("new_users", "New", GREEN, 1),
        ("resurrected_users", "Came back", BLUE, 1),
        ("churned_users", "Lost", VERMILLION, -1),
    ):
        figure.add_bar(
            x=table["week_end"].to_list(),
            y=(sign * table[name]).to_list(),
            name=label,
            marker={"color": color},
            customdata=table[name].to_list(),
            hovertemplate="%{customdata:,}<extra>" + label + "</extra>",
        )
    figure.update_layout(barmode="relative", hovermode="x unified", **_layout(300))
    figure.update_layout(legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0})
    figure.update_yaxes(zeroline=True, zerolinecolor=GREY)
    return figure


def ratio_chart(table: pl.DataFrame) -> go.Figure:
    """The quick ratio by week about the line where gains and losses are even."""
    figure = go.Figure()
    ratios = table["quick_ratio"].to_list()
    figure.add_scatter(
        x=table["week_end"].to_list(),
        y=ratios,
        mode="lines+markers",
        line={"color": BLUE, "width": 2.5},
        marker={"color": BLUE, "size": 5},
        hovertemplate="%{y:.2f}<extra>quick ratio</extra>",
    )
    figure.add_hline(y=1, line={"color": GREY, "dash": "dot"})
    figure.update_layout(hovermode="x", showlegend=False, **_layout(300))
    top = max((value for value in ratios if value is not None), default=1.0)
    figure.update_yaxes(range=[0, max(1.2, 1.1 * top)], tickformat=".1f")
    return figure


def _week_of(day: date, ends: Sequence[date]) -> date | None:
    """The last day of the week that a day belongs to; None outside them."""
    if not ends or day > ends[-1]:
        return None
    back = (ends[-1] - day).days // WEEK
    return ends[-1 - back] if back < len(ends) else None


def _layout(height: int) -> dict[str, Any]:
    axis = {"showgrid": False, "fixedrange": True, "tickformat": "%-d %b\n%Y", "nticks": 6}
    value = {"gridcolor": GRID, "zeroline": False, "fixedrange": True, "nticks": 5, "tickformat": "~s"}
    return {
        "height": height,
        "margin": {"l": 48, "r": 14, "t": 30, "b": 48},
        "bargap": 0.15,
        "xaxis": axis,
        "yaxis": value,
    }
