"""Upkeep of the lake as a job: small files merged, files past retention removed.

Belongs here: the job. Does not: what upkeep does to a table (`lakehouse/maintenance.py`).
"""

import dagster as dg

from analytics_platform.defs.resources import WorkspaceResource
from analytics_platform.defs.table_facts import markdown_table
from analytics_platform.lakehouse.maintenance import maintain

COLUMNS = ("table", "files_merged", "files_removed")


@dg.op(retry_policy=dg.RetryPolicy(max_retries=2, delay=60))
def maintain_tables(context: dg.OpExecutionContext, workspace: WorkspaceResource) -> None:
    """Compact and vacuum every table; tried again where a run was writing the same days."""
    opened = workspace.open()
    done = [vars(upkeep) for upkeep in maintain(opened.lake, opened.settings.retention_days)]
    context.add_output_metadata({"tables": dg.MetadataValue.md(markdown_table(done, COLUMNS))})


@dg.job(description="Merge small files of every table and remove files that no kept version needs.")
def maintenance() -> None:
    """The upkeep of every table, as one step."""
    maintain_tables()
