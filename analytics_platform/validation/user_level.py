"""The foil: a classroom experiment read as if its users had been randomised one by one."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from analytics_platform.experiments.catalogue import Catalogue, Experiment
from analytics_platform.experiments.reasons import number_or_none
from analytics_platform.metrics.outcomes import ACTIVE_DAYS, OUTCOMES
from analytics_platform.stats.arms import relative
from analytics_platform.stats.means import arm_means
from analytics_platform.stats.moments import Moments
from analytics_platform.validation.estimates_made import Made
from analytics_platform.validation.planted_answers import Scan

NOTE = "Takes classmates for independent: its interval is too narrow."
FEWEST_USERS = 2


def user_level(scan: Scan, catalogue: Catalogue) -> Iterator[Made]:
    """Welch's test on users for each classroom experiment whose primary metric is a mean of totals."""
    for experiment in catalogue.experiments.values():
        is_total = OUTCOMES[experiment.primary].kind == "mean"
        if experiment.unit == "classroom" and is_total:
            yield from _welch(scan, experiment)


def _welch(scan: Scan, experiment: Experiment) -> Iterator[Made]:
    totals = _totals(scan, experiment)
    arms = [
        totals.filter(pl.col("variant") == variant)["total"].to_numpy()
        for variant in (experiment.control, experiment.treatments[0])
    ]
    if min(len(arm) for arm in arms) < FEWEST_USERS or not arms[0].any():
        return
    found = relative(arm_means(*(Moments.of(arm[:, None].astype(np.float64)) for arm in arms)))
    estimate, low, high = (number_or_none(end) for end in (found.estimate, found.low, found.high))
    yield Made(
        experiment.id,
        experiment.primary,
        "all",
        "user_level",
        estimate,
        low,
        high,
        is_fair=False,
        note=NOTE,
    )


def _totals(scan: Scan, experiment: Experiment) -> pl.DataFrame:
    """Each exposed user's variant and total from exposure to the experiment's end."""
    column = OUTCOMES[experiment.primary].numerator
    exposed = (
        scan("experiments.exposures")
        .filter((pl.col("experiment_id") == experiment.id) & ~pl.col("is_excluded"))
        .select("user_id", "variant", exposed_date="event_date")
    )
    value = pl.col("is_active") if column == ACTIVE_DAYS else pl.col(column)
    counted = (
        scan("activity.user_days")
        .filter(pl.col("event_date") <= experiment.end)
        .select("user_id", "event_date", value=value.cast(pl.Float64))
    )
    return (
        exposed.join(counted, on="user_id", how="left")
        .with_columns(counts=pl.col("event_date") >= pl.col("exposed_date"))
        .group_by("user_id", "variant")
        .agg(total=pl.col("value").filter(pl.col("counts")).sum())
        .sort("user_id")
        .collect()
    )
