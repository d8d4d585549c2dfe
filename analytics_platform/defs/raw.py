"""The raw tables as assets: one step fills a window of all of them from the source in force.

Belongs here: which source is asked. Does not: how rows are made (`simulation`) or read (`ingest`).
"""

from collections.abc import Iterator
from datetime import date

import dagster as dg

from analytics_platform.defs.checks import checks_of, run_checks
from analytics_platform.defs.model_assets import report_days
from analytics_platform.defs.partitions import ONE_RUN, daily_partitions, window_of
from analytics_platform.defs.resources import WorkspaceResource
from analytics_platform.defs.simulation import simulate_window
from analytics_platform.defs.table_facts import (
    address,
    as_it_is,
    asset_key,
    code_references,
    column_schema,
)
from analytics_platform.errors import AnalyticsError
from analytics_platform.event_contract import (
    CLASSROOMS,
    CONTRACTS,
    EVENTS,
    EXPOSURES,
    HUMAN_RATINGS,
    INTERACTIONS,
    USERS,
    Contract,
)
from analytics_platform.ingest import Summary, Terms, ingest, load_mapping
from analytics_platform.lakehouse import Window
from analytics_platform.workspace import Workspace, open_workspace

TABLES = (EVENTS, USERS, CLASSROOMS, EXPOSURES, INTERACTIONS, HUMAN_RATINGS)


def deliver(workspace: Workspace, window: Window) -> list[date]:
    """Bring a window of events into the lake: simulated, or read from the log that the settings name.

    Where the command line ingested the log, the rows are there already.

    Returns:
        Days outside the window that late files changed, in order.
    """
    if workspace.source == "simulation":
        simulate_window(workspace, window)
        return []
    if workspace.settings.log_path is None:
        return []
    return [day for day in _read_log(workspace, workspace.settings.log_path).days if day not in window]


def _read_log(workspace: Workspace, log_path: str) -> Summary:
    settings = workspace.settings
    if settings.log_mapping is None:
        raise AnalyticsError(
            "Setting log_path needs log_mapping, the YAML file that maps the log to the contract."
        )
    spill_dir = settings.spill_dir or settings.beside_lake("spill")
    terms = Terms(settings.quarantine_threshold, spill_dir=spill_dir)
    summary = ingest(workspace.lake, log_path, load_mapping(settings.log_mapping), settings.zone, terms)
    if summary.outcome == "refused":
        raise AnalyticsError(
            f"{summary.quarantined_share:.1%} of the rows of {log_path} were rejected, above "
            "quarantine_threshold, so nothing was ingested: `analytics-platform ingest` shows why."
        )
    return summary


@dg.definitions
def raw() -> dg.Definitions:
    """One asset a table of the contract; those that `ingest` alone writes are shown where they are."""
    workspace = open_workspace()
    checks = {contract.table: checks_of(contract.table) for contract in TABLES}

    @dg.multi_asset(
        name="raw",
        specs=[_spec(workspace, contract) for contract in TABLES],
        partitions_def=daily_partitions(workspace),
        backfill_policy=ONE_RUN,
        check_specs=[check.spec() for table in checks.values() for check in table],
    )
    def raw_tables(
        context: dg.AssetExecutionContext, workspace: WorkspaceResource
    ) -> Iterator[dg.MaterializeResult]:
        opened, window = workspace.open(), window_of(context)
        late = deliver(opened, window)
        if late:
            span = f"{late[0]} to {late[-1]}"
            context.log.warning("Late files changed days outside this run: build %s again.", span)
        for table, claims in checks.items():
            report_days(context, opened, table, window, {})
            found = run_checks(claims, opened, window, context.run.run_id)
            yield dg.MaterializeResult(asset_key=asset_key(table), check_results=found)
        for contract in _ingested(opened):
            context.log_event(as_it_is(opened.lake, contract.table))

    shown = [_spec(workspace, contract) for contract in _ingested(workspace)]
    return dg.Definitions(assets=[raw_tables, *shown])


def _ingested(workspace: Workspace) -> list[Contract]:
    """Tables of the contract that no run builds, as far as the lake has them."""
    others = [contract for contract in CONTRACTS.values() if contract not in TABLES]
    return [contract for contract in others if workspace.lake.exists(contract.table)]


def _spec(workspace: Workspace, contract: Contract) -> dg.AssetSpec:
    return dg.AssetSpec(
        asset_key(contract.table),
        group_name="raw",
        owners=["team:data_platform"],
        kinds={"python", "deltalake"},
        description=contract.description,
        metadata={
            **address(workspace.lake, contract.table),
            **code_references(__file__),
            "dagster/column_schema": column_schema(contract.arrow_schema()),
        },
    )
