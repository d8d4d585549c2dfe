"""Ratio columns beside the counts they divide, taken from the metric registry."""

from collections.abc import Iterable

from sqlglot import exp

from analytics_platform.lakehouse import Model
from analytics_platform.lakehouse.model import DIALECT
from analytics_platform.metrics import METRICS, Metric


def with_ratios(model: Model) -> Model:
    """The model with a column for every ratio of the registry whose grain or counts it holds.

    Each ratio stands before the reporting day, documented by the metric's description.
    """
    counts = [_documented(exp.column(name), name, comment) for name, comment in model.columns.items()]
    ratios = [_documented(m.expression(), m.name, m.description) for m in ratios_of(model)]
    select = exp.select(*counts[:-1], *ratios, counts[-1])
    assert isinstance(model.tree, exp.Query)
    return model.with_sql(select.from_(model.tree.subquery("counts")).sql(DIALECT, pretty=True))


def ratios_of(model: Model) -> Iterable[Metric]:
    """Registered ratios whose numerator and denominator are columns of the model."""
    return [m for m in METRICS.values() if m.is_ratio and set(m.counts) <= model.columns.keys()]


def _documented(expression: exp.Expr, name: str, comment: str) -> exp.Expr:
    column = exp.alias_(expression, name)
    column.comments = [f" {comment}"]
    return column
