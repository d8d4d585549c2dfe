"""Dagster's own SQLite event log, spared two wastes that runs over many days would make.

A day of a table costs two events, for each of which Dagster opens three database engines: 11 ms of CPU
a day and table; a batch in one transaction costs 1.5 ms. And it plans every check once a day of the run,
though checks here have no partitions, so that all but one record stay planned for ever.

Files and schema stay Dagster's, where its own storage puts them: without this class, which `dagster.yaml`
names, the same history opens with the stock storage.
"""

import threading
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluationPlanned
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite_storage import SqliteStorageConfig
from dagster._serdes import ConfigurableClassData

BATCH_SIZE_VARIABLE = "DAGSTER_EVENT_BATCH_SIZE"
BATCH_SIZE = 1000


@dataclass
class _Batch:
    """A batch that is being stored: one connection a file, and the newest event of each asset and kind."""

    closing: ExitStack
    connections: dict[str, Any] = field(default_factory=dict)
    newest: dict[tuple[object, str], tuple[EventLogEntry, int]] = field(default_factory=dict)


class SpareEventLogStorage(SqliteEventLogStorage):
    """SQLite event log that stores a batch in one transaction, and one plan a check."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._thread = threading.local()
        self._tables: set[str] = set()
        super().__init__(base_dir, inst_data)
        # The stock lock is held while a connection is: a batch holds two.
        self._db_lock = threading.RLock()

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: SqliteStorageConfig
    ) -> Self:
        """How Dagster builds it: `base_dir` is its home, the files lie where its own storage puts them."""
        return cls(str(Path(config_value["base_dir"]) / "history" / "runs"), inst_data)

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store all or, on an error, none: Dagster then stores them one by one."""
        with ExitStack() as closing:
            batch = self._thread.batch = _Batch(closing)
            try:
                for event in events:
                    self.store_event(event)
                with self.index_connection() as connection:
                    for event, event_id in batch.newest.values():
                        super()._store_asset_event(connection, event, event_id)
            finally:
                self._thread.batch = None

    def has_table(self, table_name: str) -> bool:
        """Whether the files have a table; they never lose one, and it is asked for every event."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    @contextmanager
    def _connect(self, shard: str) -> Generator[Any]:
        batch = self._batch
        if batch is None:
            with super()._connect(shard) as connection:
                yield connection
        else:
            if shard not in batch.connections:
                batch.connections[shard] = batch.closing.enter_context(super()._connect(shard))
            yield batch.connections[shard]

    @property
    def _batch(self) -> _Batch | None:
        return getattr(self._thread, "batch", None)

    def _store_asset_event(self, conn: Any, event: EventLogEntry, event_id: int) -> None:
        if self._batch is None:
            super()._store_asset_event(conn, event, event_id)
        else:
            # An asset's line in the index keeps the newest event alone.
            stored = event.get_dagster_event()
            self._batch.newest[stored.asset_key, stored.event_type_value] = event, event_id

    def _store_asset_check_evaluation_planned(self, event: EventLogEntry, event_id: int | None) -> None:
        planned = event.get_dagster_event().asset_check_planned_data
        whole = AssetCheckEvaluationPlanned(asset_key=planned.asset_key, check_name=planned.check_name)
        plan = event.get_dagster_event()._replace(event_specific_data=whole)
        super()._store_asset_check_evaluation_planned(event._replace(dagster_event=plan), event_id)
