"""What assets open: the workspace, with DuckDB connections from Dagster's own resource."""

import dagster as dg
from dagster_duckdb import DuckDBResource

from analytics_platform.workspace import Workspace, open_workspace


class WorkspaceResource(dg.ConfigurableResource):
    """Opens the workspace that the settings in force name.

    Attributes:
        duckdb: where its SQL engine takes connections.
    """

    duckdb: DuckDBResource

    def open(self) -> Workspace:
        """The workspace, its settings read anew."""
        return open_workspace(self.duckdb.get_connection)


@dg.definitions
def resources() -> dg.Definitions:
    """One DuckDB in memory, bounded as the settings say; runs stay in one process."""
    duckdb = DuckDBResource(database=":memory:", connection_config=open_workspace().connection_config)
    return dg.Definitions(
        resources={"duckdb": duckdb, "workspace": WorkspaceResource(duckdb=duckdb)},
        executor=dg.in_process_executor,
    )
