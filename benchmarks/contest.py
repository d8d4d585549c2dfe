"""A contest: one table built our way and by other tools that read the same Parquet files.

Belongs here: what every contest shares. Does not: which contests there are (`behaviour.py`) or how a rival
computes its table (`rivals/`).
"""

import importlib.util
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.compute as pc
import pyarrow.dataset as ds

from analytics_platform.lakehouse import Lake, Window
from analytics_platform.workspace import MODELS, Workspace

if TYPE_CHECKING:
    import pandas as pd  # noqa: TID251

OURS = "ours"
TABLE_NAME = re.compile(r"\b(raw|activity|behaviour)\.[a-z_]+\b")


@dataclass(frozen=True)
class Source:
    """The lake as a rival sees it: Parquet files, and the days that it holds."""

    lake: Lake
    window: Window

    def files(self, table: str) -> list[str]:
        """Paths of a table's Parquet files at its newest version."""
        return list(self.lake.snapshot([table]).tables[table].files)

    def frame(self, table: str, columns: Iterable[str], where: pc.Expression | None = None) -> "pd.DataFrame":
        """Columns of a table in pandas; `event_date` is a datetime64, text is categorical.

        Args:
            table: `schema.table`.
            columns: columns read.
            where: rows read, such as `pc.field("is_active")`; default: all.
        """
        schema = self.lake.snapshot([table]).tables[table].schema
        files = ds.dataset(self.files(table), schema=schema, format="parquet", partitioning="hive")
        rows = files.to_table([*columns], filter=where)
        return rows.to_pandas(date_as_object=False, strings_to_categorical=True, self_destruct=True)

    def clickhouse(self, sql: str) -> str:
        """The statement with every `schema.table` of ours as a read of its Parquet files."""
        return TABLE_NAME.sub(lambda found: self._as_files(found[0]), sql)

    def _as_files(self, table: str) -> str:
        # Without links, for a lake of links names its files now one way, now the other.
        root = self.lake.path(table).resolve()
        names = ",".join(str(Path(file).resolve().relative_to(root)) for file in self.files(table))
        return f"file('{root}/{{{names}}}', Parquet)"


Rival = Callable[[Source], int]
"""Computes a table by other means; returns its rows."""


@dataclass(frozen=True)
class Contest:
    """One table and the ways to compute it.

    Attributes:
        table: `schema.table`.
        rivals: other ways by name, such as `pandas`; each computes the same rows from Parquet files.
        build: our way where the table is no SQL model: builds it, returns its rows.
    """

    table: str
    rivals: Mapping[str, Rival] = field(default_factory=dict[str, Rival])
    build: Callable[[Workspace, Window], int] | None = None

    @property
    def ways(self) -> tuple[str, ...]:
        """Ours, then the rivals."""
        return (OURS, *self.rivals)

    def run(self, way: str, workspace: Workspace, window: Window) -> int:
        """Compute the table one way over the window; returns its rows."""
        if way != OURS:
            return self.rivals[way](Source(workspace.lake, window))
        if self.build is not None:
            return self.build(workspace, window)
        return workspace.engine.run(MODELS[self.table], window).rows


def chdb_rows(sql: str) -> Rival:
    """A rival that answers one SELECT in chdb (ClickHouse in this process) and counts its rows.

    Tables are written as ours, `activity.user_days`, and `event_date` is a Date. A window may be bound as
    `{first_day:Date}`, `{last_day:Date}`.
    """

    def compute(source: Source) -> int:
        from chdb import session  # noqa: PLC0415  # pyright: ignore[reportMissingImports]

        days = {name: str(day) for name, day in source.window.parameters().items()}
        counted = f"SELECT count() FROM ({source.clickhouse(sql)}) SETTINGS use_hive_partitioning = 1"  # noqa: S608
        with session.Session() as clickhouse:
            return int(str(clickhouse.query(counted, "CSV", params=days)))

    return compute


def missing(way: str) -> str | None:
    """Why a way cannot be tried here; None when it can."""
    if way.startswith("chdb") and importlib.util.find_spec("chdb") is None:
        return "chdb is not installed"
    return None
