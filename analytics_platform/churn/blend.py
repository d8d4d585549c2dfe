"""Trees and logistic regression together: the mean of their log odds, which is often better than either."""

from dataclasses import dataclass
from typing import Any

from analytics_platform.churn.boosted import Boosted
from analytics_platform.churn.design import Floats
from analytics_platform.churn.linear import Logistic


@dataclass(frozen=True)
class Blend:
    """Two fitted models of the same matrix.

    Attributes:
        trees: boosted trees.
        line: logistic regression.
    """

    trees: Boosted
    line: Logistic

    kind = "blend"

    def logit(self, x: Floats) -> Floats:
        """Log odds of leaving, shape (n,)."""
        return (self.trees.logit(x) + self.line.logit(x)) / 2

    def contributions(self, x: Floats) -> tuple[Floats, float]:
        """Exact SHAP values, which are linear in the model: the mean of both; shape (n, columns)."""
        (one, base), (other, other_base) = self.trees.contributions(x), self.line.contributions(x)
        return (one + other) / 2, (base + other_base) / 2

    def parts(self) -> dict[str, Any]:
        """As JSON."""
        return {"trees": self.trees.parts(), "line": self.line.parts()}

    @classmethod
    def of_parts(cls, parts: dict[str, Any]) -> "Blend":
        """From JSON."""
        return cls(Boosted.of_parts(parts["trees"]), Logistic.of_parts(parts["line"]))
