"""Who will leave and why: features as of a day, a model of the next 28 days, its scores and explanations.

Belongs here: tables about users who may leave. Does not: how a forest or an interval is computed
(scikit-learn, `stats`), or what happened so far (`behaviour`).
"""

from analytics_platform.lakehouse import Check, Model

MODELS: dict[str, Model] = {}
CHECKS: tuple[Check, ...] = ()

__all__ = ["CHECKS", "MODELS"]
