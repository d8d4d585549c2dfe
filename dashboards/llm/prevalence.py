"""How many answers are unsupported, three ways side by side: in words, and as intervals a row a group."""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboards.charts import BLUE, GREEN, GRID, VERMILLION, error_bar
from dashboards.formats import long_day, percent
from dashboards.llm.sources import in_chart
from dashboards.reader import Row

COLUMNS = (
    "criterion", "judge", "labels_by", "period", "first_date", "last_date", "dimension", "segment", "method",
    "estimate", "low", "high", "labels", "judged", "lambda", "effective_labels", "human_alpha",
)  # fmt: skip
METHODS = {
    "ppi": ("labels and detector together", BLUE, "circle", 0.12),
    "labels_only": ("labels alone", GREEN, "diamond", 0.26),
    "naive": ("the detector’s word", VERMILLION, "square-open", 0.40),
}
LEGEND = "● labels and detector together · ◆ labels alone · □ the detector’s word, no estimate"
LABELS_BY = {"Experts": "panel", "Consensus": "consensus"}
DIMENSIONS = {"overall": "", "feature": "", "model_version": "model ", "prompt_version": "prompt "}
ROW_HEIGHT = 58
TEXT_AT = -0.2
WARNING = (
    "A flag is a weak signal about one answer and no rate. The detector’s mean (□) is shown to warn "
    "of it: its "
    "interval is narrow because there are many answers, not because it is right. The rate is ●."
)


def chosen(rows: Sequence[Row], labels_by: str, judge: str = "detector") -> list[Row]:
    """Rows about unsupported answers over all days, by one kind of label and one judge."""
    wanted = {"criterion": "unsupported", "judge": judge, "labels_by": labels_by, "period": "all"}
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


def of(rows: Sequence[Row], method: str, dimension: str = "overall", segment: str = "all") -> Row | None:
    """The row of a method and a group; None where it has no interval."""
    wanted = {"method": method, "dimension": dimension, "segment": segment}
    found = (row for row in rows if all(row[name] == value for name, value in wanted.items()))
    row = next(found, None)
    return None if row is None or row["estimate"] is None or row["low"] is None else row


def headline(rows: Sequence[Row]) -> str:
    """The share with its interval, and whether the detector's word would have misled."""
    both, naive = of(rows, "ppi"), of(rows, "naive")
    if both is None:
        return "Too few labels of experts to say how many answers are unsupported"
    told = f"{percent(both['estimate'])} of answers make an unsupported claim ({_range(both)})"
    if naive is None:
        return told
    if both["low"] <= naive["estimate"] <= both["high"]:
        return f"{told}; the detector’s word, {percent(naive['estimate'])}, lies within"
    side = "too high" if naive["estimate"] > both["high"] else "too low"
    return f"{told}; the detector’s word, {percent(naive['estimate'])}, is {side}"


def subtitle(rows: Sequence[Row]) -> str:
    """Metric, unit, window, population, n."""
    row = of(rows, "ppi") or rows[0]
    alpha = "" if row["human_alpha"] is None else f" · experts agree to α = {row['human_alpha']:.2f}"
    return (
        "Share of captured answers with a claim that their source does not support, in %, 95% intervals · "
        f"{long_day(row['first_date'])} to {long_day(row['last_date'])} · n = {row['labels']:,} answers "
        f"labelled, {row['judged']:,} scored by the detector alone{alpha}"
    )


def gain(rows: Sequence[Row]) -> str:
    """What the detector adds to the labels, in a sentence; empty where it is not known."""
    row = of(rows, "ppi")
    if row is None or row["lambda"] is None or row["effective_labels"] is None:
        return ""
    used = f"The detector counts with weight {row['lambda']:.2f} of 1"
    if row["effective_labels"] <= row["labels"]:
        return (
            f"{used}; labels of thin weeks weigh more, so that {row['labels']:,} labels are worth "
            f"{row['effective_labels']:,.0f} evenly drawn ones."
        )
    return f"{used}: {row['labels']:,} labels are worth {row['effective_labels']:,.0f} without it."


