"""Upkeep of tables: merge small files, and remove files that no retained version needs."""

from dataclasses import dataclass
from typing import Any

from analytics_platform.lakehouse.lake import Lake


@dataclass(frozen=True)
class Upkeep:
    """What upkeep did to one table.

    Attributes:
        table: `schema.table`.
        files_merged: small files rewritten into larger ones.
        files_removed: files of versions past retention that were deleted.
    """

    table: str
    files_merged: int
    files_removed: int


def compact(lake: Lake, table: str) -> int:
    """Merge a table's small files within each day; returns how many were rewritten.

    Rows and their order within a file's day stay; readers of pinned versions are not disturbed.
    """
    metrics: dict[str, Any] = lake.open(table).optimize.compact()
    return int(metrics["numFilesRemoved"])


def vacuum(lake: Lake, table: str, retention_days: int) -> int:
    """Delete files that only versions older than the retention need; returns how many.

    Time travel to versions older than the retention ends with this.
    """
    removed = lake.open(table).vacuum(
        retention_hours=retention_days * 24, dry_run=False, enforce_retention_duration=False
    )
    return len(removed)


def maintain(lake: Lake, retention_days: int) -> list[Upkeep]:
    """Compact and vacuum every table of the lake."""
    return [
        Upkeep(table, compact(lake, table), vacuum(lake, table, retention_days)) for table in lake.tables()
    ]
