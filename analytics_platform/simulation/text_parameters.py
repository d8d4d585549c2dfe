"""Parameters of the texts that the log keeps and of the experts who judge them."""

from typing import Literal

from pydantic import Field, model_validator

from analytics_platform.simulation.parameter import Part, parameter, share, spread
from analytics_platform.simulation.text import LEAST_SIZE

TextFeature = Literal["summarize", "quiz", "explain"]


class Regression(Part):
    """A fault of the provider that no version name tells of; nobody's rating changes by it."""

    model: str = parameter("model version that errs more")
    from_day: int = parameter("first day of the world with the fault", "day", ge=0)
    to_day: int = parameter("last day of the world with the fault", "day", ge=0)
    error_logit: float = parameter("change of the errors in its answers", "logit")

    @model_validator(mode="after")
    def _days_in_order(self) -> "Regression":
        if self.to_day < self.from_day:
            raise ValueError(f"to_day {self.to_day} lies before from_day {self.from_day}")
        return self


class Texts(Part):
    """Notes and answers that the log keeps of some interactions, and the errors in them."""

    captured_share: float = share("summaries, quizzes and explanations whose texts are kept")
    library_size: int = parameter("texts that interactions draw from", "texts", ge=LEAST_SIZE, le=1_000_000)
    error_logit: dict[TextFeature, float] = parameter(
        "errors in answers of average quality by the first versions", "logit"
    )
    error_by_quality: float = parameter("change of errors by one unit of quality", "logit")
    regressions: list[Regression] = Field(description="silent faults of the provider")


class RaterGroup(Part):
    """Experts of one kind."""

    raters: int = parameter("experts of the kind", "raters", ge=2, le=100)
    per_item: tuple[int, int] = parameter("least and most of them on one interaction", "raters")
    sensitivity: float = share("unsupported claims that they notice")
    specificity: float = share("sound answers that they pass")
    skill_sd: float = spread("spread of both from rater to rater", "logit")
    severity_sd: float = spread("spread of their severity", "quality")
    noise_sd: float = spread("spread of their judgement from look to look", "quality")


class Panel(Part):
    """Experts who judge a random sample of the kept texts."""

    items_a_day: int = parameter("interactions judged of a day", "interactions", ge=0, le=10_000)
    teacher: RaterGroup
    trained: RaterGroup
    taste_sd: float = spread("spread of what all raters see in an answer besides its quality", "quality")
    error_quality: float = parameter("change of the value seen by an unsupported claim", "quality")
    helpful_thresholds: tuple[float, float, float, float] = parameter(
        "least value seen for 2, 3, 4, 5 on `helpful`", "quality"
    )
    acceptable_threshold: float = parameter("least value seen of an acceptable quiz", "quality")
