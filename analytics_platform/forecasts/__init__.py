"""What comes next: forecasts of the product's daily series, their back-tests, and what-if scenarios.

Belongs here: tables about days to come. Does not: what happened so far (`behaviour`).
"""

from pathlib import Path

from analytics_platform.lakehouse import Check, Model, load_checks

MODELS: dict[str, Model] = {}
CHECKS: tuple[Check, ...] = load_checks(Path(__file__).with_name("checks"))

__all__ = ["CHECKS", "MODELS"]
