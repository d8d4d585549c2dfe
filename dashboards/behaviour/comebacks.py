"""N-day retention, survival and retention by frequency: what the curves say, as figures and in words."""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboards.behaviour.curves import Curve, Point
from dashboards.charts import BLUE, GRID, MOST_SERIES, VERMILLION, error_bar
from dashboards.formats import listed, p_value, percent
from dashboards.reader import Row
from dashboards.vocabulary import in_words

MINIMUM_N = 30
DIMENSIONS = {
    "Everyone": "overall",
    "Role": "role",
    "Channel": "acquisition_channel",
    "First feature": "first_feature",
}
CURVES = {"On day N": "n_day", "On day N or later": "unbounded"}
READ_AT = (1, 7, 30, 90)


def segment_name(segment: str) -> str:
    """Such as `Organic search`; `Everyone` for all."""
    return "Everyone" if segment == "all" else in_words(segment)


def largest(rows: Sequence[Row], size: str) -> list[str]:
    """Segments with most users, at most five."""
    sizes: dict[str, int] = {}
    for row in rows:
        sizes[row["segment"]] = max(sizes.get(row["segment"], 0), row[size])
    return sorted(sizes, key=lambda segment: (-sizes[segment], segment))[:MOST_SERIES]


def pooled(rows: Sequence[Row], measure: str, dimension: str) -> list[Row]:
    """Cells over all cohorts of a measure and dimension, without day 0, by day."""
    found = [
        row
        for row in rows
        if (row["measure"], row["cohort_grain"], row["dimension"]) == (measure, "all", dimension)
        and row["period"] > 0
    ]
    return sorted(found, key=lambda row: row["period"])


def retention_curves(cells: Sequence[Row]) -> list[Curve]:
    """A curve a segment, of days that enough users were watched for."""
    return [
        Curve(
            segment_name(segment), [_cell(row) for row in cells if row["segment"] == segment and _enough(row)]
        )
        for segment in largest(cells, "cohort_users")
    ]


def _enough(row: Row) -> bool:
    return row["eligible_users"] >= MINIMUM_N


def _cell(row: Row) -> Point:
    ends = f"({percent(row['retention_low'])} to {percent(row['retention_high'])})"
    told = f"day {row['period']}: {percent(row['retention'])} {ends}, n = {row['eligible_users']:,}"
    return Point(row["period"], row["retention"], row["retention_low"], row["retention_high"], told)


def retention_headline(cells: Sequence[Row], measure: str) -> str:
    """The share back after some days, or which segments come back most and least."""
    known = [row for row in cells if _enough(row)]
    later = " or later" if measure == "unbounded" else ""
    if not known:
        return "Too few users were watched long enough for a curve"
    if {row["segment"] for row in known} == {"all"}:
        at = {row["period"]: percent(row["retention"]) for row in known if row["period"] in READ_AT}
        days = listed([f"{share} on day {day}{later}" for day, share in at.items()])
        return f"Of all users, {days} are active" if at else "Too few users were watched for a week"
    day = max((day for day in READ_AT[:3] if sum(row["period"] == day for row in known) > 1), default=0)
    same = sorted((row for row in known if row["period"] == day), key=lambda row: row["retention"])
    if len(same) < 2:
        only = segment_name(known[0]["segment"])
        is_alone = len({row["segment"] for row in cells}) == 1
        return f"All users are {only}: nothing to compare" if is_alone else "Too few users to compare"
    least, most = same[0], same[-1]
    apart = (
        "their intervals are apart"
        if least["retention_high"] < most["retention_low"]
        else "their intervals overlap"
    )
    return (
        f"On day {day}{later}, {segment_name(most['segment'])} {percent(most['retention'])} and "
        f"{segment_name(least['segment'])} {percent(least['retention'])} are the ends: {apart}"
    )


def retention_subtitle(cells: Sequence[Row], measure: str) -> str:
    """What the curve shows of whom."""
    users = sum({row["segment"]: row["cohort_users"] for row in cells}.values())
    what = (
        "Share active exactly N days after the first active day, of users watched that long"
        if measure == "n_day"
        else "Share active on day N or any later day, of users watched for 27 days more"
    )
    return f"{what} · all cohorts, {users:,} users · ribbon: 95% interval{left_out(cells, 'cohort_users')}"


def left_out(rows: Sequence[Row], size: str) -> str:
    """How many segments a chart has no room for."""
    others = len({row["segment"] for row in rows}) - len(largest(rows, size))
    return f" · the {MOST_SERIES} largest of {MOST_SERIES + others}" if others > 0 else ""


def survival_curves(rows: Sequence[Row]) -> list[Curve]:
    """A curve a segment but for day 0, up to the last day on which enough users of each were at risk."""
    drawn = largest(rows, "at_risk_users")
    enough = [row for row in rows if row["day"] > 0 and row["at_risk_users"] >= MINIMUM_N]
    ends = {
        segment: max((r["day"] for r in enough if r["segment"] == segment), default=0) for segment in drawn
    }
    last = min((end for end in ends.values() if end), default=0)
    return [
        Curve(
            segment_name(segment),
            [
                Point(row["day"], row["survival"], row["survival_low"], row["survival_high"], _survived(row))
                for row in sorted(enough, key=lambda row: row["day"])
                if row["segment"] == segment and row["day"] <= last
            ],
        )
        for segment in drawn
    ]


