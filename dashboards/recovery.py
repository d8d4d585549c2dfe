"""Estimates beside the truth that was planted in the simulated world, naive analyses included."""

from collections.abc import Sequence

from dashboards.formats import lift
from dashboards.reader import Row as Record
from dashboards.vocabulary import count, method_label

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
    return f"{told}; a naive analysis is off by up to {abs(worst['relative_error']):.0%} of it"


def table(recovery: Sequence[Record]) -> list[dict[str, str]]:
    """Truth beside estimate in words; what does not cover first."""
    ranked = sorted(
        recovery, key=lambda row: (not row["is_decisive"], row["covers"] is not False, not row["is_fair"])
    )
    return [
        {
            "": {True: "✓", False: "✕", None: "–"}[row["covers"]],
            "effect": row["effect_id"],
            "metric": row["metric"] or "",
            "method": method_label(row["method"]) + ("" if row["is_fair"] else " (not meant to cover)"),
            "truth": _amount(row["truth"]),
            "estimate": _amount(row["estimate"]),
            "interval": f"{_amount(row['low'])} to {_amount(row['high'])}"
            if row["low"] is not None and row["high"] is not None
            else "none",
            "off by": "not known" if row["relative_error"] is None else lift(row["relative_error"]),
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
    expected = row["expected_verdict"]
    return (
        row["verdict"]
        if not expected or expected == row["verdict"]
        else f"{row['verdict']}, expected {expected}"
    )
