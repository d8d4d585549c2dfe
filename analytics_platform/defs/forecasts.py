"""The forecasts as assets: what comes next, how good such forecasts were, and what subscriptions become.

Belongs here: which tables there are and what each is made of. Does not: how a forecast is made (`forecasts`).
"""

from collections.abc import Iterable

import dagster as dg
import pyarrow as pa

from analytics_platform.defs.resources import WorkspaceResource
from analytics_platform.defs.whole_tables import check_specs, kept, whole_table
from analytics_platform.forecasts.build import built, calendar_of, with_vintages
from analytics_platform.forecasts.calendar_file import SHIPPED, load_calendar
from analytics_platform.forecasts.subscriptions import SUBSCRIPTIONS, SUBSCRIPTIONS_TABLE, subscription_rows
from analytics_platform.forecasts.tables import BACKTESTS_TABLE, CALENDAR_TABLE, FORECASTS_TABLE
from analytics_platform.lakehouse import Lake
from analytics_platform.workspace import open_workspace

OWNER = "team:analytics"

Results = Iterable[dg.MaterializeResult | dg.AssetCheckResult]

TABLES = {
    FORECASTS_TABLE: "One row per series, model and day to come; of earlier days of making, the model used.",
    BACKTESTS_TABLE: "One row per series, model and horizon week: how good such forecasts were.",
    CALENDAR_TABLE: "One row per event that forecasts knew, and time it comes.",
}


@dg.definitions
def forecasts() -> dg.Definitions:
    """Tables that are rebuilt whole, from daily counts alone."""
    lake = open_workspace().lake
    return dg.Definitions(assets=[_forecasts(lake), _subscriptions(lake)])


def _forecasts(lake: Lake) -> dg.AssetsDefinition:
    inputs = ("behaviour.kpi_daily",)

    @dg.multi_asset(
        name="forecasts",
        specs=[whole_table(lake, table, said, OWNER, inputs, __file__) for table, said in TABLES.items()],
        check_specs=check_specs(TABLES),
    )
    def tables(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Results:
        opened = workspace.open()
        calendar = load_calendar(opened.settings.forecast_calendar or SHIPPED)
        made = built(opened.engine, calendar, opened.built_days("behaviour.kpi_daily").last_day)
        made[FORECASTS_TABLE] = with_vintages(opened.lake, made[FORECASTS_TABLE])
        yield from kept(opened, made, context.run.run_id, inputs)

    return tables


def _subscriptions(lake: Lake) -> dg.AssetsDefinition:
    inputs = ("behaviour.kpi_daily", "activity.user_days")
    said = "One row per segment, metric and day, past or to come: trials, subscribers and revenue."

    @dg.multi_asset(
        name="subscriptions_daily",
        specs=[whole_table(lake, SUBSCRIPTIONS_TABLE, said, OWNER, inputs, __file__)],
        check_specs=check_specs([SUBSCRIPTIONS_TABLE]),
    )
    def subscriptions(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Results:
        opened = workspace.open()
        settings, last_day = opened.settings, opened.built_days("behaviour.kpi_daily").last_day
        calendar = load_calendar(settings.forecast_calendar or SHIPPED)
        known = calendar_of(opened.engine, calendar, last_day)
        rows = subscription_rows(opened.engine, known, settings.subscription_price_usd, last_day)
        made = {SUBSCRIPTIONS_TABLE: pa.Table.from_pylist(rows, SUBSCRIPTIONS)}
        yield from kept(opened, made, context.run.run_id, inputs)

    return subscriptions
