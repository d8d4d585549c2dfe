"""From rows of the ledger to the moments that an estimator takes."""

import numpy as np
import polars as pl

from analytics_platform.errors import AnalyticsError
from analytics_platform.experiments.catalogue import Experiment
from analytics_platform.experiments.covariates import covariates_of
from analytics_platform.metrics.outcomes import OUTCOMES
from analytics_platform.stats.moments import Moments

VARIABLES = ("y", "k", "x1", "x2", "x3", "x4")


def variables_of(experiment: Experiment, metric: str) -> tuple[str, ...]:
    """Ledger variables of a metric, in the order of its moments: y, then k where it varies, then covariates.

    Raises:
        AnalyticsError: the metric has no moments, as a quantile.
    """
    outcome = OUTCOMES[metric]
    if outcome.kind == "quantile":
        raise AnalyticsError(
            f"{metric} is a quantile: read it from experiments.histograms, not from moments."
        )
    covariates = VARIABLES[2 : 2 + len(covariates_of(experiment, outcome))]
    return ("y", *(("k",) if has_denominator(experiment, metric) else ()), *covariates)


def has_denominator(experiment: Experiment, metric: str) -> bool:
    """Whether the metric divides two sums over units: of ratios, and of anything per user in classes."""
    return OUTCOMES[metric].kind == "ratio" or experiment.unit == "classroom"


def moments(
    rows: pl.DataFrame,
    experiment: Experiment,
    metric: str,
    variant: str,
    dimension: str = "overall",
    segment: str = "all",
) -> Moments:
    """Moments of one variant's units in all cohorts together, as of the newest day among the rows.

    Args:
        rows: of `experiments.ledger`, one experiment's or more; filtered to earlier days for an
            earlier result. A metric whose last users have matured keeps its last rows.
        experiment: from the catalogue.
        metric: an outcome.
        variant: which units.
        dimension: `overall`, or a segment's dimension.
        segment: value of the dimension.

    Returns:
        Moments of the variables that `variables_of` names; n = 0 where no unit has matured.
    """
    chosen = rows.filter(
        (pl.col("experiment_id") == experiment.id)
        & (pl.col("metric") == metric)
        & (pl.col("dimension") == dimension)
        & (pl.col("segment") == segment)
    )
    newest = chosen.filter(
        (pl.col("event_date") == pl.col("event_date").max()) & (pl.col("variant") == variant)
    )
    return Moments.total(by_row(newest, variables_of(experiment, metric)))


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
