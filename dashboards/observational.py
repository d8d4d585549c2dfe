"""Effects where nobody was randomised: methods side by side, their assumptions, what speaks against them."""

from collections.abc import Sequence

from analytics_platform.metrics.metric import Unit
from dashboards.effects import signed, words
from dashboards.forest import Interval, Row, Tone
from dashboards.formats import lift, lift_range, number, p_value
from dashboards.reader import Row as Record
from dashboards.vocabulary import method_label, metric_label, unit

EFFECTS = "experiments.observational_effects"
DIAGNOSTICS = "experiments.observational_diagnostics"
COLUMNS = ("analysis_id", "method", "is_recommended", "outcome", "estimand", "population", "units",
           "treated_units", "control_mean", "effect", "effect_low", "effect_high", "relative_effect",
           "relative_low", "relative_high", "p_value", "assumptions", "reason")  # fmt: skip
STAR = "★"


def groups(effects: Sequence[Record]) -> list[list[Record]]:
    """The rows of each outcome."""
    outcomes = dict.fromkeys(row["outcome"] for row in effects)
    return [[row for row in effects if row["outcome"] == outcome] for outcome in outcomes]


def ordered(effects: Sequence[Record]) -> list[Record]:
    """Naive first, then in the table's order."""
    return sorted(effects, key=lambda row: row["method"] not in ("naive", "twfe"))


def unit_of(outcome: str) -> Unit:
    """Unit of an outcome, which may be a registered metric or words of its own."""
    return "share" if outcome.startswith("share of ") else unit(outcome)


def kind_of(outcome: str) -> str:
    """Kind of an outcome, as readouts name it: a share of users is a proportion, all else a mean."""
    is_proportion = outcome.startswith("share of users") or unit(outcome) == "share"
    return "proportion" if is_proportion else "mean"


def is_absolute(effects: Sequence[Record]) -> bool:
    """Whether an interval is known on the outcome's own scale only, which then serves for all rows."""
    return any(row["effect_low"] is not None and row["relative_low"] is None for row in effects)


def headline(effects: Sequence[Record]) -> str:
    """The recommended estimate beside the naive one."""
    best = next((row for row in effects if row["is_recommended"]), None)
    if best is None:
        return "No method can be recommended here"
    outcome, absolute = metric_label(best["outcome"]), is_absolute(effects)
    if best["relative_effect"] is None and best["effect"] is None:
        return f"{outcome}: the effect cannot be estimated"
    told = f"{outcome}: {_words(best, absolute=absolute)} by {in_prose(method_name(best, effects))}"
    naive = next((row for row in ordered(effects) if not row["is_recommended"]), None)
    if naive is None or naive["relative_effect"] is None:
        return told
    other = signed(naive["effect"], unit_of(naive["outcome"])) if absolute else lift(naive["relative_effect"])
    return f"{told}, against {other} by {in_prose(method_label(naive['method']))}"


def method_name(row: Record, effects: Sequence[Record]) -> str:
    """A method's label, with what is special about its analysis where the method was run in several."""
    several = [other["analysis_id"] for other in effects if other["method"] == row["method"]]
    special = what_is_special(row["analysis_id"], several)
    return f"{method_label(row['method'])}{f', {special}' if special else ''}"


def what_is_special(analysis_id: str, others: Sequence[str]) -> str:
    """What an analysis does not share with others, in words: the end of its name."""
    names = [name.split("_") for name in dict.fromkeys([*others, analysis_id])]
    steps = enumerate(zip(*names, strict=False))
    shared = next((at for at, words in steps if len(set(words)) > 1), min(map(len, names)))
    return " ".join(analysis_id.split("_")[shared:])


def in_prose(label: str) -> str:
    """A label within a sentence: abbreviations keep their capitals."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def forest_rows(effects: Sequence[Record]) -> list[Row]:
    """A row a method; coloured is only the recommended one, and only where it excludes zero."""
    absolute = is_absolute(effects)
    return [_forest_row(row, method_name(row, effects), absolute=absolute) for row in ordered(effects)]


def _forest_row(row: Record, name: str, *, absolute: bool) -> Row:
    label = f"{STAR} {name}" if row["is_recommended"] else name
    low, high = row["effect_low"], row["effect_high"]
    is_told = row["is_recommended"] and low is not None and high is not None and not low <= 0 <= high
    tone: Tone = "moved" if is_told else "noise"
    units = "" if row["units"] is None else f" · n = {row['units']:,}"
    told = _words(row, absolute=absolute)
    return Row(label, told, tone, _interval(row, absolute=absolute), hover=f"{label}: {told}{units}")


def axis(effects: Sequence[Record]) -> tuple[str, str]:
    """Format of the ticks of the forest plot and what stands after them."""
    if not is_absolute(effects):
        return "~%", ""
    return "~g", " pp" if unit_of(effects[0]["outcome"]) == "share" else ""


def _interval(row: Record, *, absolute: bool) -> Interval | None:
    """Estimate and ends on the plot's scale; a bare dot where there is no interval."""
    names = ("effect", "effect_low", "effect_high")
    if not absolute:
        names = ("relative_effect", "relative_low", "relative_high")
    estimate, low, high = (row[name] for name in names)
    if estimate is None:
        return None
    factor = 100 if absolute and unit_of(row["outcome"]) == "share" else 1
    ends = (estimate, estimate) if low is None or high is None else (low, high)
    return Interval(factor * estimate, factor * ends[0], factor * ends[1])


def _words(row: Record, *, absolute: bool) -> str:
    """Effect and interval on the plot's scale; without an interval the p-value."""
    estimate = row["effect"] if absolute else row["relative_effect"]
    if estimate is None:
        return words({**row, "metric": row["outcome"]})
    low, high = (row[f"{'effect' if absolute else 'relative'}_{end}"] for end in ("low", "high"))
    if low is None or high is None:
        told = signed(estimate, unit_of(row["outcome"])) if absolute else lift(estimate)
        return f"{told} ({', '.join(part for part in ('no interval', p_value(row['p_value'])) if part)})"
    if not absolute:
        return lift_range(estimate, low, high)
    ends = [signed(end, unit_of(row["outcome"])).removesuffix(" pp") for end in (low, high)]
    return f"{signed(estimate, unit_of(row['outcome']))} ({ends[0]} to {ends[1]})"


def facts(effects: Sequence[Record]) -> str:
    """Estimand, population and units of the recommended method, and how to read the plot."""
    row = next((row for row in effects if row["is_recommended"]), effects[0])
    treated = f", {row['treated_units']:,} of them treated" if row["treated_units"] is not None else ""
    mean = row["control_mean"]
    parts = (
        row["estimand"],
        row["population"],
        f"n = {row['units']:,}{treated}" if row["units"] is not None else "",
        "" if mean is None else f"mean without {number(mean, unit_of(row['outcome']))}",
        "absolute effects" if is_absolute(effects) else "relative effects",
        "95% intervals" if any(row["effect_low"] is not None for row in effects) else "",
        f"{STAR} recommended" if any(row["is_recommended"] for row in effects) else "",
    )
    return " · ".join(part for part in parts if part)
