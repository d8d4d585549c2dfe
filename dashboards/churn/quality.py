"""How well it is known who leaves: calibration, the recency rule beside it, the ceiling, and a warning."""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboards.charts import BLUE, GREEN, GRID, VERMILLION
from dashboards.formats import percent
from dashboards.reader import Row
from dashboards.reliability import Tenth, reliability

CARDS = "churn.model_cards"
CEILING = "validation.churn_ceiling"
RULE = "recency_rule"
LEARNT = "learnt"
COLUMNS = (
    "cut_off_date", "split", "model", "model_version", "dimension", "segment", "metric", "item", "position",
    "estimate", "low", "high", "n", "sentence",
)  # fmt: skip
MEASURES = {
    "auc": "AUC",
    "average_precision": "average precision",
    "lift_10": "lift in the top 10%",
    "brier": "Brier score (less is better)",
    "log_loss": "log loss (less is better)",
}
NAMES = {
    "blend": "Blend",
    "boosted": "Boosted trees",
    "logistic": "Logistic regression",
    RULE: "Recency rule",
}


def champion(cards: Sequence[Row]) -> str | None:
    """The kind of model that scores; None where none could be trained."""
    return next((row["model"] for row in cards if row["metric"] == "champion"), None)


def of(cards: Sequence[Row], metric: str, model: str | None, split: str = "walk_forward") -> Row | None:
    """The row of a measure of everybody, averaged over the days tried."""
    wanted = (
        row for row in cards if row["metric"] == metric and row["model"] == model and row["split"] == split
    )
    return next((row for row in wanted if row["dimension"] == "overall" and _is_average(row)), None)


def headline(cards: Sequence[Row]) -> str:
    """Whether the model ranks users better than the days since their last visit do."""
    reason = next(
        (row["sentence"] for row in cards if row["metric"] == "reason" and row["split"] == "in_force"), None
    )
    if reason:
        return f"No model yet: {reason[:1].lower()}{reason[1:].rstrip('.')}"
    kind = champion(cards)
    gain, reached = of(cards, "auc_over_rule", kind), of(cards, "auc", kind)
    if kind == RULE or gain is None or reached is None:
        return "The recency rule scores: no model has been shown to beat it yet"
    told = f"AUC {reached['estimate']:.3f}, {gain['estimate']:+.3f} against the recency rule"
    if gain["low"] > 0:
        return f"The model ranks leavers better than days since the last visit: {told}"
    if gain["high"] < 0:
        return f"The model ranks leavers worse than days since the last visit: {told}"
    return f"No sure gain over days since the last visit: {told}"


def subtitle(cards: Sequence[Row]) -> str:
    """On which days models were tried, on how many users, and how."""
    days = sorted({row["cut_off_date"] for row in _tried(cards)})
    users = next((row["n"] for row in cards if row["metric"] == "auc" and row["cut_off_date"] is None), None)
    if not days or users is None:
        return "No day could be tried yet"
    tried = f"{len(days)} days from {days[0]} to {days[-1]}" if len(days) > 1 else f"{days[0]}"
    return (
        f"Mean over {tried} · n = {users:,} user-days, each predicted by a model that knew only "
        "what was known that day · 95% intervals by resampling classes"
    )


def comparison(cards: Sequence[Row]) -> list[dict[str, str]]:
    """A row a measure: every candidate with its interval, the champion first, and its lead over the rule."""
    first = champion(cards)
    kinds = [kind for kind in NAMES if any(row["model"] == kind for row in _tried(cards))]
    ranked = sorted(kinds, key=lambda kind: (kind != first, kind == RULE))
    if first is None or not ranked:
        return []
    return [
        {
            "measure": name,
            **{
                NAMES[kind] + (" (scores)" if kind == first else ""): _range(of(cards, metric, kind))
                for kind in ranked
            },
            **(
                {}
                if first == RULE
                else {"lead over the rule": _lead(of(cards, f"{metric}_over_rule", first))}
            ),
        }
        for metric, name in MEASURES.items()
    ]


def warning(cards: Sequence[Row]) -> str | None:
    """What a split by random rows would have claimed of the trees, beside what holds."""
    claimed = next((r for r in cards if r["split"] == "random_split_warning" and r["metric"] == "auc"), None)
    true = of(cards, "auc", "boosted")
    if claimed is None or true is None:
        return None
    return (
        "Split by random rows, as is often done, the boosted trees would claim an AUC of "
        f"{claimed['estimate']:.3f} ({claimed['low']:.3f} to {claimed['high']:.3f}); on days to come they "
        f"reach {true['estimate']:.3f}. The same users and weeks stand on both sides of such a split: the "
        "figure is a warning, used nowhere."
    )


def calibration_headline(cards: Sequence[Row]) -> str:
    """Whether as many leave as expected."""
    kind = champion(cards)
    expected, observed = of(cards, "expected_share", kind), of(cards, "observed_share", kind)
    if expected is None or observed is None:
        return "Whether as many leave as expected is not known yet"
    return (
        f"{percent(expected['estimate'])} were expected to leave, {percent(observed['estimate'])} did "
        f"({percent(observed['low'])} to {percent(observed['high'])})"
    )


def calibration_chart(cards: Sequence[Row]) -> go.Figure:
    """Observed against expected share by tenth of the prediction, on the line where both agree."""
    bins = [row for row in cards if row["metric"] == "calibration_bin" and row["estimate"] is not None]
    figure = reliability([_tenth(row) for row in bins], "users", "as expected")
    return _framed(figure, "expected share leaving", "share that left", [0, 1.02])


def _tenth(row: Row) -> Tenth:
    told = f"expected {percent(row['position'])}, left {percent(row['estimate'])}, n = {row['n']:,}"
    return Tenth(row["position"], row["estimate"], row["low"], row["high"], told)