def other_labels(rows: Sequence[Row], shown: str) -> str:
    """What the other kind of label gives, in a sentence; empty where there is none."""
    other = next(name for name in LABELS_BY.values() if name != shown)
    row = of(chosen(rows, other), "ppi")
    if row is None:
        return ""
    kind = (
        "If experts’ own errors are allowed for (Dawid–Skene)"
        if other == "consensus"
        else "By the experts’ mean"
    )
    return f"{kind}: {percent(row['estimate'])} ({_range(row)})."


def groups(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """Dimension and segment of each row of the chart."""
    pairs = dict.fromkeys((row["dimension"], row["segment"]) for row in rows)
    order = list(DIMENSIONS)
    return sorted((pair for pair in pairs if pair[0] in order), key=lambda pair: order.index(pair[0]))


def label(dimension: str, segment: str) -> str:
    """Such as `All answers`, `quiz`, `model tutor-2`."""
    if dimension == "overall":
        return "All answers"
    kind = DIMENSIONS.get(dimension, "")
    return segment if segment.startswith(kind.strip()) else f"{kind}{segment}"


def chart(rows: Sequence[Row]) -> go.Figure:
    """A row a group: its name and the estimate in words, below them three intervals."""
    shown = groups(rows)
    figure = go.Figure()
    for method, (name, color, symbol, shift) in METHODS.items():
        found = [(at, row) for at, pair in enumerate(shown) if (row := of(rows, method, *pair))]
        values = [row["estimate"] for _, row in found]
        figure.add_scatter(
            x=values,
            y=[at + shift for at, _ in found],
            mode="markers",
            marker={"color": color, "size": 9, "symbol": symbol, "line": {"color": color, "width": 1.5}},
            error_x=error_bar(values, [r["low"] for _, r in found], [r["high"] for _, r in found], color),
            customdata=[f"{name}: {percent(row['estimate'])} ({_range(row)}), {_n(row)}" for _, row in found],
            hovertemplate="%{customdata}<extra></extra>",
            name=name,
        )
    for at, pair in enumerate(shown):
        row = of(rows, "ppi", *pair)
        labels = max((r["labels"] for r in rows if (r["dimension"], r["segment"]) == pair), default=0)
        words = f"{percent(row['estimate'])} ({_range(row)})" if row else "too few"
        text = {"y": at + TEXT_AT, "xref": "paper", "showarrow": False, "font": {"size": 12}}
        figure.add_annotation(text=f"<b>{in_chart(label(*pair))}</b>", x=0, xanchor="left", **text)
        figure.add_annotation(text=f"{words}, n = {labels:,}", x=1, xanchor="right", **text)
    return _framed(figure, rows, len(shown))


def _framed(figure: go.Figure, rows: Sequence[Row], count: int) -> go.Figure:
    top = max((row["high"] for row in rows if row["high"] is not None), default=0.1)
    axis = {"gridcolor": GRID, "zeroline": False, "fixedrange": True}
    return figure.update_layout(
        height=ROW_HEIGHT * count + 36,
        margin={"l": 6, "r": 6, "t": 4, "b": 30},
        showlegend=False,
        hovermode="closest",
        xaxis={"range": [0, top * 1.06], "tickformat": ".0%", "nticks": 6, **axis},
        yaxis={
            "range": [count - 0.4, -0.45],
            "tickvals": [at + 0.58 for at in range(count - 1)],
            "showticklabels": False,
            **axis,
        },
    )


def _range(row: Row) -> str:
    return f"{percent(row['low'])} to {percent(row['high'])}"


def _n(row: Row) -> str:
    if row["method"] == "naive":
        return f"n = {row['judged'] + row['labels']:,} answers"
    return f"n = {row['labels']:,} labels"
