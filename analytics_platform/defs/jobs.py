"""Jobs: named selections of assets and checks that schedules launch.

Belongs here: what is built together. Does not: when (`schedules.py`), or how (the assets).
"""

import dagster as dg

from analytics_platform.defs.freshness import freshness

daily = dg.define_asset_job(
    "daily",
    selection=dg.AssetSelection.groups("raw", "activity", "behaviour"),
    description="All that new days change: daily tables for a window, the others whole, and their checks.",
)

check_freshness = dg.define_asset_job(
    "check_freshness",
    selection=dg.AssetSelection.checks(freshness),
    description="Whether yesterday is there; apart from `daily`, so that a run that never came is noticed.",
)
