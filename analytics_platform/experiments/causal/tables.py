"""Columns of the tables of observational effects and of their diagnostics, and the rows of one analysis."""

import math
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from analytics_platform.lakehouse.described import described
from analytics_platform.stats.causal.influence import CausalEstimate

_TEXT, _COUNT, _NUMBER, _FLAG = pa.string(), pa.int64(), pa.float64(), pa.bool_()
Row = dict[str, Any]


EFFECTS_SCHEMA = described(
    {
        "analysis_id": (_TEXT, "The analysis; several methods answer one."),
        "question": (_TEXT, "What is asked, in words."),
        "design": (_TEXT, "adoption, staggered_launch, synthetic_control or encouragement."),
        "method": (
            _TEXT,
            (
                "naive, regression, ipw, aipw, dml, twfe, did2s, saturated, imputation, synthetic_control, "
                "wald_cace or intention_to_treat."
            ),
        ),
        "is_recommended": (_FLAG, "Whether this row is the one to believe."),
        "outcome": (_TEXT, "What is affected, with its unit."),
        "estimand": (_TEXT, "Whose mean effect it is."),
        "population": (_TEXT, "Who was analysed."),
        "units": (_COUNT, "Units analysed: users, or cells of users and weeks."),
        "treated_units": (_COUNT, "Of these, treated."),
        "control_mean": (_NUMBER, "Mean outcome without treatment, as the method sees it."),
        "effect": (_NUMBER, "With treatment - without, in the outcome's unit."),
        "standard_error": (_NUMBER, "Of the effect."),
        "effect_low": (_NUMBER, "Lower limit of its interval; null where it is unbounded."),
        "effect_high": (_NUMBER, "Upper limit of its interval; null where it is unbounded."),
        "relative_effect": (_NUMBER, "Effect / control mean."),
        "relative_low": (_NUMBER, "Lower limit of its interval."),
        "relative_high": (_NUMBER, "Upper limit of its interval."),
        "p_value": (_NUMBER, "Two-sided, of no effect."),
        "assumptions": (_TEXT, "What must hold for the number to be the effect, in words."),
        "reason": (_TEXT, "Why it cannot be estimated; null where it can."),
    }
)
DIAGNOSTICS_SCHEMA = described(
    {
        "analysis_id": (_TEXT, "The analysis."),
        "diagnostic": (
            _TEXT,
            (
                "overlap, balance, e_value, robustness_value, placebo_outcome, pre_trend, event_study, "
                "weights, first_stage, placebo_countries or fit."
            ),
        ),
        "item": (_TEXT, "What the value is of: a covariate, an arm, a country."),
        "position": (
            _NUMBER,
            "Where on the axis: a propensity, weeks since launch, days; null for a single value.",
        ),
        "value": (_NUMBER, "The value."),
        "low": (_NUMBER, "Lower limit of its interval, or the value before weighting for a balance."),
        "high": (_NUMBER, "Upper limit of its interval."),
        "p_value": (_NUMBER, "Of the test, where it is one."),
        "passed": (_FLAG, "Whether it speaks for the analysis; null where it only describes."),
        "sentence": (_TEXT, "What it says, in words."),
    }
)


@dataclass(frozen=True)
class Analysis:
    """What the rows of one analysis share.

    Attributes:
        analysis_id: its name.
        question: what is asked.
        design: one of those of the table.
        outcome: what is affected.
        estimand: whose mean effect.
        population: who was analysed.
        assumptions: what must hold.
    """

    analysis_id: str
    question: str
    design: str
    outcome: str
    estimand: str
    population: str
    assumptions: str

    def assuming(self, assumptions: str) -> "Analysis":
        """The same analysis by a method that assumes something else."""
        return replace(self, assumptions=assumptions)

    def effect(
        self,
        method: str,
        found: CausalEstimate,
        treated_units: int,
        *,
        is_recommended: bool = False,
    ) -> Row:
        """A row of `observational_effects` from an estimate."""
        return self.row(
            method,
            is_recommended=is_recommended,
            units=found.units,
            treated_units=treated_units,
            control_mean=found.control_mean,
            effect=found.estimate,
            standard_error=found.standard_error,
            effect_low=found.low,
            effect_high=found.high,
            relative_effect=None if found.relative_low is None else found.relative,
            relative_low=found.relative_low,
            relative_high=found.relative_high,
            p_value=found.p_value,
        )

    def impossible(self, method: str, reason: str) -> Row:
        """A row that says why there is no estimate."""
        return self.row(method, reason=reason)

    def row(self, method: str, **values: Any) -> Row:
        """A row of `observational_effects`; what is not given is null."""
        told = {
            "analysis_id": self.analysis_id,
            "question": self.question,
            "design": self.design,
            "method": method,
            "is_recommended": False,
            "outcome": self.outcome,
            "estimand": self.estimand,
            "population": self.population,
            "assumptions": self.assumptions,
            **values,
        }
        return {name: _storable(told.get(name)) for name in EFFECTS_SCHEMA.names}

    def diagnostic(self, diagnostic: str, item: str, sentence: str, **values: Any) -> Row:
        """A row of `observational_diagnostics`; what is not given is null."""
        told = {
            "analysis_id": self.analysis_id,
            "diagnostic": diagnostic,
            "item": item,
            "sentence": sentence,
            **values,
        }
        return {name: _storable(told.get(name)) for name in DIAGNOSTICS_SCHEMA.names}


@dataclass(frozen=True)
class Findings:
    """Rows that analyses give.

    Attributes:
        effects: rows of `observational_effects`.
        diagnostics: rows of `observational_diagnostics`.
    """

    effects: list[Row]
    diagnostics: list[Row]

    def __add__(self, other: "Findings") -> "Findings":
        return Findings(self.effects + other.effects, self.diagnostics + other.diagnostics)


def _storable(value: Any) -> Any:
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