def ceiling_headline(rows: Sequence[Row]) -> str | None:
    """How much of what can be known the scores reach; None without truth."""
    share = _mean(rows, "score", "share_of_excess_auc")
    best = _mean(rows, "oracle", "auc")
    if share is None or best is None:
        return None
    return (
        f"Nobody could know better than AUC {best['estimate']:.3f}: the scores reach "
        f"{percent(share['estimate'])} ({percent(share['low'])} to {percent(share['high'])}) of "
        f"what can be known above guessing{_of_learnt(rows)}"
    )


def _of_learnt(rows: Sequence[Row]) -> str:
    """What trained models reach, where the recency rule scored some of the days."""
    days = {row["snapshot_date"]: row["model"] for row in rows if row["snapshot_date"] is not None}
    trained = sum(model != RULE for model in days.values())
    share = _mean(rows, "score", "share_of_excess_auc", LEARNT)
    if share is None or trained == len(days):
        return ""
    return f"; {percent(share['estimate'])} on the {trained} of {len(days)} days that a trained model scored"


def ceiling_chart(rows: Sequence[Row]) -> go.Figure:
    """AUC by scored day: the oracle, the scores, the recency rule."""
    figure = go.Figure()
    for predictor, name, color, dash in (
        ("oracle", "oracle", GREEN, "dash"),
        ("score", "scores", BLUE, "solid"),
        ("recency_rule", "recency rule", VERMILLION, "dot"),
    ):
        own = [r for r in rows if r["metric"] == "auc" and r["predictor"] == predictor and r["snapshot_date"]]
        if not own:
            continue
        figure.add_scatter(
            x=[row["snapshot_date"] for row in own],
            y=[row["estimate"] for row in own],
            mode="lines+markers",
            line={"color": color, "dash": dash, "width": 2},
            marker={"size": 5},
            name=name,
            hovertemplate="%{x|%d %b}: %{y:.3f}<extra>" + name + "</extra>",
        )
        figure.add_annotation(
            x=own[-1]["snapshot_date"], y=own[-1]["estimate"], text=name, showarrow=False, xanchor="left",
            xshift=6, font={"size": 12, "color": color},
        )  # fmt: skip
    figure = _framed(figure, "day scored", "AUC (0.5 is guessing)", None)
    figure.update_xaxes(tickformat="%d %b", nticks=6).update_yaxes(tickformat=".2f")
    return figure.update_layout(margin={"r": 84})


def facts(cards: Sequence[Row]) -> list[str]:
    """The model card in sentences: data, why it scores, calibration, limits."""
    wanted = ("data_window", "champion", "calibration", "limit")
    return [row["sentence"] for name in wanted for row in cards if row["metric"] == name and row["sentence"]]


def segments(cards: Sequence[Row]) -> list[dict[str, str]]:
    """The champion by role and country: how well it ranks, and whether as many leave as expected."""
    own = [row for row in cards if row["dimension"] != "overall"]
    found = []
    for dimension, segment in dict.fromkeys((row["dimension"], row["segment"]) for row in own):
        by = {row["metric"]: row for row in own if (row["dimension"], row["segment"]) == (dimension, segment)}
        n = next(iter(by.values()))["n"]
        expected = by.get("expected_share")
        found.append(
            {
                "by": dimension,
                "users": segment,
                "AUC": _range(by.get("auc")),
                "left": _range(by.get("observed_share")),
                "expected": percent(expected["estimate"]) if expected else "–",
                "n": f"{n:,}",
            }
        )
    return found


def drifted(cards: Sequence[Row]) -> str:
    """Which features moved since training, in a sentence."""
    own = [row for row in cards if row["metric"] == "psi"]
    moved = [row["item"].replace("_", " ") for row in own if row["estimate"] > 0.25]
    if not own:
        return ""
    if not moved:
        top = max(own, key=lambda row: row["estimate"])
        return (
            f"No feature moved far since training: the largest stability index is {top['estimate']:.2f} "
            f"({top['item'].replace('_', ' ')}; a move is from 0.25)."
        )
    return f"Moved since training (stability index above 0.25): {', '.join(moved)}."


def _tried(cards: Sequence[Row]) -> list[Row]:
    return [row for row in cards if row["split"] == "walk_forward" and row["cut_off_date"] is not None]


def _is_average(row: Row) -> bool:
    return row["split"] != "walk_forward" or row["cut_off_date"] is None


def _lead(row: Row | None) -> str:
    return "–" if row is None else f"{row['estimate']:+.3f} ({row['low']:+.3f} to {row['high']:+.3f})"


def _range(row: Row | None) -> str:
    if row is None or row["estimate"] is None:
        return "too few"
    return f"{row['estimate']:.3f} ({row['low']:.3f} to {row['high']:.3f})"


def _mean(rows: Sequence[Row], predictor: str, metric: str, model: str | None = None) -> Row | None:
    """The mean over all days, or over those that a trained model scored."""
    wanted = (row for row in rows if row["predictor"] == predictor and row["metric"] == metric)
    return next((row for row in wanted if row["snapshot_date"] is None and row["model"] == model), None)


def _framed(figure: go.Figure, across: str, upwards: str, ends: list[float] | None) -> go.Figure:
    axis = {"gridcolor": GRID, "zeroline": False, "fixedrange": True, "nticks": 5}
    share = {} if ends is None else {"range": ends, "tickformat": ".0%"}
    return figure.update_layout(
        height=320, margin={"l": 62, "r": 14, "t": 10, "b": 48}, showlegend=False, hovermode="closest",
        xaxis={"title": {"text": across}, **axis, **share, "showgrid": False},
        yaxis={"title": {"text": upwards}, **axis, **share},
    )  # fmt: skip
