"""A documented parameter: a value with meaning, unit and bounds, in a branch that refuses unknown names."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


def parameter(meaning: str, unit: str = "", **bounds: float) -> Any:
    """A documented number: its meaning, its unit and the bounds it must keep."""
    return Field(description=meaning, json_schema_extra={"unit": unit}, **bounds)  # pyright: ignore[reportArgumentType, reportCallIssue]


def share(meaning: str) -> Any:
    """A documented number between 0 and 1."""
    return parameter(meaning, "share", ge=0, le=1)


def spread(meaning: str, unit: str) -> Any:
    """A documented standard deviation."""
    return parameter(meaning, unit, ge=0, le=5)


class Part(BaseModel):
    """A branch of the parameter tree: unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)
