"""Scenarios as assets: what would happen if, by the growth model on top of the forecasts.

Belongs here: which tables there are and what they rest on. Does not: how a scenario is told (`forecasts`).
"""

from collections.abc import Iterable

import dagster as dg

from analytics_platform.defs.resources import WorkspaceResource
from analytics_platform.defs.whole_tables import check_specs, kept, whole_table
from analytics_platform.forecasts.scenarios import TABLES
from analytics_platform.forecasts.scenarios_levels import FORECASTS
from analytics_platform.forecasts.scenarios_record import EXPERIMENTS, INPUTS
from analytics_platform.forecasts.scenarios_run import scenarios_of
from analytics_platform.lakehouse import Lake
from analytics_platform.workspace import open_workspace

OWNER = "team:product_analytics"
DESCRIPTIONS = {
    "forecasts.scenarios": "One row per scenario, metric and day to come: with and without its changes.",
    "forecasts.scenario_levers": "One row per lever, step, metric and day to come: what it does alone.",
    "forecasts.scenario_states": "One row per scenario and day to come: users by lifecycle state.",
    "forecasts.growth_rates": "One row per rate of the growth model and weekday, with its interval.",
}
RESTS_ON = (*INPUTS, *EXPERIMENTS, FORECASTS)


@dg.definitions
def scenarios() -> dg.Definitions:
    """Built whole from user days; experiments give effects, forecasts give levels."""
    return dg.Definitions(assets=[_scenarios(open_workspace().lake)])


def _scenarios(lake: Lake) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name="scenarios",
        specs=[whole_table(lake, table, DESCRIPTIONS[table], OWNER, RESTS_ON, __file__) for table in TABLES],
        check_specs=check_specs(TABLES),
    )
    def told(
        context: dg.AssetExecutionContext, workspace: WorkspaceResource
    ) -> Iterable[dg.MaterializeResult | dg.AssetCheckResult]:
        opened = workspace.open()
        tables = scenarios_of(
            opened.lake, opened.engine, opened.settings.scenarios, opened.settings.subscription_price_usd
        )
        yield from kept(opened, tables, context.run.run_id, RESTS_ON)

    return told
