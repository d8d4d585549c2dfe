"""The behaviour tables as assets: the numbers of each day.

Belongs here: which tables there are. Does not: what a table holds (`behaviour/<table>.sql`) or what a
metric means (`metrics/registry.py`).
"""

import dagster as dg

from analytics_platform.behaviour import (
    COHORT_RETENTION,
    FEATURE_ADOPTION_DAILY,
    GROWTH_ACCOUNTING_DAILY,
    KPI_DAILY,
    LIFECYCLE_DAILY,
    POWER_USERS,
    RETENTION_BY_FREQUENCY,
    USER_LIFETIMES,
)
from analytics_platform.defs.model_assets import model_asset

OWNER = "team:product_analytics"


@dg.definitions
def behaviour() -> dg.Definitions:
    """Each asset's inputs, columns, key and partitions are read from its SQL."""
    return dg.Definitions(
        assets=[
            model_asset(KPI_DAILY, OWNER),  # by day: every KPI, overall and by segment
            model_asset(FEATURE_ADOPTION_DAILY, OWNER),  # by day: use and repeated use of each feature
            # by day: users by their state on the eve and on the day
            model_asset(LIFECYCLE_DAILY, OWNER, after=[KPI_DAILY.name]),
            model_asset(GROWTH_ACCOUNTING_DAILY, OWNER),  # by day: gained, lost, quick ratio
            model_asset(POWER_USERS, OWNER),  # users by the days on which they were active
            model_asset(USER_LIFETIMES, OWNER),  # by person: first day, active weeks, first silence
            model_asset(COHORT_RETENTION, OWNER),  # by cohort, segment and period: who came back
            model_asset(RETENTION_BY_FREQUENCY, OWNER),  # by active days at first: who came back later
        ]
    )
