"""Single units of an experiment, where moments of arms do not do: totals, days since exposure."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from analytics_platform.experiments.catalogue import Experiment
from analytics_platform.experiments.over_time import Curve, Points
from analytics_platform.lakehouse import Engine
from analytics_platform.metrics.outcomes import OUTCOMES, Outcome
from analytics_platform.stats.moments import Moments

_HERE = Path(__file__)
TOTALS = _HERE.with_suffix(".sql").read_text()
DAYS = _HERE.with_name("unit_days.sql").read_text()
EARLY = _HERE.with_name("early_outcomes.sql").read_text()

WEEK = 7


def totals(engine: Engine, experiment: Experiment, as_of: date) -> dict[str, pl.DataFrame]:
    """Rows of single users by metric: variant, unit, classroom, role, platform, y, k and first covariate."""
    rows = pl.DataFrame(engine.query(TOTALS, {"experiment": experiment.id, "as_of": as_of}))
    return {str(key[0]): part for key, part in rows.partition_by("metric", as_dict=True).items()}


def by_age(engine: Engine, experiment: Experiment, as_of: date) -> dict[tuple[str, Curve], Points]:
    """The primary metric of each day since exposure, over the units that have seen that day."""
    outcome = OUTCOMES[experiment.primary]
    if outcome.kind in {"quantile", "retention"}:
        return {}
    days = _days(engine, experiment, outcome, as_of)
    points: dict[int, dict[str, Moments]] = {}
    for age in range(int(days["last_age"].max() or 0) + 1):  # pyright: ignore[reportArgumentType]
        present = days.filter(pl.col("last_age") >= age)
        own = pl.col("age") == age
        values = _of_units(present, outcome, y=pl.col("y").filter(own).sum(), k=pl.col("k").filter(own).sum())
        points[age] = {
            variant: Moments.of(rows.select("y", "k").to_numpy()) for variant, rows in values.items()
        }
    return {(experiment.primary, "days_since_exposure"): points}


def weekly_change(engine: Engine, experiment: Experiment, as_of: date) -> dict[str, Moments]:
    """By variant, moments over units of [second week − first, members, first week], a day each.

    Of a ratio, weeks are linearised about the control's, so that a unit's change is a number.
    """
    outcome = OUTCOMES[experiment.primary]
    if outcome.kind in {"quantile", "retention"}:
        return {}
    days = _days(engine, experiment, outcome, as_of).filter(pl.col("last_age") >= 2 * WEEK - 1)
    first, second = pl.col("age") < WEEK, pl.col("age").is_between(WEEK, 2 * WEEK - 1)
    sums = {
        f"{name}{number}": pl.col(name).filter(week).sum()
        for name in ("y", "k")
        for number, week in ((1, first), (2, second))
    }
    values = _of_units(days, outcome, **sums)
    if experiment.control not in values:
        return {}
    control = values[experiment.control].select("y1", "k1", "y2", "k2").mean().row(0)
    return {variant: _change(outcome, rows, control) for variant, rows in values.items()}


def early(engine: Engine, experiment: Experiment, as_of: date) -> tuple[int, int]:
    """Users with a session before their exposure on its day, and all users."""
    row = engine.query(EARLY, {"experiment": experiment.id, "as_of": as_of}).to_pylist()[0]
    return row["early"], row["users"]


def _days(engine: Engine, experiment: Experiment, outcome: Outcome, as_of: date) -> pl.DataFrame:
    bound = {
        "experiment": experiment.id,
        "as_of": as_of,
        "end": experiment.end,
        "numerator": outcome.numerator,
        "denominator": outcome.denominator or outcome.numerator,
    }
    return pl.DataFrame(engine.query(DAYS, bound))


def _of_units(days: pl.DataFrame, outcome: Outcome, **sums: pl.Expr) -> dict[str, pl.DataFrame]:
    """One row a randomised unit by variant: y and k as the metric counts them."""
    people = days.group_by("variant", "unit_id", "user_id").agg(**sums)
    counted = [
        pl.col(name).clip(upper_bound=1.0) if outcome.kind == "proportion" else pl.col(name)
        for name in sums
        if name.startswith("y")
    ]
    ones = (
        [pl.lit(1.0).alias(name) for name in sums if name.startswith("k")] if outcome.kind != "ratio" else []
    )
    people = people.with_columns(*counted, *ones)
    units = people.group_by("variant", "unit_id").agg(pl.col(list(sums)).sum()).sort("variant", "unit_id")
    return {str(key[0]): part for key, part in units.partition_by("variant", as_dict=True).items()}


def _change(outcome: Outcome, rows: pl.DataFrame, control: tuple) -> Moments:
    y1, k1, y2, k2 = (rows[name].to_numpy().astype(float) for name in ("y1", "k1", "y2", "k2"))
    if outcome.kind != "ratio":
        return Moments.of(np.column_stack([(y2 - y1) / WEEK, k1, y1 / WEEK]))
    base1, base2 = control[0] / control[1], control[2] / control[3]
    one, two = (base + (y - base * k) / k.mean() for base, y, k in ((base1, y1, k1), (base2, y2, k2)))
    return Moments.of(np.column_stack([two - one, np.ones(len(y1)), one]))
