"""Columns and contracts as frozen data, and the Arrow schemas and row rules that follow from them."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import polars as pl
import pyarrow as pa


class Kind(Enum):
    """The six types that every engine stores alike (no unsigned, no enum, no naive time)."""

    BIGINT = "bigint"
    DOUBLE = "double"
    TEXT = "text"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"

    @property
    def arrow(self) -> pa.DataType:
        return _ARROW[self]

    @property
    def polars(self) -> pl.DataType:
        return _POLARS[self]


_ARROW = {
    Kind.BIGINT: pa.int64(),
    Kind.DOUBLE: pa.float64(),
    Kind.TEXT: pa.string(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.DATE: pa.date32(),
    Kind.TIMESTAMP: pa.timestamp("us", tz="UTC"),
}
_POLARS: dict[Kind, pl.DataType] = {
    Kind.BIGINT: pl.Int64(),
    Kind.DOUBLE: pl.Float64(),
    Kind.TEXT: pl.String(),
    Kind.BOOLEAN: pl.Boolean(),
    Kind.DATE: pl.Date(),
    Kind.TIMESTAMP: pl.Datetime("us", "UTC"),
}


@dataclass(frozen=True)
class Column:
    """One column of a raw table.

    Attributes:
        name: snake case; a unit ends the name where there is one.
        kind: storage type.
        description: one sentence for the data dictionary.
        unit: unit of measurement, empty where there is none.
        nullable: whether a row may leave it out.
        allowed: the permitted values of a text column; empty means any.
        minimum: least permitted number, inclusive.
        maximum: greatest permitted number, inclusive.
    """

    name: str
    kind: Kind
    description: str
    unit: str = ""
    nullable: bool = False
    allowed: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None

    def rules(self) -> Iterator[tuple[str, pl.Expr]]:
        """Pairs of reason and boolean expression that is true where a row breaks the rule."""
        value = pl.col(self.name)
        if not self.nullable:
            yield f"missing {self.name}", value.is_null()
        if self.allowed:
            yield f"unknown {self.name}", value.is_not_null() & ~value.is_in(list(self.allowed))
        if self.kind is Kind.DOUBLE:
            yield f"{self.name} is not a finite number", (~value.is_finite()).fill_null(value=False)
        if self.minimum is not None:
            yield f"{self.name} below {self.minimum:g}", (value < self.minimum).fill_null(value=False)
        if self.maximum is not None:
            yield f"{self.name} above {self.maximum:g}", (value > self.maximum).fill_null(value=False)


@dataclass(frozen=True)
class Contract:
    """A raw table: its name, grain and columns.

    Attributes:
        table: `schema.table`.
        description: one sentence that states the grain.
        key: columns that name a row once deliveries are deduplicated.
        columns: in storage order; a daily table ends with `event_date`, its partition.
        is_register: whether rows stand for lasting things (people, classes), so that a key holds over
            all days; else it is looked for only within a day, however long the history.
    """

    table: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    is_register: bool = False

    @property
    def is_daily(self) -> bool:
        return any(column.name == "event_date" for column in self.columns)

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def arrow_schema(self) -> pa.Schema:
        """The stored schema: what the lake accepts for this table."""
        return pa.schema(
            [pa.field(c.name, c.kind.arrow, metadata={"comment": c.description}) for c in self.columns]
        )

    def polars_schema(self) -> dict[str, pl.DataType]:
        return {column.name: column.kind.polars for column in self.columns}

    def rules(self) -> Iterator[tuple[str, pl.Expr]]:
        """Every row rule of every column, in column order: (reason, true where broken)."""
        for column in self.columns:
            yield from column.rules()

    def first_violation(self) -> pl.Expr:
        """Per row the first broken rule's reason, or null: a text column named `reason`."""
        broken = pl.lit(None, dtype=pl.String)
        for reason, rule in reversed(list(self.rules())):
            broken = pl.when(rule).then(pl.lit(reason)).otherwise(broken)
        return broken.alias("reason")

    def violations(self, frame: pl.LazyFrame) -> dict[str, int]:
        """How many rows of a frame (columns as in the contract) break each rule; only those broken."""
        rules = list(self.rules())
        counts = frame.select(
            rule.sum().alias(str(position)) for position, (_, rule) in enumerate(rules)
        ).collect()
        totals = zip((reason for reason, _ in rules), counts.row(0), strict=True)
        return {reason: int(total) for reason, total in totals if total}
