"""Encouragement: a randomised nudge towards quizzes as the instrument for taking one."""

from pathlib import Path

import polars as pl

from analytics_platform.experiments.causal.tables import Analysis, Findings, Row
from analytics_platform.lakehouse import Engine, Window
from analytics_platform.stats.causal.influence import Floats
from analytics_platform.stats.causal.instrument import ComplierEffect, complier_effect

QUERY = Path(__file__).with_suffix(".sql").read_text()
NUDGE = "quiz_nudge"
CONTROL = "control"
FEWEST = 50
STRONG = 10.0
OUTCOMES = {
    "active_days": "active days from the first showing to the end of the test",
    "retained_7d": "share of users active seven days after the first showing",
}
ASSUMPTIONS = (
    "The nudge was randomised. It acts on the outcome through taking a quiz at all (exclusion: it fails in "
    "part if the nudge also makes quiz takers take more quizzes, or is itself pleasant or a nuisance). "
    "Nobody is kept from quizzes by it (monotonicity). One user's nudge does not touch another."
)


def quiz_encouragement(engine: Engine, days: Window, experiment_id: str = NUDGE) -> Findings:
    """Effects of the nudge, and of the quiz on those whom the nudge moved.

    Args:
        engine: answers from `raw.exposures` and `activity.user_days`.
        days: reporting days there are.
        experiment_id: the randomised encouragement.
    """
    rows = pl.DataFrame(engine.query(QUERY, {"experiment_id": experiment_id, **days.parameters()}))
    return sum((_of(rows, outcome) for outcome in OUTCOMES), Findings([], []))


def _of(rows: pl.DataFrame, outcome: str) -> Findings:
    analysis = Analysis(
        analysis_id=f"quiz_encouragement_{outcome}",
        question="What does taking a quiz do to those whom a nudge can move to take one?",
        design="encouragement",
        outcome=OUTCOMES[outcome],
        estimand="mean effect on compliers",
        population="users shown one variant of the nudge's test",
        assumptions=ASSUMPTIONS,
    )
    followed = rows.filter(pl.col("followed_days") >= 7) if outcome == "retained_7d" else rows
    encouraged = (followed["variant"] != CONTROL).to_numpy()
    if min(encouraged.sum(), (~encouraged).sum()) < FEWEST:
        counts = f"{encouraged.sum()} nudged and {(~encouraged).sum()} other users"
        reason = f"The test has {counts}; {FEWEST} of each are needed."
        methods = ("intention_to_treat", "wald_cace")
        return Findings([analysis.impossible(method, reason) for method in methods], [])
    values = followed["is_retained" if outcome == "retained_7d" else "active_days"].to_numpy().astype(float)
    found = complier_effect(encouraged, followed["has_quiz"].to_numpy(), values)
    return Findings(_effects(analysis, found, encouraged), _first_stage(analysis, found))


def _effects(analysis: Analysis, found: ComplierEffect, encouraged: Floats) -> list[Row]:
    treated = int(encouraged.sum())
    nudged = Analysis(
        **{
            **vars(analysis),
            "estimand": "mean effect of the nudge on all",
            "assumptions": "The nudge was randomised.",
        }
    )
    itt = nudged.effect("intention_to_treat", found.intention_to_treat, treated)
    if found.low is None or found.estimate is None:
        reason = (
            f"The nudge moves uptake by {found.uptake.estimate:+.1%} (F = {found.first_stage_f:.1f}), too "
            "little to bound the effect on those it moved."
        )
        return [itt, analysis.impossible("wald_cace", reason)]
    base = found.control_mean
    cace = analysis.row(
        "wald_cace",
        is_recommended=True,
        units=len(encouraged),
        treated_units=treated,
        control_mean=base,
        effect=found.estimate,
        standard_error=found.standard_error,
        effect_low=found.low,
        effect_high=found.high,
        relative_effect=found.estimate / base if base and base > 0 else None,
        p_value=found.p_value,
    )
    return [itt, cace]


def _first_stage(analysis: Analysis, found: ComplierEffect) -> list[Row]:
    compliers = found.uptake.estimate
    sentence = (
        f"The nudge moves {compliers:.1%} of users to a quiz (F = {found.first_stage_f:.0f}); "
        f"{found.always_share:.1%} take one anyway and {found.never_share:.1%} never."
    )
    strength = analysis.diagnostic(
        "first_stage", "F statistic", sentence, value=found.first_stage_f, passed=found.first_stage_f > STRONG
    )
    shares = (
        ("compliers", compliers, found.uptake.low, found.uptake.high),
        ("always takers", found.always_share, None, None),
        ("never takers", found.never_share, None, None),
    )
    return [
        strength,
        *(
            analysis.diagnostic("first_stage", item, sentence, value=value, low=low, high=high)
            for item, value, low, high in shares
        ),
    ]
