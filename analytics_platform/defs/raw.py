"""The raw tables as assets: one step fills a window of all of them from the source in force.

Belongs here: which source is asked. Does not: how rows are made (`simulation`) or read (`ingest`).
"""

from collections.abc import Iterator

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
    INTERACTIONS,
    USERS,
    Contract,
)
from analytics_platform.ingest import Terms, ingest, load_mapping
from analytics_platform.lakehouse import Window
from analytics_platform.workspace import Workspace, open_workspace

TABLES = (EVENTS, USERS, CLASSROOMS, EXPOSURES, INTERACTIONS)


def deliver(workspace: Workspace, window: Window) -> None:
    """Bring a window of events into the lake: simulated, or read from the log that the settings name.

    Where the command line ingested the log, the rows are there already.
    """
    settings = workspace.settings
    if workspace.source == "simulation":
        simulate_window(workspace, window)
    elif settings.log_path is not None:
        if settings.log_mapping is None:
            raise AnalyticsError(
                "Setting log_path needs log_mapping, the YAML file that maps the log to the contract."
            )
        terms = Terms(
            settings.quarantine_threshold, spill_dir=settings.spill_dir or settings.beside_lake("spill")
        )
        mapping = load_mapping(settings.log_mapping)
        summary = ingest(workspace.lake, settings.log_path, mapping, settings.zone, terms)
        if summary.outcome == "refused":
            raise AnalyticsError(
                f"{summary.quarantined_share:.1%} of the rows of {settings.log_path} were rejected, above "
                f"quarantine_threshold, so nothing was ingested: `analytics-platform ingest` shows why."
            )


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
        deliver(opened, window)
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
