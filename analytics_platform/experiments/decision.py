"""Decisions: rows of `experiments.decisions`, by the catalogue's rule, with reasons made from the numbers.

In this order: arms that are not as large as planned hold the experiment; significant harm to a guardrail or
to the primary metric stops it; a primary metric that is better (or not worse, where that was the aim), with
every guardrail within its margin and after the minimum of days, ships it, or holds it where something else is
in doubt; an end without that is Stop where an effect worth having is ruled out, else Inconclusive.
"""

from dataclasses import dataclass
from typing import Any, Literal

from analytics_platform.experiments.mismatch import is_broken
from analytics_platform.experiments.plan import Goal, Plan, Rule
from analytics_platform.experiments.readout import decisive
from analytics_platform.experiments.reasons import (
    counted,
    interval_text,
    p_text,
    percent,
    sentence,
    sentences,
)
from analytics_platform.experiments.tables import DECISIONS

Row = dict[str, Any]
Verdict = Literal["Ship", "Hold", "Stop", "Inconclusive"]

BLOCKING = ("pre_period_aa", "exclusions", "crossovers", "interference", "early_outcomes")
"""Diagnostics that make a Ship a Hold when they fail."""

EARLY_HARM = 0.001
"""Level at which a fixed design stops for harm before its end, whatever the day: looking daily costs little.

Source: Haybittle (1971), Repeated assessment of results in clinical trials; Peto et al. (1976).
"""


@dataclass(frozen=True)
class Evidence:
    """What a decision looks at.

    Attributes:
        readouts: rows of the readouts, all methods.
        srm: rows of the sample-ratio tests.
        diagnostics: rows of the diagnostics.
        failed_checks: claims about the tables behind it that do not hold, as sentences.
    """

    readouts: list[Row]
    srm: list[Row]
    diagnostics: list[Row]
    failed_checks: tuple[str, ...] = ()


def decisions(plan: Plan, evidence: Evidence) -> list[Row]:
    """One verdict for each comparison of the experiment."""
    return [_decision(plan, evidence, variant) for variant in plan.comparisons]


def _decision(plan: Plan, evidence: Evidence, variant: str) -> Row:
    rows = decisive(evidence.readouts, variant)
    primary = rows[plan.primary.metric]
    blocked = _doubts(evidence, variant)
    verdict, said = _verdict(plan, rows, blocked)
    return {
        **dict.fromkeys(DECISIONS.names),
        "experiment_id": plan.experiment_id,
        "variant": variant,
        "as_of_date": plan.as_of,
        "verdict": verdict,
        "headline": sentence(
            f"{verdict}: {_finding(plan.primary, primary)}{_because(verdict, said, blocked)}"
        ),
        "reasons": sentences([*said, *_told(plan, rows), *blocked, *_notes(evidence, variant)]),
        "is_final": plan.has_ended or verdict in {"Ship", "Stop"},
        "primary_metric": plan.primary.metric,
        **{name: primary[name] for name in ("relative_effect", "relative_low", "relative_high", "method")},
    }


def _verdict(plan: Plan, rows: dict[str, Row], blocked: list[str]) -> tuple[Verdict, list[str]]:
    goals = {goal.metric: goal for goal in plan.goals}
    primary, rule = rows[plan.primary.metric], plan.rule
    if blocked and any("sample ratio" in doubt for doubt in blocked):
        return "Hold", ["the arms are not as large as planned, so that no effect here can be believed"]
    harmed = [
        goals[name]
        for name, row in rows.items()
        if row["purpose"] == "guardrail" and _is_worse(plan, goals[name], row)
    ]
    if harmed:
        return "Stop", [f"{_names(harmed)} got significantly worse"]
    if _is_worse(plan, plan.primary, primary):
        return "Stop", [f"{plan.primary.label} got significantly worse"]
    if _has_won(plan.primary, primary, rule):
        return _winner(plan, rows, blocked)
    if not plan.has_ended:
        return "Inconclusive", ["the experiment is still running; keep it running to its planned end"]
    return _without_winner(plan, primary, blocked)