def _survived(row: Row) -> str:
    ends = f"({percent(row['survival_low'])} to {percent(row['survival_high'])})"
    return f"day {row['day']}: {percent(row['survival'])} {ends}, {row['at_risk_users']:,} at risk"


def survival_headline(rows: Sequence[Row], name: str) -> str:
    """When half have fallen silent, or whether segments do so at different paces."""
    if len({row["segment"] for row in rows}) == 1:
        halves = [row["day"] for row in rows if row["survival"] <= 0.5 and row["at_risk_users"] >= MINIMUM_N]
        return (
            f"Half of users fall silent within {min(halves)} days"
            if halves
            else "Fewer than half fall silent"
        )
    p = rows[0]["log_rank_p_value"]
    if p is None:
        return f"Too few silences to compare by {name.lower()}"
    test = f"log-rank χ² = {rows[0]['log_rank_statistic']:.1f}, {p_value(p)}"
    verdict = "at different paces" if p < 0.05 else "at paces that chance alone can explain"
    return f"By {name.lower()}, users fall silent {verdict} ({test})"


def survival_subtitle(rows: Sequence[Row]) -> str:
    """What survives, and how those not watched long enough are treated."""
    users = sum(row["at_risk_users"] for row in rows if row["day"] == 0)
    return (
        "Share whose first 28 days without activity have not begun (Kaplan–Meier) · users are watched up to "
        f"28 days before the last day of the data · {users:,} users · ribbon: 95% interval"
        f"{left_out(rows, 'at_risk_users')}"
    )


def frequency_rows(rows: Sequence[Row], window: int) -> list[Row]:
    """Everyone's groups of a window, by later period and active days, where enough were watched."""
    own = [row for row in rows if row["window_days"] == window and row["dimension"] == "overall"]
    return sorted((row for row in own if _enough(row)), key=lambda row: (row["from_day"], row["active_days"]))


def frequency_headline(rows: Sequence[Row]) -> str:
    """Later retention of those with one active day beside those with the most."""
    first = [row for row in rows if row["from_day"] == rows[0]["from_day"]]
    if len(first) < 2:
        return "Too few users to compare by how often they came at first"
    least, most = first[0], first[-1]
    return (
        f"Of users with {_days(most)} in their first {most['window_days']}, {percent(most['retention'])} are "
        f"back in {_later(most)}; of those with {_days(least)}, {percent(least['retention'])}"
    )


def frequency_subtitle(rows: Sequence[Row]) -> str:
    """That it is an association, of how many users."""
    users = sum({row["active_days"]: row["users"] for row in rows}.values())
    return (
        f"Share active at least once in the later period · {users:,} users · bars: 95% interval · an "
        "association: who comes often at first differs in much else; what a nudge does, an experiment tells"
    )


def frequency_chart(rows: Sequence[Row]) -> go.Figure:
    """A dot with its interval for each number of active days, a series a later period."""
    figure = go.Figure()
    top = 1.12 * max((row["retention_high"] for row in rows), default=1.0)
    for at, (start, color) in enumerate(
        zip(dict.fromkeys(row["from_day"] for row in rows), (BLUE, VERMILLION), strict=False)
    ):
        own = [row for row in rows if row["from_day"] == start]
        shares, lows, highs = (
            [row[name] for row in own] for name in ("retention", "retention_low", "retention_high")
        )
        figure.add_scatter(
            x=[row["active_days"] + (0.12 * at - 0.06) for row in own],
            y=shares,
            error_y=error_bar(shares, lows, highs, color),
            mode="markers",
            marker={"color": color, "size": 9},
            customdata=[_came_back(row) for row in own],
            hovertemplate="%{customdata}<extra></extra>",
            name=_later(own[0]),
        )
        figure.add_annotation(
            text=f'<span style="color:{color}">●</span> {_later(own[0])}', x=0.02, xref="paper",
            xanchor="left", y=1 - 0.1 * at, yref="paper", yanchor="top", showarrow=False, font={"size": 12},
        )  # fmt: skip
    figure.update_layout(
        height=300,
        margin={"l": 48, "r": 12, "t": 12, "b": 48},
        showlegend=False,
        xaxis={"tickvals": [1, 2, 3, 4, 5], "ticktext": ["1", "2", "3", "4", "5+"], "range": [0.5, 5.5],
               "title": {"text": "active days at first"}, "showgrid": False, "fixedrange": True,
               "zeroline": False},
        yaxis={"range": [0, top], "tickformat": ".0%", "nticks": 5, "gridcolor": GRID, "zeroline": False,
               "fixedrange": True},
    )  # fmt: skip
    return figure


def _came_back(row: Row) -> str:
    share = f"{percent(row['retention'])} back in {_later(row)}"
    return f"{_days(row)}: {share}, n = {row['eligible_users']:,}"


def _days(row: Row) -> str:
    more = " or more" if row["active_days"] == 5 else ""
    return f"{row['active_days']}{more} active day{'' if row['active_days'] == 1 else 's'}"


def _later(row: Row) -> str:
    return f"days {row['from_day']} to {row['to_day']}"
