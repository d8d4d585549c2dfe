"""Columns of the tables that readouts are stored in: types, and a sentence each."""

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl
import pyarrow as pa

from analytics_platform.lakehouse.described import described

_TEXT, _COUNT, _NUMBER, _FLAG, _DATE = pa.string(), pa.int64(), pa.float64(), pa.bool_(), pa.date32()

_EXPERIMENT = {"experiment_id": (_TEXT, "Experiment.")}
_COMPARED = {
    "variant": (_TEXT, "Variant compared with control; several joined by + are pooled."),
    "metric": (_TEXT, "Outcome."),
}
_UNITS = {
    "control_units": (_COUNT, "Units in the control arm: users, or classrooms where those were randomised."),
    "treatment_units": (_COUNT, "Units in the treatment arm."),
}
_MEANS = {
    "control_mean": (_NUMBER, "Mean of the control arm, adjusted as the method says, in the outcome's unit."),
    "treatment_mean": (_NUMBER, "Mean of the treatment arm."),
}
_EFFECT = {
    "effect": (_NUMBER, "Treatment - control, in the outcome's unit."),
    "effect_low": (_NUMBER, "Lower limit of its interval."),
    "effect_high": (_NUMBER, "Upper limit of its interval."),
    "relative_effect": (_NUMBER, "Treatment / control - 1."),
    "relative_low": (_NUMBER, "Lower limit of its interval (Fieller)."),
    "relative_high": (_NUMBER, "Upper limit of its interval (Fieller)."),
}
_REASON = {"reason": (_TEXT, "Why a number is missing; null where none is.")}


READOUTS = described(
    _EXPERIMENT,
    {
        "as_of_date": (_DATE, "Last reporting day whose outcomes count; null for a file without days."),
        "variant": _COMPARED["variant"],
        "control_variant": (_TEXT, "Variant compared with."),
        "metric": _COMPARED["metric"],
        "kind": (_TEXT, "mean, proportion, ratio, retention, count, quantile or winsorised."),
        "purpose": (_TEXT, "primary, secondary or guardrail."),
        "method": (
            _TEXT,
            (
                "unadjusted, cuped, post_stratified, winsorised, quantile, cluster_delta, cluster_jackknife, "
                "cluster_wild, group_sequential, confidence_sequence or bayesian."
            ),
        ),
        "is_decisive": (_FLAG, "Whether the decision uses this row."),
    },
    _UNITS,
    _MEANS,
    _EFFECT,
    {
        "standard_error": (_NUMBER, "Of the absolute effect."),
        "degrees_of_freedom": (_NUMBER, "Of the standard error."),
        "p_value": (_NUMBER, "Two-sided, of no effect; of a sequential method valid at every look."),
        "adjusted_p_value": (_NUMBER, "Holm's over the decisive secondary outcomes and variants."),
        "variance_reduction": (_NUMBER, "Share of the plain effect's variance that the method removed."),
        "chance_to_win": (
            _NUMBER,
            "Posterior probability that treatment is better; prior N(0, 0.3) of the relative effect.",
        ),
        "expected_loss": (_NUMBER, "Posterior expected relative harm of shipping."),
        "margin": (
            _NUMBER,
            "Worsening that a guardrail bears: a share of the control mean, or in the outcome's unit.",
        ),
        "margin_p_value": (_NUMBER, "One-sided, of a worsening by the margin or more."),
        "is_non_inferior": (_FLAG, "Whether such a worsening is ruled out."),
        "equivalence_p_value": (_NUMBER, "Of a change by the margin or more in either direction (TOST)."),
        "is_equivalent": (_FLAG, "Whether a change by the margin is ruled out in both directions."),
        "alpha": (_NUMBER, "Two-sided level over all looks."),
    },
    _REASON,
)

SEGMENT_EFFECTS = described(
    _EXPERIMENT,
    {"as_of_date": (_DATE, "Last reporting day whose outcomes count.")},
    _COMPARED,
    {
        "dimension": (_TEXT, "role, platform, country, plan or another."),
        "segment": (_TEXT, "Value of the dimension at exposure."),
    },
    _UNITS,
    _MEANS,
    _EFFECT,
    {
        "p_value": (_NUMBER, "Two-sided, of no effect."),
        "adjusted_p_value": (_NUMBER, "Benjamini and Hochberg's over the outcome's segments."),
        "shrunken_relative_effect": (_NUMBER, "Relative effect drawn towards the dimension's mean."),
        "shrunken_low": (_NUMBER, "Lower limit of its interval."),
        "shrunken_high": (_NUMBER, "Upper limit of its interval."),
        "heterogeneity_p_value": (_NUMBER, "Of one relative effect in all segments of the dimension."),
    },
    _REASON,
)

EFFECTS_OVER_TIME = described(
    _EXPERIMENT,
    _COMPARED,
    {
        "curve": (
            _TEXT,
            "as_of (all units so far), days_since_exposure (that day alone) or cohort (day of exposure).",
        ),
        "position": (_COUNT, "Days since the start, or since exposure."),
        "position_date": (_DATE, "The day; null for days since exposure."),
    },
    _UNITS,
    _EFFECT,
    {
        "information_fraction": (_NUMBER, "Units so far over those planned; as_of alone."),
        "boundary_low": (
            _NUMBER,
            "Lower limit of the relative effect that holds at all looks together; as_of alone.",
        ),
        "boundary_high": (_NUMBER, "Upper limit of it."),
        "has_crossed": (_FLAG, "Whether the sequential interval has excluded zero by this day."),
    },
    _REASON,
)

