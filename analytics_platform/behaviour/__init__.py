"""How users behave, by day: KPIs and feature adoption, all from `activity.user_days`.

Belongs here: tables of the product's behaviour over time. Does not: what a metric means (`metrics`).
"""

from pathlib import Path

from analytics_platform.behaviour import metric_changes, segments
from analytics_platform.behaviour.feature_adoption_daily import FEATURE_ADOPTION_DAILY
from analytics_platform.behaviour.kpi_daily import KPI_DAILY
from analytics_platform.lakehouse import Check, Model, load_checks, uniqueness

MODELS: dict[str, Model] = {model.name: model for model in (KPI_DAILY, FEATURE_ADOPTION_DAILY)}
CHECKS: tuple[Check, ...] = (
    *(uniqueness(model) for model in MODELS.values()),
    *load_checks(Path(__file__).with_name("checks")),
    *metric_changes.CHECKS,
    *segments.CHECKS,
)

__all__ = ["CHECKS", "FEATURE_ADOPTION_DAILY", "KPI_DAILY", "MODELS"]
