"""Schemas of tables that Python builds: every column carries its sentence."""

from collections.abc import Mapping

import pyarrow as pa

Columns = Mapping[str, tuple[pa.DataType, str]]
"""Type and sentence of each column, by name."""


def described(*parts: Columns) -> pa.Schema:
    """A schema of columns in the order given, with each sentence where `describe` and Dagster find it."""
    return pa.schema(
        [
            pa.field(name, kind, metadata={"comment": sentence})
            for part in parts
            for name, (kind, sentence) in part.items()
        ]
    )
