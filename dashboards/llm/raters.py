"""Who is severe, and whether teachers judge as others do: rows of forest plots and their words."""

from collections.abc import Sequence

from dashboards.forest import Interval
from dashboards.forest import Row as ForestRow
from dashboards.llm.sources import in_chart
from dashboards.reader import Row
from dashboards.vocabulary import count

SEVERITY_COLUMNS = (
    "criterion", "rater_id", "rater_group", "ratings", "mean_score", "severity", "severity_low",
    "severity_high", "sensitivity", "specificity", "is_unusual",
)  # fmt: skip
GAP_COLUMNS = (
    "source", "criterion", "item", "dimension", "segment", "first_mean", "second_mean", "raw_gap", "raw_low",
    "raw_high", "within_item_gap", "gap_low", "gap_high", "items", "first_raters", "second_raters",
)  # fmt: skip
MOST = 24
ITEMS = {"answer": "same answer", "cell": "same day"}


def criteria(rows: Sequence[Row]) -> list[str]:
    """Criteria to choose from."""
    return sorted({row["criterion"] for row in rows})


def severity_headline(rows: Sequence[Row]) -> str:
    """Who stands out on a criterion, and how far apart the ends are."""
    known = sorted((row for row in rows if row["severity"] is not None), key=lambda row: -row["severity"])
    if not known:
        return "Too few judgements to say who is severe"
    unusual = sum(bool(row["is_unusual"]) for row in known)
    far = known[0]["severity"] - known[-1]["severity"]
    told = f"{unusual} of {count(len(known), 'expert')} stand out by severity" if unusual else (
        f"None of {count(len(known), 'expert')} stands out by severity"
    )  # fmt: skip
    return f"{told}; strictest and mildest are {far:.2f} apart on “{known[0]['criterion']}”"


def severity_rows(rows: Sequence[Row]) -> list[ForestRow]:
    """A row an expert, the strictest first; of many the two ends."""
    known = sorted((row for row in rows if row["severity"] is not None), key=lambda row: -row["severity"])
    if len(known) > MOST:
        known = [*known[: MOST // 2], *known[-MOST // 2 :]]
    return [_severity(row) for row in known]


def _severity(row: Row) -> ForestRow:
    name = in_chart(f"{row['rater_id']}, {row['rater_group']}")
    if row["severity_low"] is None:
        return ForestRow(name, f"too few, n = {row['ratings']:,}")
    interval = Interval(row["severity"], row["severity_low"], row["severity_high"])
    ends = f"{row['severity_low']:+.2f} to {row['severity_high']:+.2f}"
    text = f"{row['severity']:+.2f} ({ends}), n = {row['ratings']:,}"
    return ForestRow(name, text, "moved" if row["is_unusual"] else "noise", interval)


def gap_headline(rows: Sequence[Row]) -> str:
    """Whether teachers and students rate the same answers alike, and what the raw difference would say."""
    row = next(
        (row for row in rows if row["source"] == "user_ratings" and row["dimension"] == "overall"), None
    )
    row = row or next((row for row in rows if row["dimension"] == "overall"), None)
    if row is None or row["within_item_gap"] is None or row["gap_low"] is None:
        return "Too few answers were rated by both to compare teachers and others"
    others = "students" if row["source"] == "user_ratings" else "other experts"
    told = f"{row['within_item_gap']:+.2f} ({row['gap_low']:+.2f} to {row['gap_high']:+.2f})"
    raw = f"the raw difference is {row['raw_gap']:+.2f}"
    if row["gap_low"] <= 0 <= row["gap_high"]:
        return f"No difference shown between teachers and {others} on the same item: {told}; {raw}"
    side = "higher" if row["within_item_gap"] > 0 else "lower"
    return f"Teachers rate the same item {side} than {others}: {told}; {raw}"


def gap_rows(rows: Sequence[Row]) -> list[ForestRow]:
    """A row a source, criterion and kind of item: within the item, the raw gap below it in purple."""
    ranked = sorted(
        (row for row in rows if row["dimension"] == "overall"),
        key=lambda row: (row["source"] != "user_ratings", row["criterion"], row["item"]),
    )
    return [_gap(row) for row in ranked]


def _gap(row: Row) -> ForestRow:
    name = in_chart(f"{row['criterion']}, {ITEMS.get(row['item'], row['item'])}")
    if row["within_item_gap"] is None or row["gap_low"] is None:
        return ForestRow(name, f"too few, n = {row['items']:,}")
    within = Interval(row["within_item_gap"], row["gap_low"], row["gap_high"])
    raw = None if row["raw_low"] is None else Interval(row["raw_gap"], row["raw_low"], row["raw_high"])
    text = f"{within.estimate:+.2f} ({within.low:+.2f} to {within.high:+.2f}), n = {row['items']:,}"
    hover = (
        f"{name}: within item {text} items, raw {row['raw_gap']:+.2f}, "
        f"{row['first_raters']:,} teachers, {row['second_raters']:,} others"
    )
    tone = "noise" if within.low <= 0 <= within.high else "moved"
    return ForestRow(name, text, tone, within, raw, hover=hover)
