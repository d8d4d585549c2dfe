"""What the configuration of an analysis may say: what the columns of somebody's own file mean."""

import difflib
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import polars as pl
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from analytics_platform.errors import AnalyticsError
from analytics_platform.experiments.plan import Goal, Looks, Plan, Rule
from analytics_platform.yaml_file import mistake_in, read_yaml

FileKind = Literal["mean", "proportion", "ratio", "count", "quantile", "winsorised"]

ROUNDING = 2e-3
"""What planned shares may miss 1 by, so that thirds may be written as 0.333."""

ONLY_OF = {"denominator": "ratio", "quantile": "quantile", "cap": "winsorised"}


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (int, float)) else value


Text = Annotated[str, BeforeValidator(_text)]
"""A text that YAML may have read as a number, such as an arm called 1."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class FileMetric(_Part):
    """A metric of the file."""

    name: Text = Field(description="Its name in the readout.")
    column: Text | None = Field(None, description="Column of the value; default: the name.")
    kind: FileKind = Field("mean", description="How values become one number.")
    purpose: Literal["primary", "secondary", "guardrail"] = Field("secondary", description="What it is for.")
    label: str | None = Field(None, description="What sentences call it; default: the name.")
    direction: Literal["up", "down"] = Field("up", description="Which way is good.")
    denominator: Text | None = Field(None, description="Column that divides it; only of ratios.")
    before: Text | None = Field(None, description="Column of the same value before the experiment.")
    quantile: float | None = Field(None, gt=0, lt=1, description="Which one; only of quantiles.")
    cap: float | None = Field(None, description="Value at which winsorised values are cut.")
    margin: float | None = Field(None, gt=0, description="Worsening that a guardrail bears.")
    margin_kind: Literal["relative", "absolute"] = Field(
        "relative", description="What the margin is a share of."
    )

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        for field, kind in ONLY_OF.items():
            if self.kind == kind and getattr(self, field) is None:
                raise ValueError(f"a {kind} needs the field {field}")
            if self.kind != kind and getattr(self, field) is not None:
                raise ValueError(f"only a {kind} has a {field}; write kind: {kind}, or leave {field} out")
        if self.purpose == "guardrail" and self.margin is None:
            raise ValueError("a guardrail needs the field margin, the most harm that is acceptable")
        return self

    @property
    def value(self) -> str:
        """Column of the value."""
        return self.column or self.name


class AnalysisConfig(_Part):
    """How one file is to be read as an experiment."""

    experiment: Text = Field("experiment", description="Name of the experiment in the readout.")
    unit: Text | None = Field(
        None, description="Column that identifies a unit; without one each row is a unit."
    )
    variant: Text = Field("variant", description="Column of the arm.")
    variants: dict[Text, float] | list[Text] = Field(
        min_length=2, description="Arms with the shares that were planned, or their names where no share was."
    )
    control: Text = Field("control", description="Arm that others are compared with.")
    metrics: tuple[FileMetric, ...] = Field(
        min_length=1, description="Outcomes; the first is primary unless one says so."
    )
    covariates: tuple[Text, ...] = Field(
        (), description="Columns known before the experiment, all of them numbers."
    )
    cluster: Text | None = Field(None, description="Column of the group that was randomised whole.")
    segments: tuple[Text, ...] = Field((), description="Columns of groups to look at one by one.")
    strata: tuple[Text, ...] = Field((), description="Columns to post-stratify by.")
    exposed_at: Text | None = Field(None, description="Column of the time of exposure.")
    outcome_at: Text | None = Field(
        None, description="Column of the time of the outcome, which must not come before."
    )
    alpha: float = Field(0.05, gt=0, lt=0.5, description="Chance of a false positive, two-sided.")
    minimum_effect: float | None = Field(None, gt=0, description="Relative effect worth having.")
    ship_when: Literal["better", "not_worse"] = Field(
        "better", description="What the primary metric must be."
    )

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        for mistake in (self._mistake_in_variants(), self._mistake_in_metrics(), self._mistake_in_columns()):
            if mistake:
                raise ValueError(mistake)
        return self

    def _mistake_in_variants(self) -> str | None:
        arms = list(self.variants)
        if twice := _twice(arms):
            return f"variants: {twice!r} stands twice"
        if self.control not in arms:
            return f"control: {self.control!r} is not among the variants {', '.join(arms)}"
        if isinstance(self.variants, list):
            return None
        if not all(share > 0 for share in self.variants.values()):
            return "variants: every planned share must be positive"
        total = math.fsum(self.variants.values())
        if not math.isclose(total, 1.0, abs_tol=ROUNDING):
            return f"variants: shares sum to {total:g}; they must sum to 1"
        return None

    def _mistake_in_metrics(self) -> str | None:
        if twice := _twice([metric.name for metric in self.metrics]):
            return f"metrics: {twice!r} stands twice"
        if sum(metric.purpose == "primary" for metric in self.metrics) > 1:
            return "metrics: only one may be primary"
        if self.ship_when == "not_worse" and self.minimum_effect is None and self.goals[0].margin is None:
            return (
                "ship_when: not_worse needs the loss that still counts as none; "
                "write it as minimum_effect, or as margin of the primary metric"
            )
        return None

    def _mistake_in_columns(self) -> str | None:
        if (self.exposed_at is None) != (self.outcome_at is None):
            given, other = ("exposed_at", "outcome_at") if self.exposed_at else ("outcome_at", "exposed_at")
            return f"{given}: is compared with {other}; name that column too, or neither"
        for field in ("covariates", "segments", "strata"):
            if twice := _twice(getattr(self, field)):
                return f"{field}: {twice!r} stands twice"
        outcomes = {name for metric in self.metrics for name in (metric.value, metric.denominator)}
        past = [("covariates", name) for name in self.covariates]
        past += [("metrics", metric.before) for metric in self.metrics if metric.before]
        for field, name in past:
            if name in {*outcomes, self.variant}:
                what = "the variant" if name == self.variant else "an outcome"
                return f"{field}: {name!r} is {what}; adjust by what was known before the experiment"
        return None

    @property
    def columns(self) -> list[tuple[str, str]]:
        """Every field that names a column of a table of users, with the column."""
        named: list[tuple[str, str | None]] = [
            (field, getattr(self, field))
            for field in ("variant", "unit", "cluster", "exposed_at", "outcome_at")
        ]
        for field in ("covariates", "segments", "strata"):
            named += [(field, name) for name in getattr(self, field)]
        for place, metric in enumerate(self.metrics):
            parts = (("column", metric.value), ("denominator", metric.denominator), ("before", metric.before))
            named += [(f"metrics[{place}].{field}", name) for field, name in parts]
        return [(field, name) for field, name in named if name is not None]

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
    content = read_yaml(path)
    if content is None:
        raise AnalyticsError(f"{path} is empty; write at least variants, control and metrics.")
    try:
        return AnalysisConfig.model_validate(content)
    except ValidationError as error:
        raise AnalyticsError(f"{path}: {mistake_in(error, AnalysisConfig)}") from None


def check_columns(table: pl.DataFrame, named: Sequence[tuple[str, str]], file: str) -> None:
    """Refuse a configuration that names a column which is not there, or holds more than a value a row.

    Args:
        table: the file.
        named: fields of the configuration, with the columns that they name.
        file: its name, for messages.

    Raises:
        AnalyticsError: a column is not there, or of no use; it, the field and the mend are named.
    """
    for field, name in named:
        if name not in table.columns:
            near = difflib.get_close_matches(name, table.columns, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(table.columns)}."
            raise AnalyticsError(
                f"{file} has no column {name!r}, which the configuration names as {field}; {hint}"
            )
        kind = table.schema[name]
        if kind.is_nested() or isinstance(kind, (pl.Binary, pl.Object)):
            raise AnalyticsError(
                f"{file}: column {name}, which the configuration names as {field}, holds {kind.base_type()} "
                "values; write one number or text a row."
            )


def _twice(names: Sequence[str]) -> str | None:
    return next((name for name in names if names.count(name) > 1), None)


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
