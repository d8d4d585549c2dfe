"""What the records of a trace lend each other: its user, and the call that a rating of the trace means."""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from analytics_platform.ingest.fields import Fields
from analytics_platform.ingest.sources import ROW
from analytics_platform.ingest.traces.mapping import TraceMapping
from analytics_platform.ingest.traces.tables import TraceTable

USERS = {"trace": pl.String, "trace_user": pl.String}
CALLS = {"trace": pl.String, "trace_interaction": pl.String}


@dataclass(frozen=True)
class TraceIndex:
    """Facts of traces.

    Attributes:
        users: `trace, trace_user`: the first user that a record of the trace names.
        calls: `trace, trace_interaction`: the id of the last call of the trace, the answer that was seen.
    """

    users: pl.DataFrame
    calls: pl.DataFrame

    @classmethod
    def build(cls, tables: Iterable[TraceTable], mapping: TraceMapping) -> "TraceIndex":
        """Look through exports; tables have no traces."""
        users = [pl.DataFrame(schema=USERS)]
        calls = [pl.DataFrame(schema={**CALLS, "at": pl.Datetime("us", "UTC")})]
        for table in tables:
            if table.is_export and mapping.interactions is not None:
                users.append(_users(table, mapping))
                calls.append(_calls(table, mapping))
        return cls(
            pl.concat(users).unique("trace", keep="first", maintain_order=True),
            pl.concat(calls).sort("at").unique("trace", keep="last", maintain_order=True).drop("at"),
        )

    def lacks(self, tables: Iterable[TraceTable], mapping: TraceMapping) -> bool:
        """Whether a record needs a trace that is not here: known files may hold it."""
        return any(_is_lacking(table, mapping, self) for table in tables if table.is_export)


def _users(table: TraceTable, mapping: TraceMapping) -> pl.DataFrame:
    assert mapping.interactions is not None
    user = Fields(table.source, mapping.interactions.zone).value(mapping.interactions.user)
    rows = table.source.rows().select(ROW, table.trace.alias("trace"), user.alias("trace_user"))
    named = rows.drop_nulls().sort(ROW).drop(ROW).collect()
    return named.unique("trace", keep="first", maintain_order=True)


def _calls(table: TraceTable, mapping: TraceMapping) -> pl.DataFrame:
    part = mapping.interactions
    assert part is not None
    fields = Fields(table.source, part.zone)
    rows = table.source.rows().filter(table.is_kind("interactions"))
    named = rows.select(
        table.trace.alias("trace"),
        fields.joined(part.interaction).alias("trace_interaction"),
        fields.instant(part.time).alias("at"),
    )
    return named.drop_nulls().collect()


def _is_lacking(table: TraceTable, mapping: TraceMapping, index: TraceIndex) -> bool:
    rows = table.source.rows().with_columns(table.trace.alias("trace"))
    lacking = pl.lit(value=False)
    if mapping.interactions is not None:
        user = Fields(table.source, mapping.interactions.zone).value(mapping.interactions.user)
        is_unknown = ~pl.col("trace").is_in(index.users["trace"].implode())
        lacking |= table.is_kind("interactions") & user.is_null() & is_unknown
    if mapping.human_ratings is not None:
        fields = Fields(table.source, mapping.human_ratings.zone)
        call = fields.joined(mapping.human_ratings.interaction)
        is_unknown = ~pl.col("trace").is_in(index.calls["trace"].implode())
        lacking |= table.is_kind("human_ratings") & call.is_null() & is_unknown
    needed = rows.filter(pl.col("trace").is_not_null() & lacking)
    return needed.select(pl.len()).collect().item() > 0
