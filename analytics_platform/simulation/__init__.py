"""A product that does not exist, with users who do things for reasons, and the truth about why.

Belongs here: the world's parameters and dynamics, the raw rows they leave, and the planted answers.
Does not: anything that analyses those rows; analyses may never see the truth.
"""

from analytics_platform.simulation.churn_oracle import write_churn_truth
from analytics_platform.simulation.simulate import simulate
from analytics_platform.simulation.text_truth import write_text_truth
from analytics_platform.simulation.truth import write_truth
from analytics_platform.simulation.world import World, describe, load_world

__all__ = [
    "World",
    "describe",
    "load_world",
    "simulate",
    "write_churn_truth",
    "write_text_truth",
    "write_truth",
]
