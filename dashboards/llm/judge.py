"""How far a judge may be trusted: a reliability diagram, and what it finds and misses, beside the experts."""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboards.charts import GRID
from dashboards.formats import percent
from dashboards.reader import Row
from dashboards.reliability import Tenth, reliability

COLUMNS = (
    "judge", "criterion", "dimension", "segment", "measure", "bin_low", "bin_high", "estimate", "low", "high",
    "n",
)  # fmt: skip
MEASURES = {
    "auroc": "AUROC",
    "sensitivity": "Sensitivity: bad flagged",
    "specificity": "Specificity: good spared",
    "balanced_accuracy": "Balanced accuracy",
    "kappa": "Cohen’s κ",
    "brier": "Brier score, 0 is best",
    "calibration_error": "Calibration error, 0 is best",
    "calibration_gap": "Share − probability",
    "length_bias": "Length bias, 0 is none",
    "position_bias": "Position bias, 0 is none",
}
WEAK, GUESS = 0.85, 0.5


def judges(rows: Sequence[Row]) -> dict[str, tuple[str, str]]:
    """Judge and criterion by what a reader calls them, the detector first."""
    pairs = sorted(
        {(row["judge"], row["criterion"]) for row in rows}, key=lambda pair: (pair[0] != "detector", pair)
    )
    return {f"{judge}: {criterion}": (judge, criterion) for judge, criterion in pairs}


def of(rows: Sequence[Row], judge: str, criterion: str) -> list[Row]:
    """Rows of one judge on one criterion over all answers."""
    wanted = {"judge": judge, "criterion": criterion, "dimension": "overall"}
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


def measure(rows: Sequence[Row], name: str) -> Row | None:
    """The row of a measure; None where it is not known."""
    return next((row for row in rows if row["measure"] == name and row["estimate"] is not None), None)


def headline(rows: Sequence[Row]) -> str:
    """How well the judge ranks, and what its flag finds and misses."""
    rank, found, spared = (measure(rows, name) for name in ("auroc", "sensitivity", "specificity"))
    if rank is None or rank["low"] is None:
        return "Too few answers were judged by both to say how far the judge may be trusted"
    strength = "no better than guessing" if rank["low"] <= GUESS else "a weak signal"
    if rank["low"] > WEAK:
        strength = "a strong signal"
    told = f"The judge is {strength}: AUROC {rank['estimate']:.2f} ({rank['low']:.2f} to {rank['high']:.2f})"
    if found is None or spared is None:
        return told
    flags = f"{percent(found['estimate'])} of bad and {percent(1 - spared['estimate'])} of good answers"
    return f"{told}; it flags {flags}"


def subtitle(rows: Sequence[Row]) -> str:
    """Against whom, on how many."""
    n = max((row["n"] for row in rows if row["measure"] != "bin"), default=0)
    return (
        "Share that experts call bad, by tenth of the judge’s probability · bars: 95% intervals · n "
        f"= {n:,} answers "
        "judged by both · truth: the majority of the experts, ties left out"
    )


def table(rows: Sequence[Row]) -> list[dict[str, str]]:
    """A row a measure with its interval and n."""
    found = [(label, row) for name, label in MEASURES.items() if (row := measure(rows, name))]
    return [{"measure": label, "estimate (95%)": _range(row), "n": f"{row['n']:,}"} for label, row in found]


def _range(row: Row) -> str:
    if row["low"] is None or row["high"] is None:
        return "too few"
    return f"{row['estimate']:.3f} ({row['low']:.3f} to {row['high']:.3f})"


def calibration(rows: Sequence[Row]) -> str:
    """Whether the probability means what it says, in a sentence; empty where it is not known."""
    gap = measure(rows, "calibration_gap")
    if gap is None or gap["low"] is None:
        return ""
    size = f"{100 * abs(gap['estimate']):.1f} points ({100 * gap['low']:+.1f} to {100 * gap['high']:+.1f})"
    if gap["low"] <= 0 <= gap["high"]:
        return "On average its probability means what it says."
    side = "too high" if gap["estimate"] < 0 else "too low"
    return f"Its probability is {side} by {size} on average: the reason why its mean is no rate."


def chart(rows: Sequence[Row]) -> go.Figure:
    """Experts' share against the judge's probability, on the line where both agree."""
    bins = sorted((row for row in rows if row["measure"] == "bin"), key=lambda row: row["bin_low"])
    tenths = [_tenth(row) for row in bins]
    top = min(1.02, 1.08 * max((max(each.place, each.high) for each in tenths), default=1.0))
    figure = reliability(tenths, "answers", "as said", top)
    axis = {
        "range": [0, top],
        "tickformat": ".0%",
        "nticks": 5,
        "gridcolor": GRID,
        "zeroline": False,
        "fixedrange": True,
    }
    return figure.update_layout(
        height=330, margin={"l": 62, "r": 14, "t": 10, "b": 48}, showlegend=False, hovermode="closest",
        xaxis={**axis, "title": {"text": "judge’s probability (middle of the tenth)"}, "showgrid": False},
        yaxis={**axis, "title": {"text": "share that experts call bad"}},
    )  # fmt: skip


def _tenth(row: Row) -> Tenth:
    said = f"said {percent(row['bin_low'])} to {percent(row['bin_high'])}"
    told = f"{said}, experts {percent(row['estimate'])}, n = {row['n']:,}"
    return Tenth((row["bin_low"] + row["bin_high"]) / 2, row["estimate"], row["low"], row["high"], told)
