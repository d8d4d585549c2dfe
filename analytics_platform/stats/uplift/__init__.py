"""Uplift: whom a treatment helps, learned from a randomised trial and judged on units not learned from.

Belongs here: learners, and what their predictions are worth. Does not: where the units come from
(`experiments/uplift.py`).
"""

from analytics_platform.stats.uplift.calibration import Bin, Calibration, best_linear_predictor, bins
from analytics_platform.stats.uplift.estimates import Estimate, mean
from analytics_platform.stats.uplift.importance import importances
from analytics_platform.stats.uplift.learners import (
    LEARNERS,
    Learner,
    doubly_robust_scores,
    dr_learner,
    t_learner,
    x_learner,
)
from analytics_platform.stats.uplift.policy import PolicyValue, policy_value
from analytics_platform.stats.uplift.qini import auuc, gains, qini
from analytics_platform.stats.uplift.trial import Trial
from analytics_platform.stats.uplift.validation import FOLDS, Validated, validate

__all__ = [
    "FOLDS",
    "LEARNERS",
    "Bin",
    "Calibration",
    "Estimate",
    "Learner",
    "PolicyValue",
    "Trial",
    "Validated",
    "auuc",
    "best_linear_predictor",
    "bins",
    "doubly_robust_scores",
    "dr_learner",
    "gains",
    "importances",
    "mean",
    "policy_value",
    "qini",
    "t_learner",
    "validate",
    "x_learner",
]
