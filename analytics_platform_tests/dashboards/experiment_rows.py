"""Five made-up experiments: plans, readouts and verdicts, with every special case that a page must bear.

A clear winner with all details; one whose group sizes are broken; one on classrooms by a method that is not
certified yet; one that cannot be estimated; one quiet A/A test by a method whose certificate failed.
"""

from datetime import date, timedelta
from typing import Any

START = date(2025, 10, 1)
AS_OF = START + timedelta(days=27)
Record = dict[str, Any]

EXPERIMENTS = {
    "calmer_layout": ("user", "engagement_seconds_per_user", "cuped", "Ship", 0.114),
    "streak_reminders": ("user", "active_days", "cuped", "Hold", 0.031),
    "class_challenges": ("classroom", "active_days", "cluster_delta", "Inconclusive", 0.062),
    "tiny_pilot": ("user", "converted", "unadjusted", "Inconclusive", None),
    "homepage_aa": ("user", "sessions", "group_sequential", "Stop", -0.004),
}
HALF_WIDTH = 0.03


def interval(effect: float | None, half: float = HALF_WIDTH, mean: float = 4.0) -> Record:
    """Columns of an effect with a symmetric interval; all null where there is none."""
    if effect is None:
        return dict.fromkeys(
            ("effect", "effect_low", "effect_high", "relative_effect", "relative_low", "relative_high")
        )
    low, high = effect - half, effect + half
    return {
        "effect": effect * mean,
        "effect_low": low * mean,
        "effect_high": high * mean,
        "relative_effect": effect,
        "relative_low": low,
        "relative_high": high,
    }


def readout(
    experiment_id: str,
    metric: str,
    method: str,
    effect: float | None,
    half: float = HALF_WIDTH,
    **other: object,
) -> Record:
    """A row of `experiments.readouts`."""
    few = effect is None
    p = None if effect is None else 0.0004 if abs(effect) > HALF_WIDTH else 0.41
    return {
        "experiment_id": experiment_id,
        "as_of_date": AS_OF,
        "variant": "treatment",
        "control_variant": "control",
        "metric": metric,
        "kind": "mean",
        "purpose": "primary",
        "method": method,
        "is_decisive": True,
        "control_units": 3 if few else 4912,
        "treatment_units": 2 if few else 5088,
        "control_mean": None if few else 4.0,
        "treatment_mean": None if effect is None else 4.0 * (1 + effect),
        **interval(effect, half),
        "p_value": p,
        "adjusted_p_value": p,
        "alpha": 0.05,
        "reason": "no user of either arm converted" if few else None,
        **other,
    }


def readouts() -> list[Record]:
    rows = [
        readout(name, metric, method, effect) for name, (_, metric, method, _, effect) in EXPERIMENTS.items()
    ]
    name, metric = "calmer_layout", "engagement_seconds_per_user"
    guardrail = {"purpose": "guardrail", "margin": 0.02, "margin_p_value": 0.003}
    return [
        *rows,
        readout(name, metric, "unadjusted", 0.118, is_decisive=False, half=0.05),
        readout(name, metric, "post_stratified", 0.116, is_decisive=False, variance_reduction=0.12),
        readout(
            name, metric, "bayesian", 0.112, is_decisive=False, chance_to_win=0.998, expected_loss=0.0002
        ),
        readout(name, "sessions", "cuped", 0.012, purpose="secondary", variance_reduction=0.34),
        readout(name, "retained_7d", "unadjusted", -0.05, purpose="secondary", kind="retention"),
        readout(name, "active_days", "cuped", 0.004, is_non_inferior=True, **guardrail),
        readout(name, "cancelled", "unadjusted", None, is_non_inferior=None, **guardrail),
    ]


