"""The default engine: DuckDB in memory over the lake's Parquet files, streaming into Delta."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
from duckdb import DuckDBPyConnection, DuckDBPyRelation
from sqlglot import exp

from analytics_platform.errors import AnalyticsError
from analytics_platform.lakehouse.engine import Written
from analytics_platform.lakehouse.lake import Lake
from analytics_platform.lakehouse.model import Model, parse, tables_read
from analytics_platform.lakehouse.snapshot import PinnedTable, Snapshot
from analytics_platform.lakehouse.window import Window

Config = dict[str, str | bool | int | float | list[str]]
Connect = Callable[[], AbstractContextManager[DuckDBPyConnection]]

# On DuckDB 2.0.0 its filters made one in twenty reads of several days' files fail with an internal error
# ("dict-surviving cache: global dictionary column changed identity"); without it none of 310 did.
UNSOUND_OPTIMIZER = "join_filter_pushdown"
BATCH_ROWS = 100_000
SLICE_DAYS = 31
SLICE_ROWS = 2_000_000

STORABLE = {
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "VARCHAR": pa.string(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMP WITH TIME ZONE": pa.timestamp("us", tz="UTC"),
}


def connection_config(
    memory_limit: str = "2GB", spill_dir: Path | None = None, threads: int | None = None
) -> dict[str, str]:
    """DuckDB settings of a bounded in-memory connection.

    Args:
        memory_limit: such as `2GB`; work beyond it spills.
        spill_dir: folder to spill to; None: `.tmp` in the working directory.
        threads: worker threads; None: all cores.
    """
    config = {"memory_limit": memory_limit}
    if spill_dir is not None:
        config["temp_directory"] = str(spill_dir)
    if threads is not None:
        config["threads"] = str(threads)
    return config


def connector(config: Mapping[str, str] | None = None) -> Connect:
    """A factory of in-memory connections with the given settings (default: 2 GB)."""

    @contextmanager
    def connect() -> Generator[DuckDBPyConnection]:
        settings: Config = {**(config or connection_config())}
        with duckdb.connect(":memory:", config=settings) as connection:  # noqa: TID251
            yield connection

    return connect


class DuckDBEngine:
    """Runs models and queries on DuckDB; see `Engine`."""

    def __init__(
        self, lake: Lake, views: Mapping[str, Model] | None = None, connect: Connect | None = None
    ) -> None:
        """Bind a lake.

        Args:
            lake: where tables are read and written.
            views: models that are computed on reading, by name.
            connect: opens a connection for one piece of work; default: in memory, 2 GB.
        """
        self.lake = lake
        self.views = dict(views or {})
        self._connect = connect or connector()

    def run(self, model: Model, window: Window | None = None) -> Written:
        """Materialise a model in one commit; see `Engine.run`.

        Raises:
            AnalyticsError: an input is missing, a daily model got no window, the SQL fails, or a
                column has a type that the lake does not store.
        """
        if model.is_daily and window is None:
            raise AnalyticsError(f"{model.name} is built by day: give a window.")
        if model.has_history and window is not None:
            window = self._with_later_days(model.name, window)
        snapshot = self.snapshot(model.sql)
        note = {"inputs": str(snapshot), "window": str(window or "whole")}
        with _plain_errors(model.name), self._open(snapshot, model.sql) as connection:
            schema = _schema(_ordered(connection, model, window), model)
            if model.is_daily and window is not None:
                batches = _batches(connection, model, window.slices(_slice_days(snapshot, window)))
                rows = self.lake.replace_days(model.name, window, batches, schema, note)
            else:
                batches = _batches(connection, model, [None])
                rows = self.lake.replace(model.name, batches, schema, note)
        return Written(model.name, rows, schema, snapshot.versions)

    def _with_later_days(self, table: str, window: Window) -> Window:
        held = self.lake.days(table)
        return Window(window.first_day, max([window.last_day, *held[-1:]]))

    def query(
        self,
        sql: str,
        parameters: Mapping[str, object] | None = None,
        snapshot: Snapshot | None = None,
    ) -> pa.Table:
        """Rows of one SELECT; see `Engine.query`.

        Raises:
            AnalyticsError: the SQL is not one SELECT, reads a missing table or fails.
        """
        with self.stream(sql, parameters, snapshot) as rows:
            return rows.read_all()

    @contextmanager
    def stream(
        self,
        sql: str,
        parameters: Mapping[str, object] | None = None,
        snapshot: Snapshot | None = None,
    ) -> Generator[pa.RecordBatchReader]:
        """Rows of one SELECT in batches, for results that need not fit in memory; see `query`."""
        if not isinstance(parse(sql), exp.Query):
            raise AnalyticsError("Only a SELECT is answered here; tables are written by `run`.")
        pinned = snapshot or self.snapshot(sql)
        with _plain_errors("query"), self._open(pinned, sql) as connection:
            yield connection.sql(sql, params=dict(parameters or {})).to_arrow_reader(BATCH_ROWS)

    def snapshot(self, sql: str, as_of: datetime | int | None = None) -> Snapshot:
        """Pin every table that a query reads, views resolved; see `Lake.snapshot`."""
        return self.lake.snapshot(sorted(self.base_tables(sql)), as_of)

    def base_tables(self, sql: str) -> set[str]:
        """Stored tables that a query reads, directly or through views."""
        names = set(tables_read(sql))
        through_views = (self.base_tables(self.views[name].sql) for name in names & self.views.keys())
        return (names - self.views.keys()).union(*through_views)

    @contextmanager
    def _open(self, snapshot: Snapshot, sql: str) -> Generator[DuckDBPyConnection]:
        with self._connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("SET enable_progress_bar = false")  # it would fill the logs of slow queries
            connection.execute(f"SET disabled_optimizers = '{UNSOUND_OPTIMIZER}'")
            for table in snapshot.tables.values():
                _create_source(connection, table)
            self._create_views(connection, sql)
            yield connection

    def _create_views(self, connection: DuckDBPyConnection, sql: str) -> None:
        for name in tables_read(sql):
            if name in self.views:
                self._create_views(connection, self.views[name].sql)
                _create_view(connection, name, self.views[name].sql)


def _create_view(connection: DuckDBPyConnection, name: str, select: str) -> None:
    schema, _, table = name.partition(".")
    connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
    connection.execute(f'CREATE OR REPLACE VIEW "{schema}"."{table}" AS {select}')


def _create_source(connection: DuckDBPyConnection, table: PinnedTable) -> None:
    try:
        _create_view(connection, table.name, _source(table))
    except duckdb.IOException:
        rebuild = f"analytics-platform run --select {table.name.replace('.', '/')}"
        raise AnalyticsError(
            f"Table {table.name}: files of version {table.version} are gone or unreadable; read a newer "
            f"version, or build it again with `{rebuild}`."
        ) from None


def _source(table: PinnedTable) -> str:
    """A SELECT over the pinned files, with the columns and types of the pinned schema."""
    if not table.files:
        columns = (f'NULL::{_sql_type(field.type)} AS "{field.name}"' for field in table.schema)
        return f"SELECT {', '.join(columns)} WHERE false"
    files = ", ".join("'" + file.replace("'", "''") + "'" for file in table.files)
    columns = ", ".join(f'"{f.name}"::{_sql_type(f.type)} AS "{f.name}"' for f in table.schema)
    # Unifying opens every file's footer, which costs a table of many days more than the day asked for.
    unify = "true" if table.is_widened else "false"
    source = f"read_parquet([{files}], hive_partitioning => true, union_by_name => {unify})"
    return f"SELECT {columns} FROM {source}"  # noqa: S608


def _sql_type(arrow: pa.DataType) -> str:
    return next(sql for sql, stored in STORABLE.items() if stored == arrow)


def _ordered(connection: DuckDBPyConnection, model: Model, window: Window | None) -> DuckDBPyRelation:
    """The model's rows in stored order: by day, then by key, so that a re-run is byte-equal."""
    order = ", ".join(dict.fromkeys((["event_date"] if model.is_daily else []) + list(model.key)))
    parameters: dict[str, object] = {}
    if window is not None:
        parameters = {name: value for name, value in window.parameters().items() if name in model.parameters}
    ordered = f"SELECT * FROM (\n{model.sql}\n) ORDER BY {order}"  # noqa: S608
    return connection.sql(ordered, params=parameters)


