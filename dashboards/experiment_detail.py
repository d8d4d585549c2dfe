"""One experiment in words and rows: its plan, its metrics, its methods, its segments, its diagnostics."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import groupby

from dashboards.certification import Standing
from dashboards.effects import forest_row, interval_of, level, n_words, reason_words, words
from dashboards.forest import Row
from dashboards.formats import listed, long_day, number, p_value, percent
from dashboards.reader import Row as Record
from dashboards.vocabulary import (
    PURPOSES,
    count,
    diagnostic_label,
    direction,
    in_words,
    method_label,
    metric_label,
    unit,
)

METRIC_COLUMNS = (
    "metric", "purpose", "method", "is_decisive", "control_units", "treatment_units", "control_mean",
    "treatment_mean", "effect", "effect_low", "effect_high", "relative_effect", "relative_low",
    "relative_high", "p_value", "adjusted_p_value", "variance_reduction", "margin", "margin_p_value",
    "is_non_inferior", "reason",
)  # fmt: skip
DIMENSIONS = {"role": "Role", "platform": "Platform", "country": "Country", "plan": "Plan"}


def plan(experiment: Record) -> str:
    """What was planned, as lines of Markdown: hypothesis, dates, unit, allocation, rule."""
    trigger = " ".join(part for part in (experiment["trigger_event"], experiment["trigger_feature"]) if part)
    design = in_words(experiment["sequential_design"] or "fixed").lower()
    facts = {
        "Hypothesis": experiment["hypothesis"],
        "Runs": f"{long_day(experiment['start_date'])} to {_end(experiment)}",
        "Randomised": f"by {experiment['unit']}: {experiment['variants']}",
        "Exposed at": trigger,
        "Rule": experiment["decision_rule"],
        "Design": f"{design}, level {experiment['alpha']:g}",
        "Owner": experiment["owner"],
    }
    return "  \n".join(f"**{name}** {value}" for name, value in facts.items() if value)


def _end(experiment: Record) -> str:
    return "open end" if experiment["end_date"] is None else long_day(experiment["end_date"])


def labelled(readouts: Sequence[Record]) -> list[Record]:
    """The chosen rows with the label of their metric."""
    return [{**row, "label": metric_label(row["metric"])} for row in chosen(readouts)]


def chosen(readouts: Sequence[Record]) -> list[Record]:
    """One row a metric, primary first: the decisive one, else the first by the order of the methods."""
    order = {name: at for at, name in enumerate(PURPOSES)}
    ranked = sorted(
        readouts, key=lambda row: (order.get(row["purpose"], 9), row["metric"], not row["is_decisive"])
    )
    return [next(rows) for _, rows in groupby(ranked, key=lambda row: (row["purpose"], row["metric"]))]


def relative_margins(experiment: Record) -> set[str]:
    """Guardrails of a catalogue row whose margin is a share of the control mean."""
    parts = (experiment.get("guardrails") or "").split(", ")
    return {part.split(" ")[0] for part in parts if part.endswith("%")}


def metric_rows(readouts: Sequence[Record], relative: Collection[str], *, is_broken: bool) -> list[Row]:
    """A row of the forest plot for each metric.

    Args:
        readouts: rows of `experiments.readouts` of one variant.
        relative: guardrails whose margin lies on the plot's scale.
        is_broken: whether group sizes do not fit the plan, which greys everything.
    """
    return [_metric_row(row, relative, is_broken=is_broken) for row in chosen(readouts)]


def _metric_row(row: Record, relative: Collection[str], *, is_broken: bool) -> Row:
    label = metric_label(row["metric"])
    if row["purpose"] == "guardrail":
        label = f"{label} <i>(guardrail)</i>"
    drawn = forest_row(row, label, row["metric"], "" if is_broken else guardrail_words(row, short=True))
    hover = f"{drawn.hover} · {method_label(row['method'])}"
    mark = row["margin"] if row["purpose"] == "guardrail" and row["metric"] in relative else None
    if mark is not None and direction(row["metric"]) == "up":
        mark = -mark
    return replace(drawn, mark=mark, hover=hover, tone="broken" if is_broken else drawn.tone)


def guardrail_words(row: Record, *, short: bool = False) -> str:
    """What the margin's test says of a guardrail; empty for other metrics."""
    if row["purpose"] != "guardrail" or row["margin"] is None:
        return ""
    if row["is_non_inferior"] is None:
        return "cannot tell" if short else "The margin cannot be tested."
    if short:
        return "safe" if row["is_non_inferior"] else "not shown safe"
    p = p_value(row["margin_p_value"])
    told = "is not worse" if row["is_non_inferior"] else "is not shown to be safe: it may be worse"
    return f"{metric_label(row['metric'])} {told} by its margin{f' ({p})' if p else ''}."


def metric_table(readouts: Sequence[Record]) -> list[dict[str, object]]:
    """The same as a table, numbers in words."""
    return [
        {
            "metric": metric_label(row["metric"]),
            "purpose": PURPOSES.get(row["purpose"], row["purpose"]),
            "control": _value(row["control_mean"], row["metric"]),
            "treatment": _value(row["treatment_mean"], row["metric"]),
            "effect": words(row),
            "p": p_value(row["p_value"]),
            "adjusted p": p_value(row["adjusted_p_value"]),
            "units": _units(row),
            "method": method_label(row["method"]),
            "margin": guardrail_words(row),
        }
        for row in chosen(readouts)
    ]


