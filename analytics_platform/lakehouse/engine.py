"""What runs SQL models: the protocol that every engine implements."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import pyarrow as pa

from analytics_platform.lakehouse.model import Model
from analytics_platform.lakehouse.snapshot import Snapshot
from analytics_platform.lakehouse.window import Window


@dataclass(frozen=True)
class Written:
    """What a run wrote.

    Attributes:
        table: `schema.table`.
        rows: rows written.
        schema: columns of the result.
        versions: version of each table that was read.
    """

    table: str
    rows: int
    schema: pa.Schema
    versions: Mapping[str, int]


class Engine(Protocol):
    """Runs models into the lake and answers queries over pinned snapshots of it."""

    def run(self, model: Model, window: Window | None = None) -> Written:
        """Materialise a model: the window of a daily one, the whole of any other, in one commit."""
        ...

    def query(
        self,
        sql: str,
        parameters: Mapping[str, object] | None = None,
        snapshot: Snapshot | None = None,
    ) -> pa.Table:
        """Rows of one SELECT over tables named `schema.table`; None pins their newest versions."""
        ...

    def snapshot(self, sql: str, as_of: datetime | int | None = None) -> Snapshot:
        """Pin every stored table that a query reads, directly or through views."""
        ...