def _slice_days(snapshot: Snapshot, window: Window) -> int:
    """Days worked at a time: a sparse log of many years needs few queries, each over every file's footer."""
    rows = max((table.rows for table in snapshot.tables.values()), default=0)
    return max(SLICE_DAYS, len(window) * SLICE_ROWS // max(1, rows))


def _batches(
    connection: DuckDBPyConnection, model: Model, windows: Iterable[Window | None]
) -> Iterator[pa.RecordBatch]:
    for window in windows:
        yield from _ordered(connection, model, window).to_arrow_reader(BATCH_ROWS)


def _schema(relation: DuckDBPyRelation, model: Model) -> pa.Schema:
    types = [str(sql_type) for sql_type in relation.types]
    wrong = [pair for pair in zip(relation.columns, types, strict=True) if pair[1] not in STORABLE]
    if wrong:
        raise AnalyticsError(
            f"{model.name}: column {wrong[0][0]} has type {wrong[0][1]}; "
            f"cast it to one of {', '.join(STORABLE)}."
        )
    return pa.schema(
        [
            pa.field(name, STORABLE[sql_type], metadata={"comment": model.columns.get(name, "")})
            for name, sql_type in zip(relation.columns, types, strict=True)
        ]
    )


@contextmanager
def _plain_errors(subject: str) -> Generator[None]:
    """Errors of DuckDB as one sentence, whether they come at once or while a result is streamed."""
    try:
        yield
    except duckdb.Error as error:
        raise AnalyticsError(_sentence(subject, error)) from None
    except OSError as error:
        # Arrow reports an error inside a stream as an OSError without a number.
        if error.errno is not None:
            raise
        raise AnalyticsError(_sentence(subject, error)) from None


def _sentence(subject: str, error: Exception) -> str:
    # An internal error of DuckDB brings its own stack, which helps nobody here.
    said = str(error).partition("\n\nStack Trace:")[0].strip()
    words, _, excerpt = said.partition("\n\nLINE ")
    return f"{subject}: {' '.join(words.split())}" + (f" (line {excerpt.splitlines()[0]})" if excerpt else "")
