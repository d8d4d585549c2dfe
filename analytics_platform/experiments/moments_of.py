"""From rows of the ledger to the moments that an estimator takes."""

import numpy as np
import polars as pl

from analytics_platform.stats.moments import Moments

VARIABLES = ("y", "k", "x1", "x2", "x3", "x4")


def by_row(rows: pl.DataFrame, variables: tuple[str, ...]) -> Moments:
    """Moments of each row of the ledger, such as of cohorts or of days.

    Args:
        rows: of `experiments.ledger`.
        variables: names among `VARIABLES`, k of them.

    Returns:
        Moments with n of shape (rows,), mean (rows, k), cross (rows, k, k).
    """
    ordered = sorted(variables, key=VARIABLES.index)
    cross = np.empty((rows.height, len(variables), len(variables)))
    for row, left in enumerate(variables):
        for column, right in enumerate(variables):
            first, second = sorted((left, right), key=ordered.index)
            cross[:, row, column] = rows[f"cross_{first}{second}"].to_numpy()
    mean = rows.select(f"mean_{name}" for name in variables).to_numpy()
    return Moments(rows["units"].to_numpy().astype(float), mean, cross)
