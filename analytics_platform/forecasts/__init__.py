"""What comes next: forecasts of the product's daily series, their back-tests, and what-if scenarios.

Belongs here: tables about days to come. Does not: what happened so far (`behaviour`).
"""

from analytics_platform.lakehouse import Check, Model

MODELS: dict[str, Model] = {}
CHECKS: tuple[Check, ...] = ()

__all__ = ["CHECKS", "MODELS"]
