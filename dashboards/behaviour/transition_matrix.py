"""The transitions of a week as a heat table: where users of each state are a day later."""

from collections.abc import Sequence
from datetime import date, timedelta

import plotly.graph_objects as go
import polars as pl

from dashboards.charts import GREY
from dashboards.formats import long_day, percent
from dashboards.reader import Row

WEEK = 7
FEWEST_USER_DAYS = 50
LABELS = {
    "new": "New",
    "current": "Current",
    "reactivated": "Reactivated",
    "resurrected": "Resurrected",
    "at_risk_wau": "At risk (week)",
    "at_risk_mau": "At risk (month)",
    "dormant": "Dormant",
}
GUIDE = (
    "**At risk (week)**: last active 1 to 6 days ago; **at risk (month)**: 7 to 27; **dormant**: 28 or more; "
    "rates of a day, pooled over the week"
)


def mean_rates(rows: Sequence[Row], last_day: date) -> dict[tuple[str, str], tuple[float | None, int]]:
    """Share of each state's user-days that went to each state, and how many user-days there were.

    Over the seven days that end on `last_day`; the share is None below a minimum number of user-days.

    Args:
        rows: of `behaviour.lifecycle_daily`, one segment.
        last_day: last day of the week.
    """
    since = last_day - timedelta(days=WEEK - 1)
    users: dict[tuple[str, str], int] = {}
    stood: dict[str, int] = {}
    for row in rows:
        if since <= row["event_date"] <= last_day and row["previous_state"] in LABELS:
            move = row["previous_state"], row["state"]
            users[move] = users.get(move, 0) + row["users"]
            stood[move[0]] = stood.get(move[0], 0) + row["users"]
    return {
        move: (count / stood[move[0]] if stood[move[0]] >= FEWEST_USER_DAYS else None, stood[move[0]])
        for move, count in users.items()
    }


def headline(now: dict[tuple[str, str], tuple[float | None, int]], before: object = None) -> str:
    """How many of the current come back the next day, against four weeks earlier, and of the dormant.

    Args:
        now: rates of the last week, as `mean_rates` gives them.
        before: those of the week four weeks earlier; None where there is none.
    """
    kept = now.get(("current", "current"), (None, 0))[0]
    if kept is None:
        return "Too few current users to say how many come back the next day"
    earlier = before.get(("current", "current"), (None, 0))[0] if isinstance(before, dict) else None
    told = f"{percent(kept)} of current users come back the next day"
    if earlier is not None:
        told += f" ({100 * (kept - earlier):+.1f} pp in four weeks)"
    risen = now.get(("dormant", "resurrected"), (None, 0))[0]
    return told if risen is None else f"{told}, {percent(risen)} of the dormant do"


def subtitle(last_day: date, population: str) -> str:
    """Metric, window and population of the table."""
    since = last_day - timedelta(days=WEEK - 1)
    return (
        f"Share of users in a state (rows, n in user-days) by their state on the next day (columns), "
        f"{long_day(since)} to {long_day(last_day)} · {population}"
    )


def as_table(rates: dict[tuple[str, str], tuple[float | None, int]]) -> pl.DataFrame:
    """The rates as rows for download: previous_state, state, rate, user_days."""
    rows = [(before, after, rate, n) for (before, after), (rate, n) in sorted(rates.items())]
    types = {"previous_state": pl.String, "state": pl.String, "rate": pl.Float64, "user_days": pl.Int64}
    return pl.DataFrame(rows, schema=types, orient="row")


def chart(rates: dict[tuple[str, str], tuple[float | None, int]]) -> go.Figure:
    """The heat table: one hue, blank where a transition cannot be, `too few` where n is small."""
    names = list(LABELS)
    counts = {before: n for (before, _), (_, n) in rates.items()}
    shares = [[rates.get((before, after), (None, 0))[0] for after in names] for before in names]
    texts = [[_text(rates.get((before, after))) for after in names] for before in names]
    columns = [LABELS[name].replace(" (", "<br>(") for name in names]
    lines = [f"{LABELS[name]}<br>n = {counts.get(name, 0):,}" for name in names]
    figure = go.Figure()
    figure.add_heatmap(
        x=columns,
        y=lines,
        z=shares,
        text=texts,
        colorscale=[[0, "rgba(0, 114, 178, 0.06)"], [1, "rgba(0, 114, 178, 0.5)"]],
        zmin=0,
        zmax=1,
        showscale=False,
        xgap=2,
        ygap=2,
        hovertemplate="%{y} → %{x}: %{text}<extra></extra>",
    )
    # Annotations take the ink of the page; a heat map's own text guesses it from colours without their alpha.
    for line, row in zip(lines, texts, strict=True):
        for column, text in zip(columns, row, strict=True):
            figure.add_annotation(x=column, y=line, text=text, showarrow=False, font={"size": 11})
    figure.update_layout(
        height=380,
        margin={"l": 112, "r": 8, "t": 44, "b": 8},
        xaxis={"side": "top", "fixedrange": True, "showgrid": False, "tickfont": {"size": 11}},
        yaxis={
            "autorange": "reversed",
            "fixedrange": True,
            "showgrid": False,
            "tickfont": {"size": 11},
            "zerolinecolor": GREY,
        },
    )
    return figure


def _text(cell: tuple[float | None, int] | None) -> str:
    if cell is None:
        return ""
    share, n = cell
    if share is None:
        return "too few" if n else ""
    return percent(share) if share else "0%"