def catalogue() -> list[Record]:
    return [
        {
            "experiment_id": name,
            "hypothesis": f"The {name.replace('_', ' ')} helps.",
            "owner": "growth",
            "unit": unit,
            "control_variant": "control",
            "variants": "control 50%, treatment 50%",
            "start_date": START,
            "end_date": None if name == "tiny_pilot" else AS_OF,
            "primary_metric": metric,
            "secondary_metrics": "sessions, retained_7d",
            "guardrails": "active_days by at most 2%, cancelled by at most 0.02",
            "covariates": metric,
            "pre_period_days": 28,
            "alpha": 0.05,
            "sequential_design": "group_sequential" if name == "homepage_aa" else "fixed",
            "decision_rule": f"Ship after 14 days when {metric} is better.",
        }
        for name, (unit, metric, *_) in EXPERIMENTS.items()
    ]


def decisions() -> list[Record]:
    return [
        {
            "experiment_id": name,
            "variant": "treatment",
            "as_of_date": AS_OF,
            "verdict": verdict,
            "headline": f"{verdict}: {name.replace('_', ' ')} in one sentence.",
            "reasons": f"The rule of {name} was applied.\nIt ran for 28 days.",
            "is_final": name != "tiny_pilot",
            "primary_metric": metric,
            "method": method,
            "relative_effect": effect,
        }
        for name, (_, metric, method, verdict, effect) in EXPERIMENTS.items()
    ]


def srm() -> list[Record]:
    rows: list[Record] = []
    for name, (unit, *_) in EXPERIMENTS.items():
        is_broken = name == "streak_reminders"
        cells = [("overall", "all"), ("platform", "web"), ("platform", "android")]
        cells += [("day", str(START + timedelta(days=day))) for day in range(14)]
        for at, (scope, segment) in enumerate(cells):
            is_bad = is_broken and (segment in ("all", "android") or (scope == "day" and at % 2 == 0))
            rows.append(
                {
                    "experiment_id": name,
                    "scope": scope,
                    "segment": segment,
                    "unit": unit,
                    "units": 10000,
                    "observed": "control 5,300 · treatment 4,700"
                    if is_bad
                    else "control 5,012 · treatment 4,988",
                    "expected": "control 5,000 · treatment 5,000",
                    "chi_square": 36.0 if is_bad else 0.06,
                    "degrees_of_freedom": 1,
                    "p_value": 2e-9 if is_bad else 0.1 + 0.05 * (at % 14),
                    "adjusted_p_value": 2e-8 if is_bad else 1.0,
                    "sequential_p_value": 1e-7 if is_bad else 1.0,
                    "is_mismatch": is_bad,
                }
            )
    return rows


def diagnostics() -> list[Record]:
    told = [
        ("pre_period_aa", True, "Before the start the arms did not differ."),
        ("novelty", False, "The effect fell from +46% to +12%: a novelty that wears off."),
        ("interference", None, "Interference cannot be estimated because nobody shares a classroom."),
    ]
    return [
        {
            "experiment_id": name,
            "variant": "treatment",
            "diagnostic": what,
            "metric": metric,
            "passed": passed,
            "sentence": text,
        }
        for name, (_, metric, *_) in EXPERIMENTS.items()
        for what, passed, text in told
    ]


def power_plans() -> list[Record]:
    return [
        {
            "experiment_id": name,
            "metric": metric,
            "kind": "mean",
            "unit": unit,
            "baseline_mean": 4.0,
            "baseline_sd": 6.0,
            "cluster_icc": 0.12 if unit == "classroom" else None,
            "design_effect": 3.9 if unit == "classroom" else None,
            "current_units": 10000,
            "planned_units": 12000,
            "minimum_detectable_effect": None if effect is None else 0.021,
            "current_minimum_detectable_effect": None if effect is None else 0.024,
            "target_effect": 0.03,
            "required_units": None if effect is None else 8200,
            "required_days": None if effect is None else 23.0,
            "power_at_target": None if effect is None else 0.91,
            "alpha": 0.05,
            "target_power": 0.8,
            "reason": "no user converted yet" if effect is None else None,
        }
        for name, (unit, metric, _, _, effect) in EXPERIMENTS.items()
    ]
