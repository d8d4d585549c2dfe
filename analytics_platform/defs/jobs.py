"""Jobs: named selections of assets and checks that schedules launch.

Belongs here: what is built together. Does not: when (`schedules.py`), or how (the assets).
"""

import dagster as dg

from analytics_platform.defs.freshness import freshness

_slow = dg.AssetSelection.assets(
    "experiments/uplift", "experiments/observational_effects", "experiments/observational_diagnostics"
) | dg.AssetSelection.assets("churn/model_cards", "churn/feature_importance", "churn/drivers")

daily = dg.define_asset_job(
    "daily",
    selection=dg.AssetSelection.groups("raw", "activity", "behaviour", "experiments", "llm_quality", "churn")
    - _slow,
    description="All that new days change: daily tables for a window, the others whole, and their checks.",
)

weekly = dg.define_asset_job(
    "weekly",
    selection=_slow
    | dg.AssetSelection.groups("forecasts")
    | dg.AssetSelection.assets(
        "validation/recovery",
        "validation/scenario_replays",
        "validation/churn_ceiling",
        "validation/detector",
        "validation/quality_recovery",
    ),
    description="What fits models to everybody's history, and what came of it where the truth is known.",
)

certification = dg.define_asset_job(
    "certification",
    selection=dg.AssetSelection.assets("validation/certificates"),
    config={"ops": {"certificates": {"config": {"mode": "full", "draws": "weekly"}}}},
    description="Every statistical method again, by new draws of experiments of known truth (about an hour).",
)

check_freshness = dg.define_asset_job(
    "check_freshness",
    selection=dg.AssetSelection.checks(freshness),
    description="Whether yesterday is there; apart from `daily`, so that a run that never came is noticed.",
)
