"""The metric registry: what each number means, once, for tables, pages and experiments.

Belongs here: definitions as frozen data. Does not: computing them over data (`behaviour`).
"""

from analytics_platform.metrics.metric import Direction, Metric, Unit
from analytics_platform.metrics.registry import METRICS

__all__ = ["METRICS", "Direction", "Metric", "Unit"]
