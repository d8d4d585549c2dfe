"""The platform's definitions with an alert sensor that ticks every few seconds, for the live test."""

from analytics_platform.definitions import defs
from analytics_platform.defs.sensors import alerts

alerts._min_interval = 4  # pyright: ignore[reportAttributeAccessIssue]

__all__ = ["defs"]
