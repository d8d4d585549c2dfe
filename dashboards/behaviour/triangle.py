"""The triangle of cohorts: a row a cohort, a column a period, darker where more came back."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import plotly.graph_objects as go

from dashboards.charts import HUE
from dashboards.formats import percent
from dashboards.reader import Row

MINIMUM_N = 30
MOST_COHORTS = 26
MOST_PERIODS = 12
ROW_HEIGHT, FRAME = 24, 88
HATCH = "rgba(90, 90, 90, 0.75)"


class Grain(NamedTuple):
    """What a triangle's columns and rows are.

    Attributes:
        measure: of `behaviour.cohort_retention`.
        cohort_grain: week or month.
        axis: title of the columns.
    """

    measure: str
    cohort_grain: str
    axis: str


GRAINS = {
    "Weeks": Grain("week", "week", "weeks since the first active day"),
    "Months": Grain("month", "month", "months of 28 days since the first active day"),
    "Brackets": Grain("bracket", "week", "days since the first active day"),
}


def cells(rows: Sequence[Row], grain: Grain, dimension: str, segment: str) -> list[Row]:
    """Cells of a triangle but for the constant first period: the newest cohorts, the first periods."""
    own = [
        row
        for row in rows
        if (row["measure"], row["cohort_grain"]) == (grain.measure, grain.cohort_grain)
        and (row["dimension"], row["segment"]) == (dimension, segment)
        and row["period"] > 0
    ]
    known = sorted({row["cohort_date"] for row in own if row["eligible_users"]})[-MOST_COHORTS:]
    periods = sorted({row["period"] for row in own if row["cohort_date"] in known})[:MOST_PERIODS]
    return [row for row in own if row["cohort_date"] in known and row["period"] in periods]


def headline(pooled: Sequence[Row], shown: Sequence[Row], grain: Grain) -> str:
    """How many come back in a typical period, and how far complete cohorts differ in it."""
    enough = [row for row in pooled if row["period"] > 0 and row["eligible_users"] >= MINIMUM_N]
    if not enough:
        return "Too few users were watched long enough to tell who comes back"
    last = min(enough, key=lambda row: abs(row["from_day"] - 28))
    told = f"{percent(last['retention'])} of users are active in {_period(last, grain)}"
    complete = [
        row["retention"]
        for row in shown
        if row["period"] == last["period"] and row["is_complete"] and row["eligible_users"] >= MINIMUM_N
    ]
    if len(complete) < 2:
        return told
    return f"{told}; cohorts range from {percent(min(complete))} to {percent(max(complete))}"


def subtitle(pooled: Sequence[Row], grain: Grain, who: str) -> str:
    """Metric, unit, window and population of the triangle."""
    users = max((row["cohort_users"] for row in pooled), default=0)
    return (
        f"Share of {who} active at least once in the period, counted from each one’s first active day · "
        f"rows: {grain.cohort_grain} of that day with its users · {users:,} users in all · hatched: not all "
        f"of the cohort’s days are over, so that it tells of its earlier users · blank: nobody’s are, or "
        f"fewer than {MINIMUM_N}"
    )


def triangle(shown: Sequence[Row], grain: Grain) -> go.Figure:
    """The heat map of cells."""
    cohorts = sorted({row["cohort_date"] for row in shown})
    periods = sorted({row["period"] for row in shown})
    by_place = {(row["cohort_date"], row["period"]): row for row in shown}
    grid = [[by_place.get((cohort, period)) for period in periods] for cohort in cohorts]
    enough = [[row if row and row["eligible_users"] >= MINIMUM_N else None for row in line] for line in grid]
    figure = go.Figure()
    figure.add_heatmap(
        x=list(range(len(periods))),
        y=list(range(len(cohorts))),
        z=[[row and row["retention"] for row in line] for line in enough],
        text=[[f"{100 * row['retention']:.0f}" if row else "" for row in line] for line in enough],
        customdata=[[_hover(row, grain) if row else "" for row in line] for line in enough],
        texttemplate="%{text}",
        textfont={"size": 11},
        hovertemplate="%{customdata}<extra></extra>",
        hoverongaps=False,
        colorscale=[list(stop) for stop in HUE],
        zmin=0,
        showscale=False,
        xgap=2,
        ygap=2,
    )
    _hatch(figure, enough)
    sizes = {row["cohort_date"]: row["cohort_users"] for row in shown}
    figure.update_layout(
        height=FRAME + ROW_HEIGHT * len(cohorts),
        margin={"l": 104, "r": 8, "t": 28, "b": 40},
        showlegend=False,
        xaxis={"tickvals": list(range(len(periods))), "ticktext": [_column(by_place, p) for p in periods],
               "side": "top", "showgrid": False, "zeroline": False, "fixedrange": True},
        yaxis={"tickvals": list(range(len(cohorts))), "autorange": "reversed", "showgrid": False,
               "ticktext": [f"{_cohort(day, grain)} · {sizes[day]:,}" for day in cohorts],
               "zeroline": False, "fixedrange": True},
    )  # fmt: skip
    figure.add_annotation(
        text=grain.axis, x=0.5, xref="paper", y=0, yref="paper", yanchor="top", yshift=-8, showarrow=False,
        font={"size": 12},
    )  # fmt: skip
    return figure


def _hatch(figure: go.Figure, enough: Sequence[Sequence[Row | None]]) -> None:
    """Strokes through every cell that will still change."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for y, line in enumerate(enough):
        for x, row in enumerate(line):
            if row and not row["is_complete"]:
                for shift in (-0.3, 0.0, 0.3):
                    xs += [x + shift - 0.12, x + shift + 0.12, None]
                    ys += [y + 0.42, y - 0.42, None]
    figure.add_scatter(
        x=xs, y=ys, mode="lines", line={"color": HATCH, "width": 1}, hoverinfo="skip", name="not complete"
    )


def _column(by_place: dict[tuple[date, int], Row], period: int) -> str:
    row = next(row for (_, own), row in by_place.items() if own == period)
    return f"{row['from_day']}–{row['to_day']}" if row["measure"] == "bracket" else str(period)


def _cohort(day: date, grain: Grain) -> str:
    return day.strftime("%b %Y") if grain.cohort_grain == "month" else f"{day.day} {day:%b %y}"


def _period(row: Row, grain: Grain) -> str:
    days = f"days {row['from_day']} to {row['to_day']}"
    return days if grain.measure == "bracket" else f"{grain.measure} {row['period']} ({days})"


def _hover(row: Row, grain: Grain) -> str:
    state = (
        "" if row["is_complete"] else f"<br>of {row['cohort_users']:,} in the cohort: not all are known yet"
    )
    return (
        f"{_cohort(row['cohort_date'], grain)}, {_period(row, grain)}: {percent(row['retention'])} "
        f"({percent(row['retention_low'])} to {percent(row['retention_high'])})<br>"
        f"{row['retained_users']:,} of {row['eligible_users']:,} users{state}"
    )
