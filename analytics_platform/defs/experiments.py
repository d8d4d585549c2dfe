"""The experiments as assets: what was planned, who was exposed, what came of it, and what was decided.

Belongs here: which tables there are and what each is made of. Does not: how an effect is estimated
(`experiments`, `stats`).
"""

from collections.abc import Iterable

import dagster as dg
import pyarrow as pa

from analytics_platform.defs.check_results import failed_claims
from analytics_platform.defs.model_assets import model_asset
from analytics_platform.defs.resources import WorkspaceResource
from analytics_platform.defs.whole_tables import check_specs, kept, told, whole_table
from analytics_platform.experiments import MODELS
from analytics_platform.experiments.catalogue import Experiment
from analytics_platform.experiments.catalogue_in_force import catalogue_in_force
from analytics_platform.experiments.catalogue_table import write_catalogue
from analytics_platform.experiments.causal import observational_effects
from analytics_platform.experiments.evaluation import evaluated
from analytics_platform.experiments.tables import DESCRIPTIONS, TABLES, arrow
from analytics_platform.experiments.uplift import UPLIFT_SCHEMA, uplift_rows
from analytics_platform.lakehouse import Lake
from analytics_platform.workspace import Workspace, open_workspace

OWNER = "team:experimentation"

Results = Iterable[dg.MaterializeResult | dg.AssetCheckResult]

CATALOGUE = {
    "experiments.catalogue": "One row per experiment: what was planned before its data was seen.",
    "experiments.metrics": "One row per experiment and outcome: what SQL needs to compute it.",
    "experiments.variants": "One row per experiment and variant: the share that was planned.",
}
LEDGER = (
    "experiments.ledger",
    "experiments.histograms",
    "experiments.exposures",
    "experiments.metrics",
    "experiments.caps",
    "experiments.user_counts",
    "activity.sessions",
)
MISMATCHED = "SELECT DISTINCT experiment_id FROM experiments.srm WHERE is_mismatch"
BENEATH = ("experiments.exposures", "experiments.ledger", "experiments.histograms")
"""Tables whose failed checks block any Ship."""
OBSERVATIONAL = {
    "experiments.observational_effects": "One row per analysis of what was not randomised, and method.",
    "experiments.observational_diagnostics": "One row per diagnostic of such an analysis.",
}


@dg.definitions
def experiments() -> dg.Definitions:
    """The SQL models read their inputs and columns from their SQL; the other tables are built whole."""
    lake = open_workspace().lake
    return dg.Definitions(
        assets=[
            *(model_asset(model, OWNER) for model in MODELS.values()),
            _catalogue(lake),
            _readouts(lake),
            _uplift(lake),
            _observational(lake),
        ]
    )


def begun(workspace: Workspace) -> list[Experiment]:
    """Experiments of the catalogue in force that have begun, in its order."""
    found = catalogue_in_force(workspace.settings, workspace.source).experiments.values()
    return [experiment for experiment in found if experiment.start <= workspace.days.last_day]


def _catalogue(lake: Lake) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name="experiment_catalogue",
        specs=[whole_table(lake, table, said, OWNER, (), __file__) for table, said in CATALOGUE.items()],
    )
    def catalogue(workspace: WorkspaceResource) -> Iterable[dg.MaterializeResult]:
        opened = workspace.open()
        written = write_catalogue(opened.lake, catalogue_in_force(opened.settings, opened.source))
        for table, rows in written.items():
            yield told(opened, table, rows)

    return catalogue


def _readouts(lake: Lake) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name="experiment_readouts",
        specs=[whole_table(lake, table, DESCRIPTIONS[table], OWNER, LEDGER, __file__) for table in TABLES],
        check_specs=check_specs(TABLES),
    )
    def readouts(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Results:
        opened = workspace.open()
        failed = failed_claims(opened.lake, BENEATH)
        rows = evaluated(opened.engine, begun(opened), opened.days.last_day, failed)
        tables = {table: arrow(table, rows[table]) for table in TABLES}
        yield from kept(opened, tables, context.run.run_id, LEDGER)

    return readouts


def _uplift(lake: Lake) -> dg.AssetsDefinition:
    inputs = ("experiments.exposures", "experiments.srm", "activity.user_days", "raw.users")
    said = "One row per experiment, learner and statistic: whom the treatment helps."

    @dg.multi_asset(
        name="experiment_uplift",
        specs=[whole_table(lake, "experiments.uplift", said, OWNER, inputs, __file__)],
        check_specs=check_specs(["experiments.uplift"]),
    )
    def uplift(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Results:
        opened = workspace.open()
        randomised = [experiment for experiment in begun(opened) if experiment.unit == "user"]
        engine, last_day = opened.engine, opened.days.last_day
        broken = engine.query(MISMATCHED)["experiment_id"].to_pylist()
        rows = [
            row
            for each in randomised
            for row in uplift_rows(engine, each, min(each.end, last_day), has_mismatch=each.id in broken)
        ]
        tables = {"experiments.uplift": pa.Table.from_pylist(rows, UPLIFT_SCHEMA)}
        yield from kept(opened, tables, context.run.run_id, inputs)

    return uplift


def _observational(lake: Lake) -> dg.AssetsDefinition:
    inputs = ("raw.users", "raw.exposures", "activity.user_days")

    @dg.multi_asset(
        name="observational_effects",
        specs=[
            whole_table(lake, table, said, OWNER, inputs, __file__) for table, said in OBSERVATIONAL.items()
        ],
        check_specs=check_specs(OBSERVATIONAL),
    )
    def effects(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Results:
        opened = workspace.open()
        found = observational_effects(opened.engine, opened.days, opened.days.first_day)
        tables = dict(zip(OBSERVATIONAL, found, strict=True))
        yield from kept(opened, tables, context.run.run_id, inputs)

    return effects
