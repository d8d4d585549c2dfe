"""How far experts agree: α by criterion and group with intervals, and what that allows of a judge."""

from collections.abc import Sequence

from dashboards.forest import Interval
from dashboards.forest import Row as ForestRow
from dashboards.formats import percent
from dashboards.llm.sources import in_chart
from dashboards.reader import Row
from dashboards.vocabulary import in_words

COLUMNS = (
    "criterion", "dimension", "segment", "level", "items", "raters", "ratings", "alpha", "alpha_low",
    "alpha_high", "ac1", "ac1_low", "ac1_high", "human_ceiling", "human_ceiling_low", "human_ceiling_high",
)  # fmt: skip
SUFFICIENT, LEAST = 0.8, 0.667
"""Krippendorff's marks: conclusions from .8 on, tentative ones from .667 on."""

ORDER = ("overall", "rater_group")


def headline(rows: Sequence[Row]) -> str:
    """On which criterion experts agree most and least, against Krippendorff's marks."""
    known = sorted(
        (row for row in rows if row["dimension"] == "overall" and row["alpha"] is not None),
        key=lambda row: -row["alpha"],
    )
    if not known:
        return "Too few answers were judged twice to say how far experts agree"
    best, worst = known[0], known[-1]
    told = f"α = {best['alpha']:.2f} on “{best['criterion']}”"
    if best is not worst:
        told = f"{told}, {worst['alpha']:.2f} on “{worst['criterion']}”"
    if (worst["alpha_low"] or worst["alpha"]) >= SUFFICIENT:
        return f"Experts agree well: {told}"
    if (best["alpha_high"] or best["alpha"]) < LEAST:
        return f"Experts agree too little to lean on one of them: {told}"
    return f"Experts agree in part: {told}"


def subtitle(rows: Sequence[Row]) -> str:
    """What α is, on how much it rests."""
    overall = [row for row in rows if row["dimension"] == "overall"]
    items = max((row["items"] for row in overall), default=0)
    raters = max((row["raters"] for row in overall), default=0)
    return (
        "Krippendorff’s α by criterion and group of experts: 1 is agreement, 0 what chance gives; "
        ".8 and more "
        "bears conclusions, below .667 hardly any · 95% intervals by resampling answers · n = "
        f"{items:,} answers "
        f"judged twice or more by {raters:,} experts"
    )


def forest_rows(rows: Sequence[Row]) -> list[ForestRow]:
    """A row a criterion and group of raters."""
    shown = [row for row in rows if row["dimension"] in ORDER]
    ranked = sorted(shown, key=lambda row: (row["criterion"], ORDER.index(row["dimension"]), row["segment"]))
    return [_forest_row(row) for row in ranked]


def _forest_row(row: Row) -> ForestRow:
    group = "all" if row["dimension"] == "overall" else row["segment"]
    name = in_chart(f"{row['criterion']}, {group}")
    if row["alpha"] is None or row["alpha_low"] is None:
        return ForestRow(name, f"too few, n = {row['items']:,}")
    interval = Interval(row["alpha"], row["alpha_low"], row["alpha_high"])
    text = f"{row['alpha']:.2f} ({row['alpha_low']:.2f} to {row['alpha_high']:.2f}), n = {row['items']:,}"
    return ForestRow(name, text, "moved" if row["dimension"] == "overall" else "noise", interval)


def ceilings(rows: Sequence[Row]) -> list[str]:
    """What one expert reaches against the others, a sentence a criterion."""
    return [
        f"Human ceiling on “{row['criterion']}”: one expert against the majority of the others "
        "reaches a balanced "
        f"accuracy of {percent(row['human_ceiling'])} ({percent(row['human_ceiling_low'])} to "
        f"{percent(row['human_ceiling_high'])}); no judge can be asked for more."
        for row in rows
        if row["dimension"] == "overall"
        and row["human_ceiling"] is not None
        and row["human_ceiling_low"] is not None
    ]


def table(rows: Sequence[Row]) -> list[dict[str, str]]:
    """All groups in numbers, features and versions included."""
    return [
        {
            "criterion": row["criterion"],
            "by": in_words(row["dimension"]),
            "group": row["segment"],
            "α": _range(row, "alpha"),
            "AC1": _range(row, "ac1"),
            "human ceiling": _range(row, "human_ceiling"),
            "answers": f"{row['items']:,}",
            "ratings": f"{row['ratings']:,}",
        }
        for row in rows
    ]


def _range(row: Row, name: str) -> str:
    if row[name] is None:
        return "–"
    if row[f"{name}_low"] is None:
        return f"{row[name]:.2f} (too few)"
    return f"{row[name]:.2f} ({row[f'{name}_low']:.2f} to {row[f'{name}_high']:.2f})"
