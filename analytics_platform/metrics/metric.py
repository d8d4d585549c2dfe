"""What a metric is: frozen data that tables, pages and experiments read alike."""

from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

Unit = Literal["users", "sessions", "uses", "ratings", "events", "seconds", "stars", "share", "ratio"]
Direction = Literal["up", "down", "neutral"]


@dataclass(frozen=True)
class Metric:
    """A count, or a ratio of two counts, defined once.

    Attributes:
        name: snake case; the column that holds the value.
        label: what a chart calls it.
        unit: unit of the value; a `share` lies between 0 and 1, a `ratio` is a number without unit.
        direction: which way is good.
        numerator: count column.
        denominator: count column that divides it; None: the metric is the count itself.
        grain: finest table that holds these columns; `activity.user_days` means that an experiment can
            compute the metric for each user.
        minimum_n: least denominator (or count, without one) from which the value is worth showing.
        owner: who answers for the definition.
        description: the definition, in one sentence.
    """

    name: str
    label: str
    unit: Unit
    direction: Direction
    numerator: str
    denominator: str | None
    grain: str
    minimum_n: int
    owner: str
    description: str

    @property
    def is_ratio(self) -> bool:
        return self.denominator is not None

    @property
    def counts(self) -> tuple[str, ...]:
        """Count columns that the metric needs."""
        return (self.numerator,) if self.denominator is None else (self.numerator, self.denominator)

    def expression(self) -> exp.Expr:
        """SQL of the value over its count columns, a double; null where the denominator is 0 or null."""
        numerator = exp.cast(exp.column(self.numerator), exp.DType.DOUBLE)
        if self.denominator is None:
            return numerator
        return exp.Div(
            this=numerator, expression=exp.func("nullif", exp.column(self.denominator), exp.Literal.number(0))
        )
