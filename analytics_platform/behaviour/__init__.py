"""How users behave, by day and over their lives, all from `activity.user_days`.

Belongs here: tables of the product's behaviour over time. Does not: what a metric means (`metrics`).
"""

from pathlib import Path

from analytics_platform.behaviour import funnels, journeys, metric_changes, segments
from analytics_platform.behaviour.cohort_retention import COHORT_RETENTION
from analytics_platform.behaviour.feature_adoption_daily import FEATURE_ADOPTION_DAILY
from analytics_platform.behaviour.growth_accounting_daily import GROWTH_ACCOUNTING_DAILY
from analytics_platform.behaviour.kpi_daily import KPI_DAILY
from analytics_platform.behaviour.lifecycle_daily import LIFECYCLE_DAILY
from analytics_platform.behaviour.power_users import POWER_USERS
from analytics_platform.behaviour.retention_by_frequency import RETENTION_BY_FREQUENCY
from analytics_platform.behaviour.user_lifetimes import USER_LIFETIMES
from analytics_platform.lakehouse import Check, Model, load_checks, uniqueness

MODELS: dict[str, Model] = {
    model.name: model
    for model in (
        KPI_DAILY,
        FEATURE_ADOPTION_DAILY,
        LIFECYCLE_DAILY,
        GROWTH_ACCOUNTING_DAILY,
        POWER_USERS,
        USER_LIFETIMES,
        COHORT_RETENTION,
        RETENTION_BY_FREQUENCY,
    )
}
CHECKS: tuple[Check, ...] = (
    *(uniqueness(model) for model in MODELS.values()),
    *load_checks(Path(__file__).with_name("checks")),
    *funnels.CHECKS,
    *journeys.CHECKS,
    *metric_changes.CHECKS,
    *segments.CHECKS,
)

__all__ = [
    "CHECKS",
    "COHORT_RETENTION",
    "FEATURE_ADOPTION_DAILY",
    "GROWTH_ACCOUNTING_DAILY",
    "KPI_DAILY",
    "LIFECYCLE_DAILY",
    "MODELS",
    "POWER_USERS",
    "RETENTION_BY_FREQUENCY",
    "USER_LIFETIMES",
]
