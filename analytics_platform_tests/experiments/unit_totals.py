"""Rows of single units of one experiment: what the ledger's moments are of."""

from datetime import date
from pathlib import Path

import polars as pl

from analytics_platform.experiments.catalogue import Experiment
from analytics_platform.experiments.running_totals import with_running_totals
from analytics_platform.lakehouse import Engine, Model

VALUES = ("y", "k", "x1", "x2", "x3", "x4")

_USERS = with_running_totals(Model.load(Path(__file__).with_suffix(".sql"))).sql


def user_totals(engine: Engine, experiment: Experiment, as_of: date) -> pl.DataFrame:
    """Each exposed user's values for every metric as of a reporting day, as the ledger counts them.

    Args:
        engine: over the lake.
        experiment: from the catalogue.
        as_of: a day on which it runs, or on which a metric still waits for its last users.

    Returns:
        Columns metric, unit_id, user_id, classroom_id, variant, exposed_date, role, platform, country,
        plan, y, k, x1 … x4, by metric and user; a metric that no longer changes on that day has none.
    """
    bound = {"experiment_id": experiment.id, "first_day": as_of, "last_day": as_of}
    rows = pl.DataFrame(engine.query(_USERS, bound))
    return rows.sort("metric", "user_id")


def unit_totals(engine: Engine, experiment: Experiment, metric: str, as_of: date) -> pl.DataFrame:
    """One row per user or classroom for one metric: what the ledger's moments are of.

    Returns:
        Columns unit_id, variant, cohort_date, members (users), y, k, x1 … x4 (sums over members), by unit.
    """
    users = user_totals(engine, experiment, as_of).filter(pl.col("metric") == metric)
    return (
        users.group_by("unit_id", "variant")
        .agg(
            pl.col("exposed_date").min().alias("cohort_date"),
            pl.len().cast(pl.Int64).alias("members"),
            *(_sum_or_null(name) for name in VALUES),
        )
        .sort("unit_id")
    )


def _sum_or_null(name: str) -> pl.Expr:
    """A sum that stays null where there is no such covariate."""
    return pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()).alias(name)