def _winner(plan: Plan, rows: dict[str, Row], blocked: list[str]) -> tuple[Verdict, list[str]]:
    """The primary metric is as wanted: what still stands in the way?"""
    open_guards = [
        row["metric"]
        for row in rows.values()
        if row["purpose"] == "guardrail" and row["is_non_inferior"] is False
    ]
    unknown = [
        row["metric"]
        for row in rows.values()
        if row["purpose"] == "guardrail" and row["margin"] is not None and row["is_non_inferior"] is None
    ]
    goals = {goal.metric: goal for goal in plan.goals}
    if plan.days < plan.rule.minimum_days:
        return "Inconclusive", [
            (
                f"the result is as wanted, but only {counted(plan.days, 'day')} of at least "
                f"{plan.rule.minimum_days} have passed"
            )
        ]
    if plan.looks.design == "fixed" and not plan.has_ended:
        return "Inconclusive", ["the design has one look, at the planned end, which has not come"]
    if blocked:
        return "Hold", ["the result is as wanted, but what it rests on is in doubt"]
    if open_guards or unknown:
        names = _names([goals[name] for name in (*open_guards, *unknown)])
        return "Hold", [f"the result is as wanted, but harm to {names} beyond its margin is not ruled out"]
    return "Ship", [_why_ship(plan, rows)]


def _why_ship(plan: Plan, rows: dict[str, Row]) -> str:
    aim = "is better" if plan.rule.ship_when == "better" else "is not worse"
    guards = [
        goal for goal in plan.goals if goal.purpose == "guardrail" and rows[goal.metric]["is_non_inferior"]
    ]
    return f"{plan.primary.label} {aim}" + (
        f" and {_names(guards)} stayed within {'its margin' if len(guards) == 1 else 'their margins'}"
        if guards
        else ""
    )


def _without_winner(plan: Plan, primary: Row, blocked: list[str]) -> tuple[Verdict, list[str]]:
    """The planned end is there, and the primary metric is neither as wanted nor worse."""
    if primary["reason"] and primary["effect"] is None:
        return "Inconclusive", ["the planned end is reached without an estimate"]
    least, best = plan.rule.minimum_effect, _best_case(plan.primary, primary)
    if blocked:
        return "Hold", ["what the result rests on is in doubt"]
    if plan.rule.ship_when == "not_worse":
        return _not_shown_harmless(plan, best)
    if least is None or best is None:
        return "Inconclusive", ["the planned end is reached and the effect cannot be told from zero"]
    wanted = percent(plan.primary.sign * least)
    if best < least:
        return "Stop", [f"the planned end is reached and an effect of {wanted} can be ruled out"]
    return "Inconclusive", [
        f"the planned end is reached and an effect of {wanted} is neither shown nor ruled out"
    ]


def _not_shown_harmless(plan: Plan, best: float | None) -> tuple[Verdict, list[str]]:
    """The aim was to be not worse, and that is not shown."""
    goal, margin = plan.primary, plan.primary.margin
    if margin is None or not goal.has_relative_margin:
        margin = plan.rule.minimum_effect
    if margin is None:
        return "Inconclusive", ["the planned end is reached and harm is not ruled out"]
    loss = percent(-goal.sign * margin)
    if best is not None and best < -margin:
        return "Stop", [f"the planned end is reached and a change of {loss} or worse is shown"]
    return "Inconclusive", [f"the planned end is reached and a change of {loss} is not ruled out"]


def _has_won(goal: Goal, row: Row, rule: Rule) -> bool:
    if rule.ship_when == "not_worse" and goal.margin is not None:
        return bool(row["is_non_inferior"])
    if rule.ship_when == "not_worse":
        return (
            row["effect"] is not None and rule.minimum_effect is not None and _rules_out_loss(goal, row, rule)
        )
    return _is_significant(row) and goal.sign * row["effect"] > 0.0


