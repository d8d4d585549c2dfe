"""A reliability diagram: shares that came true, with intervals, beside the probabilities they were given."""

from collections.abc import Sequence
from typing import NamedTuple

import plotly.graph_objects as go

from dashboards.charts import BLUE, GREY, error_bar


class Tenth(NamedTuple):
    """Cases of like probability.

    Attributes:
        place: their probability.
        share: share that came true.
        low: lower limit of its interval.
        high: upper limit.
        told: what is said of it on hovering.
    """

    place: float
    share: float
    low: float
    high: float
    told: str


def reliability(tenths: Sequence[Tenth], of: str, line: str, top: float = 1.0) -> go.Figure:
    """Tenths on and off the line on which both agree; without a frame.

    Args:
        tenths: what is drawn.
        of: what they are tenths of, such as `users`.
        line: what the line is called.
        top: where the line ends.
    """
    figure = go.Figure()
    figure.add_scatter(
        x=[0, top],
        y=[0, top],
        mode="lines",
        line={"color": GREY, "dash": "dash"},
        hoverinfo="skip",
        name=line,
    )
    shares = [tenth.share for tenth in tenths]
    figure.add_scatter(
        x=[tenth.place for tenth in tenths],
        y=shares,
        mode="markers",
        marker={"color": BLUE, "size": 9},
        error_y=error_bar(shares, [tenth.low for tenth in tenths], [tenth.high for tenth in tenths], BLUE),
        customdata=[tenth.told for tenth in tenths],
        hovertemplate="%{customdata}<extra></extra>",
        name=f"tenths of {of}",
    )
    figure.add_annotation(
        x=0.7 * top, y=0.7 * top, text=line, showarrow=False, xanchor="right", xshift=-6, yshift=8,
        font={"size": 12},
    )  # fmt: skip
    return figure
