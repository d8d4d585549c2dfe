"""Unusual days, from rows of `behaviour.metric_changes` to words: days that go on are told as one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from analytics_platform.metrics import METRICS
from dashboards.behaviour.change_parts import FIRST, totals
from dashboards.formats import days_in_words, listed, long_day
from dashboards.reader import Row
from dashboards.vocabulary import count

CAUSES = {
    "logging_gap": ":orange-badge[:material/report: logging gap]",
    "segment_shift": ":blue-badge[one segment]",
    "broad_shift": ":gray-badge[everywhere alike]",
    "continued": ":gray-badge[goes on]",
}
NO_CAUSE = ":gray-badge[no cause known]"
MOST_METRICS = 3


@dataclass(frozen=True)
class Spell:
    """One unusual day, or days in a row that are unusual alike.

    Attributes:
        days: in order.
        lead: the row that is told: of the first day and its telling metric.
        metrics: labels of every metric that was unusual then.
    """

    days: tuple[date, ...]
    lead: Row
    metrics: tuple[str, ...]

    @property
    def words(self) -> str:
        """Such as `**Mon 22 Dec 2025, 14 days** [cause] sentence`."""
        length = len(self.days)
        when = long_day(self.days[0]) if length == 1 else f"{long_day(self.days[0])}, {length} days"
        badge = CAUSES.get(self.lead["cause"] or "", NO_CAUSE)
        others = [label for label in self.metrics if label != METRICS[self.lead["metric"]].label]
        also = ""
        if others:
            rest = len(others) - MOST_METRICS
            shown = [*others[:MOST_METRICS], *([f"{rest} more"] if rest > 0 else [])]
            also = f" :small[Also {listed([label[:1].lower() + label[1:] for label in shown])}.]"
        return f"**{when}** {badge}  \n{self.lead['sentence']}{also}"


def spells(rows: Sequence[Row]) -> list[Spell]:
    """Unusual days, newest first; days that go on with those before are told with them."""
    by_day: dict[date, list[Row]] = {}
    for row in totals(rows, "day"):
        by_day.setdefault(row["as_of_date"], []).append(row)
    groups: list[list[date]] = []
    for day in sorted(by_day):
        goes_on = any(row["cause"] == "continued" for row in by_day[day])
        if groups and goes_on:
            groups[-1].append(day)
        else:
            groups.append([day])
    return [_spell(days, by_day) for days in reversed(groups)]


def _spell(days: Sequence[date], by_day: dict[date, list[Row]]) -> Spell:
    first = by_day[days[0]]
    fresh = [row for row in first if row["cause"] != "continued"] or first
    gaps = [row for row in fresh if row["cause"] == "logging_gap" and row["metric"] == "events"]
    known = [row for name in FIRST for row in fresh if row["metric"] == name]
    lead = (gaps or known or sorted(fresh, key=lambda row: -abs(row["robust_z"] or 0.0)))[0]
    labels = dict.fromkeys(METRICS[row["metric"]].label for day in days for row in by_day[day])
    return Spell(tuple(days), lead, tuple(labels))


def days_headline(found: Sequence[Spell]) -> str:
    """How many unusual days there were, and where the log and not behaviour is to blame."""
    if not found:
        return "No day was unlike the weeks before it"
    days = sum(len(spell.days) for spell in found)
    gaps = [spell.days[0] for spell in found if spell.lead["cause"] == "logging_gap"]
    said = f"{count(days, 'day')} unlike the weeks before, in {count(len(found), 'spell')}"
    return f"{said}; on {days_in_words(gaps)} the log has a gap" if gaps else said
