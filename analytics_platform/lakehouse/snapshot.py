"""A snapshot: table versions pinned once, so that everything read from it agrees."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl
import pyarrow as pa
from deltalake import DeltaTable

WIDENED = "analytics.widened"


@dataclass(frozen=True)
class PinnedTable:
    """One table at one version.

    Attributes:
        name: `schema.table`.
        version: Delta version.
        committed_at: instant (UTC) of that version's commit.
        files: absolute paths of its Parquet files, sorted.
        rows: rows in it.
        schema: its columns; `event_date` is the partition where there is one.
        is_widened: whether older files may lack newer columns.
        delta: the open table.
    """

    name: str
    version: int
    committed_at: datetime
    files: tuple[str, ...]
    rows: int
    schema: pa.Schema
    is_widened: bool
    delta: DeltaTable

    @classmethod
    def of(cls, name: str, delta: DeltaTable) -> "PinnedTable":
        history = delta.history(1)[0]
        # Not through `pa.table`, which imports pandas to look whether this is one: a quarter of a second.
        rows = delta.get_add_actions().column("num_records").to_pylist()
        return cls(
            name=name,
            version=delta.version(),
            committed_at=datetime.fromtimestamp(history["timestamp"] / 1000, UTC),
            files=tuple(sorted(delta.file_uris())),
            rows=sum(rows),
            schema=pa.schema(delta.schema().to_arrow()),
            is_widened=WIDENED in delta.metadata().configuration,
            delta=delta,
        )


@dataclass(frozen=True)
class Snapshot:
    """Pinned tables by name. Files of a pinned version stay until vacuum's retention has passed."""

    tables: Mapping[str, PinnedTable]

    def scan(self, name: str) -> pl.LazyFrame:
        """A pinned table as a lazy frame."""
        return pl.scan_delta(self.tables[name].delta)

    @property
    def versions(self) -> dict[str, int]:
        return {name: table.version for name, table in self.tables.items()}

    def __str__(self) -> str:
        return ", ".join(f"{name}@{version}" for name, version in sorted(self.versions.items()))
