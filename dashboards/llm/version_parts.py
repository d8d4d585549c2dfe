"""Versions side by side, from rows of `version_comparisons` to words and rows of a forest plot."""

from collections import Counter
from collections.abc import Sequence

from dashboards.forest import Interval, Tone
from dashboards.forest import Row as ForestRow
from dashboards.formats import listed, long_day
from dashboards.llm.sources import in_chart
from dashboards.reader import Row
from dashboards.vocabulary import count, in_words

COLUMNS = (
    "kind", "from_version", "to_version", "basis", "first_date", "last_date", "metric", "unit", "direction",
    "from_value", "to_value", "difference", "low", "high", "from_n", "to_n", "verdict",
)  # fmt: skip
LABELS = {
    "unsupported": "Unsupported",
    "rating_mean": "Mean rating",
    "satisfied_share": "Satisfied ratings",
    "latency_p95_ms": "Latency p95",
    "cost_per_answer_usd": "Cost per answer",
    "failure_share": "Failures",
}
TONES: dict[str, Tone] = {"improvement": "good", "regression": "bad"}
VERDICTS = ("regression", "improvement", "no difference shown", "too few")
BADGES = {
    "regression": ":red-badge[:material/trending_down: regression]",
    "improvement": ":green-badge[:material/trending_up: improvement]",
    "no difference shown": ":gray-badge[no difference shown]",
    "too few": ":gray-badge[too few]",
}
BASES = {
    "concurrent": "days on which both answered",
    "before_after": "28 days on either side of the release: the season may have changed too",
}
METHODS = {"unsupported": "ppi_difference", "latency_p95_ms": "quantile"}
SMALL = 0.05


def pairs(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Rows by pair of versions, models first, the newest release first."""
    found: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: (row["kind"] != "model", -row["last_date"].toordinal())):
        found.setdefault(f"{row['from_version']} → {row['to_version']}", []).append(row)
    return found


def headline(rows: Sequence[Row]) -> str:
    """What the newer version does better and worse."""
    first = rows[0]
    who = f"{first['to_version']} against {first['from_version']}"
    told = [
        f"{verb} on {listed([_label(row['metric']) for row in own])}"
        for verdict, verb in (("regression", "worse"), ("improvement", "better"))
        if (own := [row for row in rows if row["verdict"] == verdict])
    ]
    if told:
        return f"{who}: {'; '.join(told)}"
    if all(row["verdict"] == "too few" for row in rows):
        return f"{who}: too few answers to compare"
    return f"{who}: no difference shown"


def badges(rows: Sequence[Row]) -> str:
    """How many verdicts of each kind, as badges."""
    tally = Counter(row["verdict"] for row in rows)
    return " ".join(f"{BADGES[name]} {tally[name]}" for name in VERDICTS if tally[name])


def subtitle(rows: Sequence[Row]) -> str:
    """What is compared, when, and of whom."""
    row = rows[0]
    return (
        f"After − before, in % of the value before; 95% intervals, users being clusters · {row['kind']}, "
        f"{BASES.get(row['basis'], row['basis'])} · {long_day(row['first_date'])} to "
        f"{long_day(row['last_date'])} · "
        f"n before and after: {_sizes(rows)} · "
        f"{count(len(rows), 'metric')}, not adjusted for looking at several · green circle: "
        "improvement · orange "
        "diamond: regression · open: no difference shown"
    )


def forest_rows(rows: Sequence[Row]) -> list[ForestRow]:
    """A row a metric: regressions first."""
    ranked = sorted(rows, key=lambda row: (VERDICTS.index(row["verdict"]), row["metric"]))
    return [_forest_row(row) for row in ranked]


def _forest_row(row: Row) -> ForestRow:
    before, interval = row["from_value"], None
    if row["low"] is not None and row["high"] is not None and before:
        interval = Interval(row["difference"] / before, row["low"] / before, row["high"] / before)
    hover = (
        f"{_label(row['metric'])}: {value(row['from_value'], row['unit'])} → "
        f"{value(row['to_value'], row['unit'])}, "
        f"{words(row)}, {row['verdict']}, n = {row['from_n']:,} and {row['to_n']:,} {_noun(row)}"
    )
    tone = TONES.get(row["verdict"], "noise")
    return ForestRow(
        in_chart(LABELS.get(row["metric"], in_words(row["metric"]))), words(row), tone, interval, hover=hover
    )


def words(row: Row) -> str:
    """The difference with its interval in the metric's unit, or `too few`."""
    if row["low"] is None or row["high"] is None:
        return "too few"
    unit = row["unit"]
    low, high = (difference(row[name], unit, bare=True) for name in ("low", "high"))
    return f"{difference(row['difference'], unit)} ({low} to {high})"


def value(number: float | None, unit: str) -> str:
    """A value in its unit."""
    if number is None:
        return "none"
    if unit == "share":
        return f"{100 * number:.1f}%"
    if unit == "ms":
        return f"{number / 1000:.2f} s"
    return f"${1000 * number:.3f} per 1,000" if unit == "USD" else f"{number:.2f}"


def difference(number: float, unit: str, *, bare: bool = False) -> str:
    """A signed difference in its unit; shares in points, dollars per 1,000 answers."""
    if unit == "share":
        return f"{100 * number:+.1f}{'' if bare else ' pp'}"
    if unit == "ms":
        return f"{number / 1000:+.2f}{'' if bare else ' s'}"
    if unit == "USD":
        return f"{1000 * number:+.3f}{'' if bare else ' $/1,000'}"
    return f"{number:+.2f}"


def table(rows: Sequence[Row]) -> list[dict[str, str]]:
    """Every metric in words, with its verdict and n."""
    return [
        {
            "metric": LABELS.get(row["metric"], in_words(row["metric"])),
            "verdict": row["verdict"],
            "before": value(row["from_value"], row["unit"]),
            "after": value(row["to_value"], row["unit"]),
            "difference (95%)": words(row),
            "good": "more" if row["direction"] == "up" else "less",
            "n before": f"{row['from_n']:,} {_noun(row)}",
            "n after": f"{row['to_n']:,} {_noun(row)}",
        }
        for row in sorted(rows, key=lambda row: (VERDICTS.index(row["verdict"]), row["metric"]))
    ]


def _label(metric: str) -> str:
    if metric == "unsupported":
        return "unsupported claims"
    return LABELS.get(metric, in_words(metric)).lower()


def _sizes(rows: Sequence[Row]) -> str:
    """The largest sample of users, and the labels behind `unsupported`."""
    largest: dict[str, Row] = {}
    for row in rows:
        known = largest.setdefault(_noun(row), row)
        if row["from_n"] + row["to_n"] > known["from_n"] + known["to_n"]:
            largest[_noun(row)] = row
    return ", ".join(f"{row['from_n']:,} and {row['to_n']:,} {noun}" for noun, row in sorted(largest.items()))


def _noun(row: Row) -> str:
    return "labels" if row["metric"] == "unsupported" else "users"
