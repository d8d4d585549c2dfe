"""The portable subset of SQL: what a model may not use, because another engine fails or differs.

Measured on DuckDB, Spark 4 and Sail. Each rule names the construct and what to write instead.
"""

from collections.abc import Callable, Iterator

import sqlglot
from sqlglot import exp

from analytics_platform.lakehouse.model import DIALECT, Model

FAILING_FUNCTIONS = {
    "list_reduce": "an aggregate",
    "len": "array_length for lists, length for text",
    "range": "a join with a table of days",
    "generate_series": "a join with a table of days",
    "quantile_cont": "a histogram",
    "epoch_ms": "date_diff('millisecond', …)",
    "isodow": "a calendar column",
    "dayofweek": "a calendar column",
    "epoch": "date_diff('second', timestamptz '1970-01-01', …)",
}


def violations(model: Model) -> list[str]:
    """Sentences, one for each use of something that is not portable; empty when all is well."""
    found = [sentence for rule in _RULES for sentence in rule(model.tree)]
    try:
        sqlglot.transpile(model.sql, read=DIALECT, write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
    except sqlglot.errors.UnsupportedError as error:
        found.append(f"Spark has no equal: {error}")
    return [f"{model.name}: {sentence}" for sentence in found]


def _functions(tree: exp.Expr) -> Iterator[str]:
    for function in tree.find_all(exp.Func):
        name = function.name if isinstance(function, exp.Anonymous) else function.sql_name()
        written = str(function.meta.get("name", name)).lower()
        for candidate in {written, name.lower()} & FAILING_FUNCTIONS.keys():
            yield f"{candidate}(): write {FAILING_FUNCTIONS[candidate]}"


def _joins(tree: exp.Expr) -> Iterator[str]:
    for join in tree.find_all(exp.Join):
        if join.args.get("method") == "ASOF" or join.args.get("kind") == "ASOF":
            yield "ASOF JOIN: write a window function"


def _set_operations(tree: exp.Expr) -> Iterator[str]:
    for operation in tree.find_all(exp.SetOperation):
        if operation.args.get("by_name"):
            yield "UNION BY NAME: list the columns"


def _shapes(tree: exp.Expr) -> Iterator[str]:
    if any(tree.find_all(exp.Pivot)):
        yield "PIVOT: write one aggregate a column"
    if any(group.args.get("all") for group in tree.find_all(exp.Group)):
        yield "GROUP BY ALL: list the columns"
    if any(star.args.get("except_") or star.args.get("except") for star in tree.find_all(exp.Star)):
        yield "EXCLUDE: list the columns"


def _casts(tree: exp.Expr) -> Iterator[str]:
    for cast in tree.find_all(exp.Cast):
        if cast.to.is_type(*exp.DataType.INTEGER_TYPES) and not isinstance(
            cast.this, exp.AggFunc | exp.Column | exp.Literal | exp.Case | exp.Coalesce | exp.Window | exp.Round | exp.Floor | exp.Ceil | exp.Null
        ):
            yield f"{cast.sql(DIALECT)}: round first, engines cast fractions differently"


def _sums(tree: exp.Expr) -> Iterator[str]:
    for total in tree.find_all(exp.Sum):
        if isinstance(total.this, exp.Predicate | exp.Boolean | exp.Not | exp.Connector):
            yield f"{total.sql(DIALECT)}: sum a CASE, not a boolean"


def _date_differences(tree: exp.Expr) -> Iterator[str]:
    for difference in tree.find_all(exp.Sub):
        names = [side.name for side in (difference.this, difference.expression) if isinstance(side, exp.Column)]
        if names and any(name.endswith(("_date", "_day", "_at", "_time")) for name in names):
            yield f"{difference.sql(DIALECT)}: use date_diff"


_RULES: tuple[Callable[[exp.Expr], Iterator[str]], ...] = (
    _functions,
    _joins,
    _set_operations,
    _shapes,
    _casts,
    _sums,
    _date_differences,
)
