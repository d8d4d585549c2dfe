"""The matrix: every cell of every method, by name.

Belongs here: which modules hold cells. Does not: the cells.
"""

from functools import cache
from importlib import import_module

from analytics_platform.validation.cells import Cell

PACKAGE = "analytics_platform.validation"
FAMILIES = (
    "randomised",
    "relative_lifts",
    "quantiles",
    "clustered",
    "repeated_looks",
    "allocation",
    "margins",
    "many_tests",
    "beliefs",
    "targeting",
    "observational",
    "merging",
    "survival",
    "agreement",
    "rater_panels",
    "judges",
    "drift",
