"""Churn as assets: features by day, models by week, scores by day.

Belongs here: which tables there are, and where models lie. Does not: how a model is fitted, tried or
explained (`churn`). On an empty lake `run` trains before it scores; the daily job alone scores nothing
until the weekly one has trained.
"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import dagster as dg
import pyarrow as pa

from analytics_platform.churn import FEATURES
from analytics_platform.churn.drivers import drivers
from analytics_platform.churn.history import read_history
from analytics_platform.churn.importance import feature_importance
from analytics_platform.churn.model_cards import model_cards
from analytics_platform.churn.scores import scored_before, scores
from analytics_platform.churn.store import FOLDER, keep
from analytics_platform.churn.tables import SCORES
from analytics_platform.churn.training import walk_forward
from analytics_platform.defs.daily_tables import DailyTable, daily_table
from analytics_platform.defs.model_assets import model_asset
from analytics_platform.defs.resources import WorkspaceResource
from analytics_platform.defs.whole_tables import check_specs, kept, whole_table
from analytics_platform.lakehouse import Lake, Window
from analytics_platform.workspace import Workspace, open_workspace

OWNER = "team:product_analytics"
TABLE = "churn.scores"
TRAINED_ON = ("churn.features", "activity.user_days", "experiments.readouts")
TRAINED = {
    "churn.model_cards": "One row per model, cut-off, population and measure: what it is worth out of time.",
    "churn.feature_importance": "One row per feature or pair: what the model in force goes by (exact SHAP).",
    "churn.drivers": "One row per driver and kind of evidence: predictive, assumption-bound, randomised.",
}
READOUTS = "SELECT * FROM experiments.readouts"
SCORED = DailyTable(
    TABLE,
    "One row per scored day and user active within 28 days: the chance of leaving, and why.",
    OWNER,
    ("churn.features", "activity.user_days", "churn.model_cards"),
    SCORES,
    __file__,
)

Results = Iterable[dg.MaterializeResult | dg.AssetCheckResult]


@dg.definitions
def churn() -> dg.Definitions:
    """Features are read from their SQL; training writes three tables and the models that scores read."""
    lake = open_workspace().lake
    return dg.Definitions(
        assets=[model_asset(FEATURES, OWNER), _training(lake), daily_table(SCORED, _scores_of)]
    )


def models_folder(workspace: Workspace) -> Path:
    """Where models lie: beside the lake, apart for each lake that was ever made in its place."""
    made = workspace.lake.open(FEATURES.name).metadata().id
    return workspace.settings.beside_lake(FOLDER) / str(made)


def _training(lake: Lake) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name="churn_training",
        specs=[
            whole_table(lake, table, said, OWNER, TRAINED_ON, __file__) for table, said in TRAINED.items()
        ],
        check_specs=check_specs(TRAINED),
    )
    def training(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Results:
        opened = workspace.open()
        history = read_history(opened.engine, opened.built_days("activity.user_days"))
        cut_offs = walk_forward(history)
        keep(models_folder(opened), [cut_off.model for cut_off in cut_offs])
        newest = cut_offs[-1] if cut_offs and cut_offs[-1].date == history.known_date else None
        has_readouts = opened.lake.exists("experiments.readouts")
        readouts = opened.engine.query(READOUTS).to_pylist() if has_readouts else []
        tables = {
            "churn.model_cards": model_cards(history, cut_offs),
            "churn.feature_importance": feature_importance(history, newest),
            "churn.drivers": drivers(history, newest, readouts),
        }
        yield from kept(opened, tables, context.run.run_id, TRAINED_ON)

    return training


def _scores_of(opened: Workspace, window: Window) -> Iterable[pa.Table]:
    """Rows of the days of a window that are built."""
    built = opened.built_days("activity.user_days").last_day
    if built < window.first_day:
        return []
    asked = Window(window.first_day, min(window.last_day, built))
    snapshots: set[date] = set(opened.lake.days("churn.features"))
    before = scored_before(opened.engine, asked) if opened.lake.exists(TABLE) else {}
    return scores(opened.engine, models_folder(opened), asked, snapshots, before)
