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
)
"""Modules with a function `cells`, in the order of the table; imported when a matrix is asked for."""


@cache
def matrix() -> dict[str, Cell]:
    """All cells by name, in the order of the table."""
    return {cell.name: cell for cells in _families().values() for cell in cells}


def family_of(name: str) -> str:
    """The module that holds a cell."""
    return next(module for module, cells in _families().items() if any(cell.name == name for cell in cells))


@cache
def _families() -> dict[str, tuple[Cell, ...]]:
    modules = (import_module(f"{PACKAGE}.{name}") for name in FAMILIES)
    return {module.__name__: tuple(module.cells()) for module in modules}
