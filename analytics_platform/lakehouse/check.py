"""Checks: queries that return the rows which should not be there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa
from sqlglot import exp

from analytics_platform.errors import AnalyticsError
from analytics_platform.lakehouse.engine import Engine
from analytics_platform.lakehouse.model import Model, parse
from analytics_platform.lakehouse.window import Window

SHOWN_ROWS = 20

Severity = Literal["error", "warn"]


@dataclass(frozen=True)
class Check:
    """A claim about one table, with the query that finds its counter-examples.

    Attributes:
        name: snake case, unique within the table.
        table: `schema.table` that the claim is about.
        description: the claim, in one sentence.
        sql: a SELECT of offending rows; may bind `$first_day` and `$last_day`.
        severity: `error` or `warn`.
        is_blocking: whether what reads the table must not be built when the claim is false.
    """

    name: str
    table: str
    description: str
    sql: str
    severity: Severity = "error"
    is_blocking: bool = False

    @classmethod
    def load(cls, path: Path) -> "Check":
        """Read `<name>.sql`: comments with the claim, `table:`, and if need be `severity:`, `blocking:`.

        Raises:
            AnalyticsError: the file does not name its table or its claim.
        """
        text = path.read_text()
        head = [line.removeprefix("--").strip() for line in text.splitlines() if line.startswith("--")]
        pairs = [line.split(":", 1) for line in head if line.startswith(("table:", "severity:", "blocking:"))]
        fields = {name: value.strip() for name, value in pairs}
        claim = " ".join(line for line in head if line.split(":", 1)[0] not in fields)
        if not claim or "table" not in fields:
            raise AnalyticsError(f"{path}: open with comments that state the claim and its `table:`.")
        return cls(
            name=path.stem,
            table=fields["table"],
            description=claim,
            sql=text,
            severity="warn" if fields.get("severity") == "warn" else "error",
            is_blocking=fields.get("blocking") == "yes",
        )

    def run(self, engine: Engine, window: Window) -> "Finding":
        """Look for counter-examples in a window (the whole table where the query binds none)."""
        bound = {node.name for node in parse(self.sql, self.name).find_all(exp.Placeholder)}
        parameters = {name: day for name, day in window.parameters().items() if name in bound}
        return Finding(self, engine.query(self.sql, parameters))


@dataclass(frozen=True)
class Finding:
    """What a check found: it passed when there are no offending rows."""

    check: Check
    offending: pa.Table

    @property
    def passed(self) -> bool:
        return self.offending.num_rows == 0

    @property
    def days(self) -> list[str]:
        """Reporting days among the offending rows, where the query returns them."""
        if "event_date" not in self.offending.column_names:
            return []
        return sorted({str(day) for day in self.offending["event_date"].to_pylist()})

    def examples(self) -> list[Mapping[str, object]]:
        """The first offending rows."""
        return self.offending.slice(0, SHOWN_ROWS).to_pylist()


def load_checks(folder: Path) -> tuple[Check, ...]:
    """All checks of a folder, by file name."""
    return tuple(Check.load(path) for path in sorted(folder.glob("*.sql")))


def unique_rows(table: str, key: Iterable[str], *, is_daily: bool = False) -> Check:
    """No two rows of a table share its key; of a daily table, within the window."""
    columns = ", ".join(key)
    bounds = "WHERE event_date BETWEEN $first_day AND $last_day" if is_daily else ""
    return Check(
        name="unique_key",
        table=table,
        description=f"No two rows share {columns}.",
        sql=f"SELECT {columns}, count(*) AS copies FROM {table} {bounds} "  # noqa: S608
        f"GROUP BY {columns} HAVING count(*) > 1",
        is_blocking=True,
    )


def uniqueness(model: Model) -> Check:
    """No two rows of a model share its key."""
    return unique_rows(model.name, model.key, is_daily=model.is_daily)
