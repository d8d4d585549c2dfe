"""How numbers and days read on a page: few digits, the unit beside them, never a bare fraction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

MINUTE = 60
HOUR = 3600
SMALL_COUNT = 20


@dataclass(frozen=True)
class Scale:
    """How an axis writes a unit.

    Attributes:
        divisor: values are divided by it before they are drawn.
        tick_format: d3 format of the ticks.
        suffix: written after each tick.
    """

    divisor: float = 1.0
    tick_format: str = "~s"
    suffix: str = ""


def number(value: float, unit: str) -> str:
    """A value with its unit, such as `23.4%`, `6.2 min`, `4.12`, `3,120`."""
    if unit == "share":
        return percent(value)
    if unit == "seconds":
        return _duration(value)
    if unit == "stars":
        return f"{value:.2f}"
    if abs(value) >= 1e6:
        return f"{value / 1e6:,.2f}M"
    if unit == "ratio":
        return f"{value:,.2f}"
    return f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 10 else f"{value:.1f}"


def percent(share: float) -> str:
    """A share as a percentage: one decimal, two below one percent."""
    digits = 2 if 0 < abs(share) < 0.01 else 1
    return f"{100 * share:.{digits}f}%"


def lift(share: float, digits: int | None = None) -> str:
    """A relative effect with its sign, such as `+2.3%`; two decimals below one percent."""
    digits = lift_digits(share) if digits is None else digits
    return f"{_signed(100 * share, digits)}%"


def lift_digits(share: float) -> int:
    """Decimals that suit a relative effect."""
    return 2 if 0 < abs(share) < 0.01 else 1


def lift_range(estimate: float | None, low: float | None, high: float | None) -> str:
    """A relative effect with its interval, such as `+2.3% (+0.4 to +4.2)`."""
    if estimate is None:
        return "no estimate"
    digits = lift_digits(estimate)
    if low is None and high is None:
        return f"{lift(estimate, digits)} (no interval)"
    ends = ["unbounded" if end is None else _signed(100 * end, digits) for end in (low, high)]
    return f"{lift(estimate, digits)} ({ends[0]} to {ends[1]})"


def p_value(p: float | None) -> str:
    """A p-value in a sentence, such as `p = 0.031` or `p < 0.001`; empty where there is none."""
    if p is None:
        return ""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def _duration(seconds: float) -> str:
    if abs(seconds) >= 2 * HOUR:
        return f"{seconds / HOUR:,.1f} h"
    if abs(seconds) >= 2 * MINUTE:
        return f"{seconds / MINUTE:.1f} min"
    return f"{seconds:.0f} s"


def difference(before: float, after: float, unit: str) -> str:
    """The signed change between two values: points for shares and stars, else percent.

    From a count below twenty, whose percentages mislead, the plain difference.
    """
    if unit == "share":
        return f"{_signed(100 * (after - before), 1)} pp"
    if unit == "stars":
        return _signed(after - before, 2)
    if before == 0 or (before < SMALL_COUNT and unit not in ("seconds", "ratio")):
        after -= before
        return "0" if after == 0 else ("+" if after > 0 else "-") + number(abs(after), unit)
    return f"{_signed(100 * (after / before - 1), 1)}%"


def _signed(value: float, digits: int) -> str:
    rounded = round(value, digits) + 0.0
    return f"{rounded:+.{digits}f}" if rounded else f"{0:.{digits}f}"


def scale(unit: str, values: Sequence[float | None]) -> Scale:
    """The axis that suits a unit and the largest of the values drawn."""
    top = max((abs(value) for value in values if value is not None), default=0.0)
    if unit == "share":
        return Scale(tick_format=".0%" if top >= 0.2 else ".1%")
    if unit == "stars":
        return Scale(tick_format=".2f")
    if unit != "seconds":
        return Scale(tick_format="~s" if top >= 4 else ".1f")
    if top >= 2 * HOUR:
        return Scale(HOUR, "~g", " h")
    return Scale(MINUTE, "~g", " min") if top >= 2 * MINUTE else Scale(1.0, "~g", " s")


def long_day(day: date) -> str:
    """Such as `Fri 27 Feb 2026`."""
    return f"{day:%a} {day.day} {day:%b %Y}"


def short_day(day: date) -> str:
    """Such as `27 Feb`."""
    return f"{day.day} {day:%b}"


def instant(at: datetime, zone: ZoneInfo) -> str:
    """An instant in the reporting zone, such as `27 Feb 2026 14:05`."""
    local = at.astimezone(zone)
    return f"{local.day} {local:%b %Y %H:%M}"


def listed(words: Sequence[str]) -> str:
    """Words as a list in prose: `a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def days_in_words(days: Sequence[date], shown: int = 3) -> str:
    """A few days by name, many as a count and a range."""
    if len(days) <= shown:
        return listed([long_day(day) for day in days])
    return f"{len(days)} days between {long_day(days[0])} and {long_day(days[-1])}"
