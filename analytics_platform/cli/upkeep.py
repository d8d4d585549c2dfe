"""`maintain`: upkeep of the lake's files."""

import polars as pl
from rich.progress import track

from analytics_platform.cli.formats import FormatOption, notes, show
from analytics_platform.lakehouse.maintenance import Upkeep, compact, vacuum
from analytics_platform.workspace import open_workspace

UPKEEP = {"table": pl.String, "files_merged": pl.Int64, "files_removed": pl.Int64}


def maintain(form: FormatOption = "table") -> None:
    """Merge small files and remove those that no kept version needs.

    Versions older than the setting `retention_days` can no longer be read afterwards. Rows stay.

    Example:
        analytics-platform maintain --retention-days 7
    """
    workspace = open_workspace()
    lake, retention = workspace.lake, workspace.settings.retention_days
    quiet = not notes.is_terminal
    tables = track(lake.tables(), "maintaining", console=notes, transient=True, disable=quiet)
    done = [Upkeep(table, compact(lake, table), vacuum(lake, table, retention)) for table in tables]
    show(pl.DataFrame(done, UPKEEP), form)
