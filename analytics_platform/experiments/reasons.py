"""Sentences made from numbers: effects, intervals, p-values and counts as a reader wants them."""

import math
from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]

NOTHING = 5e-5


def percent(share: float) -> str:
    """A signed share such as `+11.3 %`: one decimal, two where it is below 1 %."""
    size = 100.0 * share
    if abs(share) < NOTHING:
        return "0 %"
    return f"{_minus(f'{size:+.{2 if abs(size) < 1.0 else 1}f}')} %"


def amount(value: float) -> str:
    """A signed difference with three significant digits."""
    return _minus(f"{value:+,.3g}") if abs(value) < 1000 else _minus(f"{value:+,.0f}")


def p_text(p_value: float) -> str:
    """`p = .032`, or `p < .001`."""
    if p_value < 0.001:
        return "p < .001"
    return f"p = {p_value:.3f}".replace("0.", ".", 1)


def interval_text(row: Row) -> str:
    """An effect with its interval, relative where it has one: `+11.3 % (95 % CI +9.8 to +12.9 %)`."""
    level = f"{100 * (1 - row['alpha']):g} % CI"
    if row["relative_low"] is not None:
        ends = f"{_bare(row['relative_low'])} to {percent(row['relative_high'])}"
        return f"{percent(row['relative_effect'])} ({level} {ends}){_from_to(row)}"
    if row["effect_low"] is not None:
        return (
            f"{amount(row['effect'])} ({level} {amount(row['effect_low'])} to {amount(row['effect_high'])})"
        )
    return f"cannot be estimated because {row['reason']}"


def _from_to(row: Row) -> str:
    """The two shares themselves, which a relative effect hides."""
    if row.get("kind") not in {"proportion", "retention"}:
        return ""
    return f" from {100 * row['control_mean']:.1f} % to {100 * row['treatment_mean']:.1f} %"


def counted(count: float, thing: str) -> str:
    """`1 user`, `1,204 users`."""
    return f"{count:,.0f} {thing}{'' if count == 1 else 's'}"


def sentences(parts: list[str]) -> str:
    """Sentences a line each, every one opened by a capital and closed by a full stop."""
    return "\n".join(sentence(part) for part in parts)


def sentence(text: str) -> str:
    """The text as a sentence: a capital first, a full stop last."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def number_or_none(value: object) -> float | None:
    """A finite number, or None: what a table may hold."""
    if value is None:
        return None
    number = float(value)  # pyright: ignore[reportArgumentType]
    return number if math.isfinite(number) else None


def _bare(share: float) -> str:
    return percent(share).removesuffix(" %")


def _minus(text: str) -> str:
    return text.replace("-", "−")
