"""SQL models: one SELECT in one file, from which inputs, documentation and lineage are read.

A file opens with comments: sentences that describe the table, then `key:` with the columns that name
a row, then `kind: view` where nothing is stored, or `history: yes` where a day's rows depend on earlier
days. A comment after an output column describes it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.lineage import Node, lineage

from analytics_platform.errors import AnalyticsError

DIALECT = "duckdb"
FIELDS = ("key:", "kind:", "history:")
WINDOW_PARAMETERS = frozenset({"first_day", "last_day"})


@dataclass(frozen=True)
class Model:
    """A table defined by a SELECT.

    Attributes:
        name: `schema.table`.
        sql: the SELECT, in the portable subset; `$first_day` and `$last_day` bound its window.
        description: what a row is, in words.
        key: columns that name a row; also the order in which rows are stored.
        has_history: whether a day's rows depend on earlier days, so that a window is built together with
            the days after it that the table already holds.
        is_view: whether it is computed on reading instead of stored.
        path: file it was read from.
    """

    name: str
    sql: str
    description: str
    key: tuple[str, ...]
    has_history: bool = False
    is_view: bool = False
    path: Path | None = None

    @classmethod
    def load(cls, path: Path) -> "Model":
        """Read `…/<schema>/<table>.sql`.

        Raises:
            AnalyticsError: the file has no description or key, or is not one SELECT.
        """
        text = path.read_text()
        head = [line.removeprefix("--").strip() for line in _leading_comments(text)]
        fields = dict(line.split(":", 1) for line in head if line.startswith(FIELDS))
        description = " ".join(line for line in head if not line.startswith(FIELDS))
        if not description or "key" not in fields:
            raise AnalyticsError(f"{path}: open with comments that describe a row and name its `key:`.")
        model = cls(
            name=f"{path.parent.name}.{path.stem}",
            sql=text,
            description=description,
            key=tuple(column.strip() for column in fields["key"].split(",")),
            has_history=fields.get("history", "").strip() == "yes",
            is_view=fields.get("kind", "").strip() == "view",
            path=path,
        )
        if not isinstance(model.tree, exp.Query):
            raise AnalyticsError(f"{path}: a model is one SELECT.")
        return model

    @cached_property
    def tree(self) -> exp.Expr:
        return parse(self.sql, self.name)

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Tables read, as `schema.table`, sorted."""
        return table_names(self.tree)

    @property
    def is_daily(self) -> bool:
        """Whether the model is built by window, one partition a reporting day."""
        return not self.is_view and self.parameters >= WINDOW_PARAMETERS

    @cached_property
    def parameters(self) -> frozenset[str]:
        return frozenset(node.name for node in self.tree.find_all(exp.Placeholder))

    @cached_property
    def columns(self) -> dict[str, str]:
        """Output columns with the comment that stands beside each."""
        assert isinstance(self.tree, exp.Query)
        return {
            column.alias_or_name: " ".join(text.strip() for text in column.comments or [])
            for column in self.tree.selects
        }

    def with_sql(self, sql: str) -> "Model":
        """The same table computed by another SELECT."""
        return replace(self, sql=sql)

    def column_lineage(self, inputs: Mapping[str, Iterable[str]]) -> dict[str, list[tuple[str, str]]]:
        """For each output column the (table, column) pairs that it is computed from.

        Args:
            inputs: column names of every table read, so that unqualified names resolve.
        """
        schema: dict[str, dict[str, dict[str, str]]] = {}
        for table, columns in inputs.items():
            database, _, name = table.partition(".")
            schema.setdefault(database, {})[name] = dict.fromkeys(columns, "unknown")
        nodes = lineage(None, self.tree, schema=schema, dialect=DIALECT, trim_selects=False)
        assert isinstance(nodes, dict)
        return {column: sorted(set(_origins(nodes[column]))) for column in self.columns}


def parse(sql: str, name: str = "query") -> exp.Expr:
    """One parsed statement; raises AnalyticsError with the place of a syntax error."""
    try:
        statements = [tree for tree in sqlglot.parse(sql, dialect=DIALECT) if tree]
    except SqlglotError as error:
        raise AnalyticsError(f"{name}: the SQL cannot be parsed: {_plain(error)}") from None
    if len(statements) != 1:
        raise AnalyticsError(f"{name}: write one statement, not {len(statements)}.")
    return statements[0]


@lru_cache(maxsize=512)
def tables_read(sql: str) -> tuple[str, ...]:
    """Tables with a schema that the text of a statement reads, sorted; remembered, for parsing is slow."""
    return table_names(parse(sql))


def table_names(tree: exp.Expr) -> tuple[str, ...]:
    """Tables with a schema that a statement reads, sorted; common table expressions have none."""
    return tuple(sorted({f"{t.db}.{t.name}" for t in tree.find_all(exp.Table) if t.db}))


def load_models(folder: Path) -> dict[str, Model]:
    """All models of a package folder by name."""
    models = (Model.load(path) for path in sorted(folder.glob("*.sql")))
    return {model.name: model for model in models}


def _leading_comments(text: str) -> list[str]:
    lines: list[str] = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line)
    return lines


def _origins(node: Node) -> Iterable[tuple[str, str]]:
    for leaf in node.walk():
        if isinstance(leaf.expression, exp.Table) and leaf.expression.db:
            yield f"{leaf.expression.db}.{leaf.expression.name}", leaf.name.rpartition(".")[2].strip('"')


def _plain(error: SqlglotError) -> str:
    details = getattr(error, "errors", None)
    if not details:
        return str(error).splitlines()[0]
    first = details[0]
    place = f"line {first['line']}, column {first['col']}, near {first['highlight']!r}"
    return f"{first['description']} at {place}."