def _rules_out_loss(goal: Goal, row: Row, rule: Rule) -> bool:
    """Whether a loss of the minimum effect is outside the interval: the margin of a primary without one."""
    worst = _worst_case(goal, row)
    return worst is not None and rule.minimum_effect is not None and worst > -rule.minimum_effect


def _is_worse(plan: Plan, goal: Goal, row: Row) -> bool:
    is_early = plan.looks.design == "fixed" and not plan.has_ended
    is_clear = not is_early or (row["p_value"] is not None and row["p_value"] < EARLY_HARM)
    return is_clear and _is_significant(row) and goal.sign * row["effect"] < 0.0


def _is_significant(row: Row) -> bool:
    """The interval excludes zero and the p-value, adjusted over variants, is small."""
    p_value, low, high = row["adjusted_p_value"], row["effect_low"], row["effect_high"]
    if p_value is None or low is None or high is None:
        return False
    return p_value <= row["alpha"] and not low <= 0.0 <= high


def _best_case(goal: Goal, row: Row) -> float | None:
    low, high = row["relative_low"], row["relative_high"]
    return None if low is None or high is None else max(goal.sign * low, goal.sign * high)


def _worst_case(goal: Goal, row: Row) -> float | None:
    low, high = row["relative_low"], row["relative_high"]
    return None if low is None or high is None else min(goal.sign * low, goal.sign * high)


def _doubts(evidence: Evidence, variant: str) -> list[str]:
    """What forbids a Ship, in words."""
    doubts: list[str] = []
    if is_broken(evidence.srm):
        found = next(row for row in evidence.srm if row["is_mismatch"])
        where = "overall" if found["scope"] == "overall" else f"in {found['scope']} {found['segment']}"
        names = ("p_value" if found["scope"] == "overall" else "adjusted_p_value", "sequential_p_value")
        p_value = min(found[name] for name in names if found[name] is not None)
        doubts.append(
            f"sample ratio mismatch {where}: {found['observed']} where {found['expected']} "
            f"were planned ({p_text(p_value)})"
        )
    doubts += [
        row["sentence"]
        for row in evidence.diagnostics
        if row["diagnostic"] in BLOCKING and row["passed"] is False and row["variant"] in {variant, None}
    ]
    return doubts + [f"a check of the data failed: {claim}" for claim in evidence.failed_checks]


def _notes(evidence: Evidence, variant: str) -> list[str]:
    """What a reader should know, though it forbids nothing."""
    return [
        row["sentence"]
        for row in evidence.diagnostics
        if row["variant"] in {variant, None} and _is_worth_knowing(row)
    ]


def _is_worth_knowing(row: Row) -> bool:
    """What failed without blocking, and what a blocking diagnostic could not tell."""
    is_blocking = row["diagnostic"] in BLOCKING
    return row["passed"] is (None if is_blocking else False)


def _told(plan: Plan, rows: dict[str, Row]) -> list[str]:
    """A sentence for every metric."""
    return [
        f"{goal.purpose}: {_finding(goal, rows[goal.metric])}{_guarded(goal, rows[goal.metric])}"
        for goal in plan.goals
    ]


def _finding(goal: Goal, row: Row) -> str:
    told = f"{goal.label} {interval_text(row)}"
    return told if row["adjusted_p_value"] is None else f"{told}, {p_text(row['adjusted_p_value'])}"


def _guarded(goal: Goal, row: Row) -> str:
    if goal.margin is None or row["is_non_inferior"] is None:
        return ""
    margin = (
        percent(-goal.sign * goal.margin) if goal.has_relative_margin else f"{-goal.sign * goal.margin:+g}"
    )
    return f"; a change of {margin} {'is ruled out' if row['is_non_inferior'] else 'is not ruled out'}"


def _because(verdict: Verdict, said: list[str], blocked: list[str]) -> str:
    if verdict == "Hold" and blocked:
        return f"; {blocked[0].rstrip('.')}"
    return f"; {said[0]}" if verdict != "Ship" else ""


def _names(goals: list[Goal]) -> str:
    labels = [goal.label for goal in goals]
    return labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} and {labels[-1]}"
