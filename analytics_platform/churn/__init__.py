"""Who will leave and why: features as of a day, a model of the next 28 days, its scores and explanations.

Belongs here: tables about users who may leave. Does not: how a forest or an interval is computed
(scikit-learn, `stats`), or what happened so far (`behaviour`).
"""

from pathlib import Path

from analytics_platform.churn.features import FEATURES
from analytics_platform.lakehouse import Check, Model, load_checks, uniqueness

MODELS: dict[str, Model] = {FEATURES.name: FEATURES}
CHECKS: tuple[Check, ...] = (uniqueness(FEATURES), *load_checks(Path(__file__).with_name("checks")))

__all__ = ["CHECKS", "FEATURES", "MODELS"]
