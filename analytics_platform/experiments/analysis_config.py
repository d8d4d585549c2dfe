"""What the configuration of an analysis may say: what the columns of somebody's own file mean."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from analytics_platform.errors import AnalyticsError
from analytics_platform.experiments.plan import Goal, Looks, Plan, Rule

FileKind = Literal["mean", "proportion", "ratio", "count", "quantile", "winsorised"]

Text = Annotated[str, BeforeValidator(lambda value: value if isinstance(value, str) else str(value))]
"""A text that YAML may have read as a number, such as an arm called 1."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileMetric(_Part):
    """A metric of the file."""

    name: str = Field(description="Its name in the readout.")
    column: str | None = Field(None, description="Column of the value; default: the name.")
    kind: FileKind = Field("mean", description="How values become one number.")
    purpose: Literal["primary", "secondary", "guardrail"] = Field("secondary", description="What it is for.")
    label: str | None = Field(None, description="What sentences call it; default: the name.")
    direction: Literal["up", "down"] = Field("up", description="Which way is good.")
    denominator: str | None = Field(None, description="Column that divides it; only of ratios.")
    before: str | None = Field(None, description="Column of the same value before the experiment.")
    quantile: float | None = Field(None, gt=0, lt=1, description="Which one; only of quantiles.")
    cap: float | None = Field(None, description="Value at which winsorised values are cut.")
    margin: float | None = Field(None, gt=0, description="Worsening that a guardrail bears.")
    margin_kind: Literal["relative", "absolute"] = Field(
        "relative", description="What the margin is a share of."
    )

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        needed = {"ratio": "denominator", "quantile": "quantile", "winsorised": "cap"}
        field = needed.get(self.kind)
        if field and getattr(self, field) is None:
            raise ValueError(f"a {self.kind} needs the field {field}")
        return self

    @property
    def value(self) -> str:
        """Column of the value."""
        return self.column or self.name


class AnalysisConfig(_Part):
    """How one file is to be read as an experiment."""

    experiment: str = Field("experiment", description="Name of the experiment in the readout.")
    unit: str | None = Field(
        None, description="Column that identifies a unit; without one each row is a unit."
    )
    variant: str = Field("variant", description="Column of the arm.")
    variants: dict[Text, float] | list[Text] = Field(
        min_length=2, description="Arms with the shares that were planned, or their names where no share was."
    )
    control: Text = Field("control", description="Arm that others are compared with.")
    metrics: tuple[FileMetric, ...] = Field(
        min_length=1, description="Outcomes; the first is primary unless one says so."
    )
    covariates: tuple[str, ...] = Field(
        (), description="Columns known before the experiment, all of them numbers."
    )
    cluster: str | None = Field(None, description="Column of the group that was randomised whole.")
    segments: tuple[str, ...] = Field((), description="Columns of groups to look at one by one.")
    strata: tuple[str, ...] = Field((), description="Columns to post-stratify by.")
    exposed_at: str | None = Field(None, description="Column of the time of exposure.")
    outcome_at: str | None = Field(
        None, description="Column of the time of the outcome, which must not come before."
    )
    alpha: float = Field(0.05, gt=0, lt=0.5, description="Chance of a false positive, two-sided.")
    minimum_effect: float | None = Field(None, gt=0, description="Relative effect worth having.")
    ship_when: Literal["better", "not_worse"] = Field(
        "better", description="What the primary metric must be."
    )

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        arms = list(self.variants)
        if self.control not in arms:
            raise ValueError(f"control: {self.control!r} is not among the variants {', '.join(arms)}")
        if isinstance(self.variants, dict) and not all(share > 0 for share in self.variants.values()):
            raise ValueError("variants: every planned share must be positive")
        names = [metric.name for metric in self.metrics]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            raise ValueError(f"metrics: {twice!r} stands twice")
        if sum(metric.purpose == "primary" for metric in self.metrics) > 1:
            raise ValueError("metrics: only one may be primary")
        return self

    @property
    def shares(self) -> dict[str, float]:
        """Planned share of each arm; equal ones where none were planned."""
        if isinstance(self.variants, list):
            return {name: 1.0 / len(self.variants) for name in self.variants}
        total = sum(self.variants.values())
        return {name: share / total for name, share in self.variants.items()}

    @property
    def has_planned_shares(self) -> bool:
        return isinstance(self.variants, dict)

    @property
    def goals(self) -> tuple[Goal, ...]:
        """The metrics, the primary first."""
        primary = next((metric for metric in self.metrics if metric.purpose == "primary"), self.metrics[0])
        ordered = (primary, *(metric for metric in self.metrics if metric is not primary))
        return tuple(_goal(self, metric, is_primary=metric is primary) for metric in ordered)

    def plan(self) -> Plan:
        """The plan of the readout: one look, at the end."""
        return Plan(
            experiment_id=self.experiment,
            shares=self.shares,
            goals=self.goals,
            unit="classroom" if self.cluster else "user",
            control=self.control,
            alpha=self.alpha,
            looks=Looks(),
            rule=Rule(self.ship_when, 0, self.minimum_effect),
            segments=self.segments,
        )


def load_config(path: Path) -> AnalysisConfig:
    """Read the configuration of an analysis.

    Raises:
        AnalyticsError: the file cannot be read, is not YAML, or a field is wrong; file and field are named.
    """
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AnalyticsError(f"{path} cannot be read: {error.strerror}.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise AnalyticsError(f"{path} is not valid YAML: {' '.join(str(error).split())}.") from None
    try:
        return AnalysisConfig.model_validate(content)
    except ValidationError as error:
        raise AnalyticsError(f"{path}: {_sentence(error)}") from None


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"]).lstrip(".")
    said = first["msg"].removeprefix("Value error, ").rstrip(".")
    if first["type"] == "extra_forbidden":
        said = f"no such field; write one of {', '.join(_fields(first['loc']))}"
    elif first["type"] == "missing":
        said = "is missing"
    return f"{place}: {said}." if place else f"{said}."


def _fields(place: tuple[int | str, ...]) -> list[str]:
    return sorted((FileMetric if "metrics" in place else AnalysisConfig).model_fields)


def _goal(config: AnalysisConfig, metric: FileMetric, *, is_primary: bool) -> Goal:
    return Goal(
        metric=metric.name,
        label=metric.label or metric.name,
        kind=metric.kind,
        purpose="primary" if is_primary else metric.purpose,
        direction=metric.direction,
        margin=metric.margin,
        has_relative_margin=metric.margin_kind == "relative",
        quantile=metric.quantile,
        covariates=(*((metric.before,) if metric.before else ()), *config.covariates),
        pre_period_outcome=0 if metric.before else None,
    )
