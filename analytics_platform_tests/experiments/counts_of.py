"""Counts of units for tests of the sample ratio."""

import polars as pl


def counts(**units: int) -> pl.DataFrame:
    """Units by variant."""
    return pl.DataFrame({"variant": list(units), "units": list(units.values())})
