"""Estimates beside the truth that was planted in the simulated world, naive analyses included."""

from collections.abc import Sequence

from dashboards.formats import lift
from dashboards.reader import Row as Record
from dashboards.vocabulary import count, method_label, metric_label

RECOVERY_COLUMNS = (
    "effect_id", "metric", "population", "method", "truth", "estimate", "low", "high", "covers", "error",
    "relative_error", "sign_is_right", "verdict", "expected_verdict", "is_decisive", "is_fair", "note",
)  # fmt: skip
NAIVE = ("naive", "twfe", "user_level")


def headline(recovery: Sequence[Record]) -> str:
    """How many intervals of trusted methods cover the planted truth, and how far off naive ones are."""
    believed = [row for row in recovery if row["is_fair"] and row["is_decisive"]]
    trusted = [row for row in believed if row["covers"] is not None]
    naive = [row for row in recovery if row["method"] in NAIVE and row["relative_error"] is not None]
    if not trusted:
        return "No estimate could be compared with the planted truth yet"
    covering = sum(row["covers"] for row in trusted)
    verb = "cover" if len(trusted) > 1 else "covers"
    told = f"{covering} of {count(len(trusted), 'interval')} {verb} the planted truth"
    if not naive:
        return told
    worst = max(naive, key=lambda row: abs(row["relative_error"]))
    name = method_label(worst["method"])
    wrong = f"the {name[:1].lower()}{name[1:]} says {lift(worst['estimate'])}"
    return f"{told}; {wrong} where {lift(worst['truth'])} is true"


def subtitle(recovery: Sequence[Record]) -> str:
    """What was compared, how many intervals ought to cover, and what became of verdicts and group sizes."""
    trusted = sum(row["is_fair"] and row["is_decisive"] and row["covers"] is not None for row in recovery)
    parts = (
        "Estimates beside the effects planted in the simulated world, relative to control",
        f"95% intervals: about {0.95 * trusted:.0f} of {trusted} ought to cover" if trusted else "",
        _right(recovery, "decision", "verdicts as planted or left open by the data"),
        _right(recovery, "sample_ratio_test", "group-size checks right, the planted mismatch included"),
    )
    return " · ".join(part for part in parts if part)


def _right(recovery: Sequence[Record], method: str, told: str) -> str:
    """How many outcomes of a method with an expectation are right; empty without one."""
    own = [row for row in recovery if row["method"] == method and row["expected_verdict"]]
    right = sum(_is_expected(row) or (row["note"] or "").startswith("No error") for row in own)
    return f"{right} of {len(own)} {told}" if own else ""


def believed(recovery: Sequence[Record]) -> list[Record]:
    """What the product says and what it warns of: decisive rows, naive analyses, verdicts, group sizes."""
    told = {*NAIVE, "decision", "sample_ratio_test"}
    return [row for row in recovery if row["is_decisive"] or row["method"] in told]


def table(recovery: Sequence[Record]) -> list[dict[str, str]]:
    """Truth beside estimate in words; what does not cover first."""
    ranked = sorted(
        recovery,
        key=lambda row: (
            row["method"] not in NAIVE,
            not row["is_decisive"],
            row["covers"] is not False,
            not row["is_fair"],
        ),
    )
    return [
        {
            "": {True: "✓", False: "✕", None: "–"}[row["covers"]],
            "effect": row["effect_id"],
            "metric": metric_label(row["metric"]) if row["metric"] else "",
            "users": row["population"] or "all",
            "method": method_label(row["method"]) + ("" if row["is_fair"] else " (not meant to cover)"),
            "truth": _amount(row["truth"]),
            "estimate": _amount(row["estimate"]),
            "interval": f"{_amount(row['low'])} to {_amount(row['high'])}"
            if row["low"] is not None and row["high"] is not None
            else "none",
            "off by": "not known" if row["error"] is None else f"{100 * row['error']:+.1f} pp",
            "verdict": _verdict(row),
            "note": row["note"] or "",
        }
        for row in ranked
    ]


def _amount(value: float | None) -> str:
    return "none" if value is None else lift(value)


def _verdict(row: Record) -> str:
    if not row["verdict"]:
        return ""
    told = f"{row['verdict']}, expected {row['expected_verdict']}"
    return row["verdict"] if not row["expected_verdict"] or _is_expected(row) else told


def _is_expected(row: Record) -> bool:
    """Whether the verdict is one of those expected, such as `Hold or Stop`."""
    return row["verdict"] in (row["expected_verdict"] or "").split(" or ")
