"""What rows of `behaviour.metric_changes` say, in sentences made from their numbers alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from analytics_platform.behaviour.metric_changes.anomalies import Deviation
from analytics_platform.behaviour.metric_changes.contributions import Row, named
from analytics_platform.behaviour.metric_changes.faults import Known
from analytics_platform.behaviour.metric_changes.measures import MEASURED, OVERALL
from analytics_platform.behaviour.metric_changes.periods import Comparison
from analytics_platform.metrics import METRICS, Metric

MINUTE, HOUR = 60, 3600
SEGMENTS = {
    "role": "{}s",
    "platform": "{} users",
    "country": "users in {}",
    "plan": "users on the {} plan",
    "acquisition_channel": "users who came by {}",
    "state": "{} users",
}
STRONG = 0.25
"""Of a change: a segment that moved by so much more than all the others is named as its driver."""
MOSTLY = 0.5


def worded(rows: list[Row], comparison: Comparison, known: Known) -> list[Row]:
    """The rows of one comparison with cause and sentence; see `table.SCHEMA`."""
    stories = {
        name: _Story(MEASURED[name], comparison, known, named(rows, metric=name))
        for name in dict.fromkeys(row["metric"] for row in rows)
    }
    return [{**row, **stories[row["metric"]].told(row)} for row in rows]


def continued(deviation: Deviation) -> Row:
    """The row of an unusual day that is not taken apart: it goes on with a run of such days."""
    comparison = Comparison("day", deviation.day)
    change = deviation.value - deviation.usual
    row: Row = {
        "comparison": comparison.kind,
        "as_of_date": deviation.day,
        "metric": deviation.metric,
        "dimension": OVERALL,
        "segment": "all",
        "component": "total",
        "before_value": deviation.usual,
        "after_value": deviation.value,
        "contribution": change,
        "relative_contribution": change / deviation.usual if deviation.usual else None,
        "robust_z": deviation.robust_z,
    }
    story = _Story(MEASURED[deviation.metric], comparison, Known(), [row])
    since = "" if deviation.is_first else f" Unusual since {_day(deviation.since)}."
    return {**row, "cause": None if deviation.is_first else "continued", "sentence": story.moved(row) + since}


@dataclass(frozen=True)
class _Story:
    """All rows of one metric in one comparison, and what is known besides."""

    metric: Metric
    comparison: Comparison
    known: Known
    rows: list[Row]

    @property
    def total(self) -> Row:
        return named(self.rows, dimension=OVERALL, component="total")[0]

    def told(self, row: Row) -> Row:
        """The columns that words fill."""
        if row["dimension"] != OVERALL or row["component"] != "total":
            return {"sentence": self.sentence(row)}
        driver = self.driver() if row["is_notable"] else None
        return {
            "cause": self.cause(row),
            "driver_dimension": driver and driver["dimension"],
            "driver_segment": driver and driver["segment"],
            "sentence": self.sentence(row),
        }

    def cause(self, row: Row) -> str | None:
        if any(day in self.known.gaps for day in self.comparison.later_days):
            return "logging_gap"
        if not row["is_notable"]:
            return None
        return "segment_shift" if self.driver() else "broad_shift"

    def driver(self) -> Row | None:
        """The segment that moved most unlike the others, where it makes much of the change."""
        change = self.total["contribution"]
        strong = [
            row
            for row in self.rows
            if row["component"] in {"mix", "excess"}
            and row["dimension"] != OVERALL
            and row["is_notable"]
            and row["contribution"] * change > 0
            and abs(row["contribution"]) >= STRONG * abs(change)
        ]
        return max(strong, key=lambda row: abs(row["contribution"]), default=None)

    def sentence(self, row: Row) -> str:
        if row["dimension"] != OVERALL:
            return self._of_segment(row)
        if row["component"] != "total":
            return self._of_split(row)
        parts = [*self._gaps(row), self.moved(row), self._why(), *self._gaps_before(), *self._besides()]
        return " ".join(part for part in parts if part)

    def moved(self, row: Mapping[str, Any]) -> str:
        """By how much, and from where."""
        label, before, after = self.metric.label, row["before_value"], row["after_value"]
        against = (
            "the week before" if self.comparison.kind == "week" else f"the mean of four {self._weekday()}s"
        )
        when = "" if self.comparison.kind == "week" else f" on {_day(self.comparison.as_of)}"
        if row.get("is_notable") is False:
            doubt = "too few people to tell" if row["p_value"] is None else "within noise"
            return f"{label}{when}: {self.says(after)} against {self.says(before)} in {against}, {doubt}."
        verb = "rose" if row["contribution"] > 0 else "fell"
        reach = ""
        if row.get("contribution_low") is not None:
            reach = f" ({self.change(row['contribution_low'])} to {self.change(row['contribution_high'])})"
        return (
            f"{label} {verb} to {self.says(after)}{when}, from {self.says(before)} in {against}: "
            f"{self.change(row['contribution'])}{reach}."
        )

    def _why(self) -> str:
        if not self.total["is_notable"]:
            return ""
        driver = self.driver()
        if driver is not None:
            is_most = abs(driver["contribution"]) >= MOSTLY * abs(self.total["contribution"])
            lead = "Mainly" if is_most else "Most unlike the others:"
            said = self._of_segment(driver, is_short=True)
            return (
                f"{lead} {segment_words(driver)}: {said}"
                if is_most
                else f"{lead} {segment_words(driver)}, {said}"
            )
        alike = "No segment moved much unlike the others"
        if self.comparison.kind == "day" and not self.metric.is_ratio and self.total["contribution"] < 0:
            alike += ", as on holidays and at the turn of terms"
        users = named(self.rows, dimension=OVERALL, component="users")
        if not users or not users[0]["before_value"]:
            return f"{alike}."
        share = users[0]["contribution"] / self.total["contribution"]
        few = "fewer" if users[0]["contribution"] < 0 else "more"
        if share >= MOSTLY:
            return f"{alike}; {few} active people make {min(share, 1.0):.0%} of the change."
        return f"{alike}; what each active person did makes most of the change."

    def _gaps(self, row: Row) -> Iterable[str]:
        """What the later period lacks because nothing was logged."""
        for day, gap in sorted(self.known.gaps.items()):
            if day not in self.comparison.later_days:
                continue
            words = gap.words(self.known.zone)
            if self.metric.name != "events":
                yield f"The log of {_day(day)} is incomplete: {words}."
                continue
            missing = gap.missing_events / self.comparison.after_days
            share = missing / (row["after_value"] + missing)
            verb = "fell" if -missing <= MOSTLY * row["contribution"] < 0 else "are too low"
            lost = f"by about {gap.missing_events:,.0f} ({share:.1%})"
            yield f"{self.metric.label} {verb} {lost} on {_day(day)} because {words}."

    def _gaps_before(self) -> Iterable[str]:
        for day, gap in sorted(self.known.gaps.items()):
            if day in self.comparison.days and day not in self.comparison.later_days:
                yield f"In the earlier period, on {_day(day)}, {gap.words(self.known.zone)}."

    def _besides(self) -> Iterable[str]:
        repeated = sorted(self.known.repeats.intersection(self.comparison.later_days))
        if repeated:
            yield "Many deliveries came twice; counts leave repeats out."
        first = self.comparison.later_days[0] - timedelta(days=0 if self.comparison.kind == "week" else 2)
        started = self.known.started(first, self.comparison.as_of)
        if started and self.total["is_notable"]:
            yield f"It coincides with the start of {' and '.join(started)}, which need not be the cause."

    def _of_segment(self, row: Row, *, is_short: bool = False) -> str:
        before, after, change = row["before_value"], row["after_value"], self.change(row["contribution"])
        who = "" if is_short else f"{_capital(segment_words(row))}: "
        if row["component"] == "mix":
            return f"{who}{before:.1%} of {self._denominator()} before, {after:.1%} after, {change}."
        pair = f"{self.says(before)} before, {self.says(after)} after"
        if row["component"] == "excess" and self.metric.is_ratio:
            size = self.change(abs(row["contribution"])).removeprefix("+")
            than = "less" if row["contribution"] < 0 else "more"
            return f"{who}{pair}, {size} {than} than by moving like all."
        if row["component"] == "excess":
            usual = f"{self.says(after)}, where moving like all would give {self.says(before)}"
            return f"{who}{usual}, {change}."
        if row["component"] == "proportional":
            return f"{who}{change} by moving like all."
        return f"{who}{pair}, {change}."

    def _of_split(self, row: Row) -> str:
        part = {
            "numerator": _noun(self.metric.numerator),
            "denominator": self._denominator(),
            "users": "active people",
            "per_user": "what each active person did",
        }[row["component"]]
        return f"{_capital(part)}: {self.change(row['contribution'])}."

    def _denominator(self) -> str:
        return _noun(self.metric.denominator or "dau")

    def says(self, value: float | None) -> str:
        """A value with its unit."""
        if value is None:
            return "none"
        text = amount(value, self.metric.unit)
        return text if self.metric.is_ratio or self.comparison.kind == "day" else f"{text} a day"

    def change(self, value: float) -> str:
        """A change of the overall metric: points for shares, stars as they are, else percent."""
        base = self.total["before_value"]
        if self.metric.unit == "share":
            return _minus(f"{100 * value:+.1f} points")
        if self.metric.unit == "stars" or not base:
            return _minus(f"{value:+.2f}")
        return _minus(f"{100 * value / base:+.1f} %")

    def _weekday(self) -> str:
        return f"{self.comparison.as_of:%A}"


def segment_words(row: Mapping[str, Any]) -> str:
    """A segment as readers call it, such as `students` or `users in DE`."""
    return SEGMENTS[row["dimension"]].format(str(row["segment"]).replace("_", " "))


def amount(value: float, unit: str) -> str:
    """A value with few digits."""
    if unit == "share":
        return f"{value:.1%}"
    if unit == "seconds":
        if value >= 2 * HOUR:
            return f"{value / HOUR:,.0f} h"
        return f"{value / MINUTE:.1f} min" if value >= 2 * MINUTE else f"{value:.0f} s"
    if unit in {"stars", "ratio"}:
        return f"{value:.2f}"
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"


def _noun(count: str) -> str:
    """What a count counts, as words."""
    if count == "dau":
        return "active days"
    return METRICS[count].label.lower() if count in METRICS else count.replace("_", " ")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _minus(text: str) -> str:
    return text.replace("-", "−")
