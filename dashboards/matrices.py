"""Heat maps with their numbers written in: how each of some rows stands to each of some columns."""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboards.charts import GREY

ROW_HEIGHT, LINE_HEIGHT, CHARACTER = 36, 14, 6.2
WIDEST_NAME = 20


def matrix(
    values: list[list[float | None]],
    texts: list[list[str]],
    hovers: list[list[str]],
    names: tuple[Sequence[str], Sequence[str]],
    colors: tuple[tuple[tuple[float, str], ...], float, float],
) -> go.Figure:
    """A heat map with its numbers written in, first row on top; names of columns stand upright."""
    rows, columns = names
    scale, low, high = colors
    figure = go.Figure()
    figure.add_heatmap(
        z=values,
        x=list(range(len(columns))),
        y=list(range(len(rows))),
        customdata=hovers,
        hovertemplate="%{customdata}<extra></extra>",
        colorscale=[list(stop) for stop in scale],
        zmin=low,
        zmax=high,
        showscale=False,
        xgap=2,
        ygap=2,
    )
    for y, line in enumerate(texts):
        for x, text in enumerate(line):
            figure.add_annotation(x=x, y=y, text=text, showarrow=False, font={"size": 11})
    heads = [broken(name, WIDEST_NAME) for name in columns]
    sides = [broken(name, WIDEST_NAME) for name in rows]
    tallest = max((side.count("<br>") + 1 for side in sides), default=1)
    row_height = max(ROW_HEIGHT, LINE_HEIGHT * tallest + 4)
    longest = max((len(line) for head in heads for line in head.split("<br>")), default=0)
    top = 16 + CHARACTER * longest
    figure.update_layout(
        height=round(top) + 8 + row_height * len(rows),
        margin={"l": 8, "r": 8, "t": round(top), "b": 8},
        plot_bgcolor="rgba(0,0,0,0)",
        xaxis={
            "side": "top",
            "tickvals": list(range(len(columns))),
            "ticktext": heads,
            "tickangle": -90,
            "fixedrange": True,
            "showgrid": False,
            "zeroline": False,
        },
        yaxis={
            "tickvals": list(range(len(rows))),
            "ticktext": sides,
            "range": [len(rows) - 0.5, -0.5],
            "automargin": True,
            "fixedrange": True,
            "showgrid": False,
            "zeroline": False,
            "linecolor": GREY,
        },
    )
    return figure


def broken(name: str, width: int) -> str:
    """A name in lines of about so many characters."""
    lines: list[str] = []
    for word in name.split(" "):
        if lines and len(lines[-1]) + len(word) < width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return "<br>".join(lines)