def _value(value: float | None, metric: str) -> str:
    return "not known" if value is None else number(value, unit(metric))


def _units(row: Record) -> str:
    counts = (row["treatment_units"], row["control_units"])
    return " / ".join("0" if units is None else f"{units:,}" for units in counts)


def method_rows(readouts: Sequence[Record], metric: str, *, is_broken: bool) -> list[Row]:
    """One metric by every method that was run, the decisive one first; grey when group sizes are broken."""
    own = sorted((row for row in readouts if row["metric"] == metric), key=lambda row: not row["is_decisive"])
    rows = [forest_row(row, _method_label(row), metric, _reduction(row)) for row in own]
    return [replace(row, tone="broken") for row in rows] if is_broken else rows


def _method_label(row: Record) -> str:
    return f"{'★ ' if row['is_decisive'] else ''}{method_label(row['method'])}"


def _reduction(row: Record) -> str:
    reduction = row["variance_reduction"]
    return f"variance −{100 * reduction:.0f}%" if reduction is not None and reduction > 0.005 else ""


def bayesian_words(readouts: Sequence[Record], metric: str) -> str:
    """The posterior of a metric in a sentence; empty where none was computed."""
    row = next(
        (row for row in readouts if row["metric"] == metric and row["chance_to_win"] is not None), None
    )
    if row is None:
        return ""
    loss = row["expected_loss"]
    told = f", expected relative loss when shipped {_small(loss)}" if loss is not None else ""
    chance = "over 99.9%" if row["chance_to_win"] > 0.999 else percent(row["chance_to_win"])
    return f"Bayesian: {chance} chance that {metric_label(metric).lower()} is better{told}."


def _small(share: float) -> str:
    return "below 0.01%" if 0 <= share < 0.0001 else percent(share)


def subtitle(readouts: Sequence[Record], unit_name: str) -> str:
    """What the forest of metrics shows: scale, level of the intervals and units of both arms."""
    first = chosen(readouts)[0]
    parts = (
        f"Relative effect with its {level(first)} interval, {first['variant']} against control",
        n_words(first, unit_name),
        "coloured where zero is excluded after adjusting for the number of metrics",
        "dotted: a guardrail's margin",
    )
    return " · ".join(part for part in parts if part)


def method_words(standings: Sequence[Standing]) -> str:
    """Methods with the badge of each, on one line."""
    return " · ".join(f"{method_label(found.method)} {found.badge}" for found in standings)


def segment_rows(segments: Sequence[Record], dimension: str, *, is_broken: bool) -> list[Row]:
    """A row a segment, largest effect first; the shrunken estimate below the raw one."""
    own = [row for row in segments if row["dimension"] == dimension]
    ranked = sorted(
        own,
        key=lambda row: (row["relative_effect"] is None, -(row["relative_effect"] or 0.0), row["segment"]),
    )
    rows = [
        replace(forest_row(row, _with_n(row), row["metric"]), shadow=interval_of(row, "shrunken"))
        for row in ranked
    ]
    return [replace(row, tone="broken") for row in rows] if is_broken else rows


def _with_n(row: Record) -> str:
    """A segment with the units of both arms, such as `teacher · n = 612`."""
    arms = (row["control_units"], row["treatment_units"])
    known = [units for units in arms if units is not None]
    return f"{row['segment']}{f' · n = {sum(known):,}' if known else ''}"


def left_out(segments: Sequence[Record]) -> list[str]:
    """Segments without an estimate, a sentence for each reason."""
    by_reason: dict[str, list[str]] = {}
    for row in segments:
        if row["reason"]:
            by_reason.setdefault(row["reason"], []).append(row["segment"])
    return [f"{listed(names)}: {reason_words(reason)}" for reason, names in by_reason.items()]


def heterogeneity(segments: Sequence[Record], dimension: str) -> str:
    """Whether the effect differs among the segments of a dimension, in a sentence."""
    own = [row for row in segments if row["dimension"] == dimension]
    p = next((row["heterogeneity_p_value"] for row in own if row["heterogeneity_p_value"] is not None), None)
    name = DIMENSIONS.get(dimension, dimension).lower()
    if p is None:
        return f"Whether the effect differs by {name} cannot be estimated: too few units in its segments"
    if p < 0.05:
        return f"The effect differs by {name} ({p_value(p)}, before any correction for looking at several)"
    return f"No sign that the effect differs by {name} ({p_value(p)})"


def diagnostics_in_words(diagnostics: Sequence[Record]) -> list[tuple[bool | None, str, str]]:
    """Whether each passed, what was looked at, and the sentence; failures first."""
    ranked = sorted(
        diagnostics, key=lambda row: (row["passed"] is not False, row["diagnostic"], row["metric"] or "")
    )
    return [
        (row["passed"], diagnostic_label(row["diagnostic"]), row["sentence"] or "No finding.")
        for row in ranked
    ]


def diagnostics_headline(diagnostics: Sequence[Record]) -> str:
    """How many diagnostics failed."""
    judged = [row for row in diagnostics if row["passed"] is not None]
    failed = sum(not row["passed"] for row in judged)
    if not judged:
        return "No diagnostic has an outcome yet"
    if failed:
        return f"{failed} of {count(len(judged), 'diagnostic')} {'fails' if failed == 1 else 'fail'}"
    return f"All {len(judged)} diagnostics pass" if len(judged) > 1 else "The diagnostic passes"
