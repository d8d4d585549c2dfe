"""The portable subset of SQL: what a model may not use, because another engine fails or differs.

Every rule was observed on DuckDB against Spark 4 or Sail; each names what was written and what to write
instead. Types of columns are not known here, so the rules about dates, instants and fractions go by the
naming grammar: dates end in `_date` or `_day`, instants in `_at` or `_time`, fractions in their unit.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, UnsupportedError

from analytics_platform.lakehouse.model import DIALECT, Model

DAYS = "a cross join of digits for a grid of days"
CALENDAR = "date_diff('day', a Monday, …) % 7"
SECONDS = "date_diff over date_trunc of the same unit"
SORTED = "min, max, min_by or max_by: which row it takes depends on the engine"
CONSTANT = "a parameter: it differs from run to run"

FUNCTIONS = {
    "any_value": SORTED,
    "columns": "the columns' names",
    "current_date": CONSTANT,
    "current_timestamp": CONSTANT,
    "dayofweek": CALENDAR,
    "epoch": SECONDS,
    "epoch_ms": SECONDS,
    "epoch_ns": SECONDS,
    "epoch_us": SECONDS,
    "first": SORTED,
    "generate_series": DAYS,
    "hash": "the columns themselves: every engine hashes in its own way",
    "isodow": CALENDAR,
    "last": SORTED,
    "len": "array_length for lists, length for text",
    "list_reduce": "an aggregate",
    "log": "ln, or log10",
    "mode": SORTED,
    "now": CONSTANT,
    "quantile": "percentile_cont(…) WITHIN GROUP (ORDER BY …)",
    "quantile_cont": "percentile_cont(…) WITHIN GROUP (ORDER BY …)",
    "quantile_disc": "percentile_cont(…) WITHIN GROUP (ORDER BY …)",
    "random": CONSTANT,
    "range": DAYS,
    "row": "{'name': value}",
    "uuid": CONSTANT,
    "weekday": CALENDAR,
}
SHARED = {"bit_count", "date_part"}
DATE_PARTS = {"dow", "dayofweek", "isodow", "weekday", "epoch"}
STORED = {"BIGINT", "INT", "DOUBLE", "TEXT", "VARCHAR", "BOOLEAN", "DATE", "TIMESTAMPTZ"}
WHOLE = {"BIGINT", "INT", "SMALLINT", "TINYINT", "HUGEINT", "INT128"}
DATES = ("_date", "_day")
INSTANTS = ("_at", "_time")
FRACTIONS = ("_seconds", "_usd", "_share", "_rate", "_mean")

Rule = Callable[[exp.Expr], Iterator[str]]


def violations(model: Model) -> list[str]:
    """Sentences, one for each use of something that is not portable; empty when all is well."""
    found = [*_function_names(model.sql), *(sentence for rule in RULES for sentence in rule(model.tree))]
    try:
        sqlglot.transpile(model.sql, read=DIALECT, write="spark", unsupported_level=ErrorLevel.RAISE)
    except UnsupportedError as error:
        found.append(f"Spark has no equal: {error}")
    return [f"{model.name}: {sentence}" for sentence in dict.fromkeys(found)]


def _function_names(sql: str) -> Iterator[str]:
    """By the names as written, because parsing gives several names one node."""
    for token, following in pairwise(sqlglot.tokenize(sql, read=DIALECT)):
        name = token.text.lower()
        if name in FUNCTIONS and following.text == "(":
            yield f"{name}(): write {FUNCTIONS[name]}"


def _untranslated(tree: exp.Expr) -> Iterator[str]:
    for function in tree.find_all(exp.Anonymous):
        name = function.name.lower()
        if name not in SHARED | FUNCTIONS.keys():
            yield f"{name}(): reaches other engines untranslated; write a function that they share"


def _instants_of_running(tree: exp.Expr) -> Iterator[str]:
    for node in tree.find_all(exp.CurrentDate, exp.CurrentTimestamp):
        yield f"{node.sql(DIALECT)}: write {CONSTANT}"


def _date_parts(tree: exp.Expr) -> Iterator[str]:
    extracts = [part.name for part in tree.find_all(exp.Extract)]
    calls = [
        call.expressions[0].name for call in tree.find_all(exp.Anonymous) if call.name.lower() == "date_part"
    ]
    for part in (name.lower() for name in extracts + calls):
        if part in DATE_PARTS:
            yield f"{part}: write {SECONDS if part == 'epoch' else CALENDAR}"


def _joins(tree: exp.Expr) -> Iterator[str]:
    for join in tree.find_all(exp.Join):
        method = {join.args.get("method"), join.args.get("kind")} & {"ASOF", "POSITIONAL"}
        if method:
            yield f"{method.pop()} JOIN: write a window function"


def _joined_names(tree: exp.Expr) -> Iterator[str]:
    for select in tree.find_all(exp.Select):
        shared = {
            name.name for join in select.args.get("joins") or [] for name in join.args.get("using") or []
        }
        for column in select.find_all(exp.Column):
            if not shared or not column.table or column.find_ancestor(exp.Select) is not select:
                continue
            if column.name in shared or isinstance(column.this, exp.Star):
                yield f"{column.sql(DIALECT)}: a column joined by USING has no table; write its name alone"


def _having(tree: exp.Expr) -> Iterator[str]:
    for having in tree.find_all(exp.Having):
        select = having.parent
        assert isinstance(select, exp.Select)
        aliases = {column.alias for column in select.selects if isinstance(column, exp.Alias)}
        within = {
            column.name for total in having.find_all(exp.AggFunc) for column in total.find_all(exp.Column)
        }
        for name in sorted(aliases & within):
            yield f"HAVING {name}: is a column and an alias of the same SELECT; rename the alias"


def _shapes(tree: exp.Expr) -> Iterator[str]:
    if any(operation.args.get("by_name") for operation in tree.find_all(exp.SetOperation)):
        yield "UNION BY NAME: list the columns"
    if any(tree.find_all(exp.Pivot)):
        yield "PIVOT: write one aggregate a column"
    if any(group.args.get("all") for group in tree.find_all(exp.Group)):
        yield "GROUP BY ALL: list the columns"
    if any(tree.find_all(exp.TableSample)):
        yield "SAMPLE: differs from run to run"
    for star in tree.find_all(exp.Star):
        if any(star.args.get(part) for part in ("except_", "replace", "rename")):
            yield "EXCLUDE, REPLACE, RENAME: list the columns"


def _casts(tree: exp.Expr) -> Iterator[str]:
    for cast in tree.find_all(exp.Cast):
        if cast.to.this.name not in STORED:
            yield f"{cast.sql(DIALECT)}: cast to one of {', '.join(sorted(STORED))}"
        elif cast.to.this.name in WHOLE and _is_fraction(cast.this):
            yield f"{cast.sql(DIALECT)}: round or floor first, engines cast fractions differently"


def _is_fraction(node: exp.Expr) -> bool:
    if isinstance(node, exp.Round | exp.Floor | exp.Ceil | exp.Count | exp.Predicate | exp.DateDiff):
        return False
    if isinstance(node, exp.Column):
        return node.name.endswith(FRACTIONS)
    if isinstance(node, exp.Literal):
        return node.is_number and not node.is_int
    if isinstance(node, exp.Cast):
        return node.to.is_type(*exp.DataType.REAL_TYPES)
    return isinstance(node, exp.Div | exp.Avg) or any(_is_fraction(part) for part in node.iter_expressions())


def _sums(tree: exp.Expr) -> Iterator[str]:
    for total in tree.find_all(exp.Sum):
        summed = total.this.unnest()
        is_flag = isinstance(summed, exp.Column) and summed.name.startswith(("is_", "has_"))
        if is_flag or isinstance(summed, exp.Predicate | exp.Boolean | exp.Not | exp.Connector):
            yield f"{total.sql(DIALECT)}: write count(*) FILTER (WHERE …)"


def _aggregated_text(tree: exp.Expr) -> Iterator[str]:
    for text in tree.find_all(exp.GroupConcat):
        if not text.find(exp.Order):
            yield f"{text.sql(DIALECT)}: give it an ORDER BY"


def _divisions(tree: exp.Expr) -> Iterator[str]:
    for division in tree.find_all(exp.Div, exp.IntDiv, exp.Mod):
        divisor = division.expression.unnest()
        if isinstance(divisor, exp.Literal) and divisor.name.strip("0.") != "":
            continue
        if not isinstance(divisor, exp.Nullif):
            yield f"{division.sql(DIALECT)}: write nullif(…, 0): engines divide by 0 differently"


def _calendar(tree: exp.Expr) -> Iterator[str]:
    for node in tree.find_all(exp.Sub, exp.Add):
        sides = (node.this.unnest(), node.expression.unnest())
        if isinstance(node, exp.Sub) and _ends(sides[1], DATES + INSTANTS):
            yield f"{node.sql(DIALECT)}: write date_diff"
        if isinstance(sides[1], exp.Interval) and _ends(sides[0], DATES):
            yield f"{node.sql(DIALECT)}: write a number of days without INTERVAL"
    for product in tree.find_all(exp.Mul):
        if isinstance(product.this, exp.Interval) or isinstance(product.expression, exp.Interval):
            yield f"{product.sql(DIALECT)}: write INTERVAL with a constant"


def _differences(tree: exp.Expr) -> Iterator[str]:
    for difference in tree.find_all(exp.DateDiff):
        unit = difference.text("unit").upper()
        sides = (difference.this, difference.expression)
        cuts = [
            side.text("unit").upper()
            for side in sides
            if isinstance(side, exp.TimestampTrunc | exp.DateTrunc)
        ]
        is_calendar_day = unit == "DAY" and not any(_ends(side, INSTANTS) for side in sides)
        if not is_calendar_day and cuts != [unit, unit]:
            yield f"{difference.sql(DIALECT)}: write {SECONDS}, engines count partial units differently"


def _ends(node: exp.Expr, endings: tuple[str, ...]) -> bool:
    """Whether an expression is a date or instant, by its type where written and else by its name."""
    if isinstance(node, exp.Cast):
        kind = node.to.this.name
        return (kind == "DATE" and DATES[0] in endings) or (kind == "TIMESTAMPTZ" and INSTANTS[0] in endings)
    if isinstance(node, exp.AggFunc | exp.Coalesce | exp.Greatest | exp.Least | exp.Paren):
        return _ends(node.this, endings)
    if isinstance(node, exp.Placeholder | exp.Column):
        return node.name.endswith(endings)
    return False


RULES: tuple[Rule, ...] = (
    _untranslated,
    _instants_of_running,
    _date_parts,
    _joins,
    _joined_names,
    _having,
    _shapes,
    _casts,
    _sums,
    _aggregated_text,
    _divisions,
    _calendar,
    _differences,
)