SRM = described(
    _EXPERIMENT,
    {
        "scope": (_TEXT, "overall, day, role, platform or country."),
        "segment": (_TEXT, "all, the day, or the value of the dimension."),
        "unit": (_TEXT, "What is counted: user or classroom."),
        "units": (_COUNT, "Units counted, excluded ones left out."),
        "observed": (_TEXT, "Units of each variant."),
        "expected": (_TEXT, "Units of each variant by the planned shares."),
        "chi_square": (_NUMBER, "Pearson's statistic."),
        "degrees_of_freedom": (_COUNT, "Variants - 1."),
        "p_value": (_NUMBER, "Of the planned shares."),
        "adjusted_p_value": (_NUMBER, "Holm's over all days and groups of the experiment."),
        "sequential_p_value": (_NUMBER, "Valid at every look; overall and by day alone."),
        "is_mismatch": (_FLAG, "Whether the shares differ from the plan at 0.001."),
    },
    _REASON,
)

DIAGNOSTICS = described(
    _EXPERIMENT,
    {
        "variant": _COMPARED["variant"],
        "diagnostic": (
            _TEXT,
            "pre_period_aa, novelty, interference, crossovers, exclusions or early_outcomes.",
        ),
        "metric": (_TEXT, "Outcome; null where it is about units."),
        "estimate": (_NUMBER, "What is estimated: a relative effect, a change of it, or a share of units."),
        "low": (_NUMBER, "Lower limit of its interval."),
        "high": (_NUMBER, "Upper limit of its interval."),
        "p_value": (_NUMBER, "Two-sided, of nothing wrong."),
        "passed": (_FLAG, "Whether nothing wrong was found; null where it cannot be told."),
        "sentence": (_TEXT, "What was found, in words."),
    },
)

DECISIONS = described(
    _EXPERIMENT,
    {
        "variant": _COMPARED["variant"],
        "as_of_date": (_DATE, "Last reporting day whose outcomes count."),
        "verdict": (_TEXT, "Ship, Hold, Stop or Inconclusive."),
        "headline": (_TEXT, "The finding in one sentence."),
        "reasons": (_TEXT, "What the verdict rests on, a sentence a line."),
        "is_final": (_FLAG, "Whether more data of this experiment cannot change it."),
        "primary_metric": (_TEXT, "Outcome that decides."),
        "relative_effect": _EFFECT["relative_effect"],
        "relative_low": _EFFECT["relative_low"],
        "relative_high": _EFFECT["relative_high"],
        "method": (_TEXT, "Method of that effect."),
    },
)

POWER_PLANS = described(
    _EXPERIMENT,
    {
        "metric": _COMPARED["metric"],
        "kind": (_TEXT, "Kind of the outcome."),
        "unit": (_TEXT, "What is randomised: user or classroom."),
        "baseline_mean": (_NUMBER, "Mean of the control arm so far, in the outcome's unit."),
        "baseline_sd": (_NUMBER, "Standard deviation of a unit, what covariates explain left out."),
        "cluster_icc": (_NUMBER, "Share of the variance between classrooms; null for users."),
        "mean_cluster_size": (_NUMBER, "Members of a classroom; null for users."),
        "design_effect": (_NUMBER, "Variance of a mean over that of as many independent users."),
        "current_units": (_COUNT, "Units so far."),
        "planned_units": (_COUNT, "Units planned; those so far where none were."),
        "minimum_detectable_effect": (
            _NUMBER,
            "Least relative effect found with the target power at the planned units.",
        ),
        "current_minimum_detectable_effect": (_NUMBER, "The same at the units so far."),
        "target_effect": (_NUMBER, "Relative effect of interest."),
        "required_units": (_COUNT, "Units that find the target effect with the target power."),
        "required_days": (_NUMBER, "Days until so many units, at the pace so far."),
        "power_at_target": (_NUMBER, "Chance to find the target effect at the planned units."),
        "alpha": (_NUMBER, "Two-sided level."),
        "target_power": (_NUMBER, "Chance wanted."),
    },
    _REASON,
)

TABLES: dict[str, pa.Schema] = {
    "experiments.readouts": READOUTS,
    "experiments.segment_effects": SEGMENT_EFFECTS,
    "experiments.effects_over_time": EFFECTS_OVER_TIME,
    "experiments.srm": SRM,
    "experiments.diagnostics": DIAGNOSTICS,
    "experiments.decisions": DECISIONS,
    "experiments.power_plans": POWER_PLANS,
}
"""Schemas of the whole tables by name."""

DESCRIPTIONS = {
    "experiments.readouts": "One row per experiment, variant, outcome and method: effect, interval, p-value.",
    "experiments.segment_effects": "One row per experiment, variant, outcome and segment.",
    "experiments.effects_over_time": "One row per experiment, variant, outcome, curve and day.",
    "experiments.srm": "One row per experiment and group of units: are the arms as large as planned?",
    "experiments.diagnostics": "One row per experiment, variant and diagnostic: may the readout be believed?",
    "experiments.decisions": "One row per experiment and variant: the verdict of its rule, with reasons.",
    "experiments.power_plans": "One row per experiment and outcome: what it can detect.",
}


def arrow(table: str, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Rows as a table to be stored; columns that a row lacks are null."""
    return pa.Table.from_pylist(list(rows), schema=TABLES[table])


def frame(table: str, rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows as a frame to be printed."""
    return pl.DataFrame(arrow(table, rows))
