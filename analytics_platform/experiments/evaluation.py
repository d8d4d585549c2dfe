"""An experiment evaluated: everything that is said of it, from the lake, as rows by table."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from analytics_platform.experiments import diagnostics, unit_rows
from analytics_platform.experiments.catalogue import Experiment
from analytics_platform.experiments.catalogue_plan import decisive_date, information, plan_of
from analytics_platform.experiments.decision import Evidence, decisions
from analytics_platform.experiments.mismatch import srm
from analytics_platform.experiments.over_time import effects_over_time
from analytics_platform.experiments.plan import Plan
from analytics_platform.experiments.planning import power_plans
from analytics_platform.experiments.reading import Records
from analytics_platform.experiments.readout import readouts
from analytics_platform.experiments.segments import segment_effects
from analytics_platform.experiments.tables import TABLES
from analytics_platform.lakehouse import Engine

Row = dict[str, Any]
Rows = dict[str, list[Row]]

COUNTS = """
SELECT variant, event_date, role, platform, country, count(*) AS units
FROM experiments.exposures
WHERE experiment_id = $experiment AND event_date <= $as_of AND NOT is_excluded
GROUP BY variant, event_date, role, platform, country
"""

CLASSROOM_COUNTS = """
SELECT variant, event_date, count(*) AS units
FROM (
  SELECT unit_id, min(variant) AS variant, min(event_date) AS event_date
  FROM experiments.exposures
  WHERE experiment_id = $experiment AND event_date <= $as_of AND NOT is_excluded
  GROUP BY unit_id
) AS classrooms
GROUP BY variant, event_date
"""

EXCLUSIONS = """
SELECT exclusion_reason, count(DISTINCT unit_id) AS units
FROM experiments.exposures
WHERE experiment_id = $experiment AND event_date <= $as_of
  AND coalesce(exclusion_reason, '') NOT IN ('no_classroom', 'not_triggered')
GROUP BY exclusion_reason
"""


def evaluated(
    engine: Engine, experiments: Iterable[Experiment], last_day: date, failed_checks: tuple[str, ...] = ()
) -> Rows:
    """Rows of every table for experiments that have begun.

    Args:
        engine: over the lake.
        experiments: from the catalogue.
        last_day: last reporting day of the data.
        failed_checks: claims about the tables beneath that do not hold; they block any Ship.
    """
    found: Rows = {table: [] for table in TABLES}
    for experiment in experiments:
        if experiment.start <= last_day:
            for table, rows in evaluate(engine, experiment, last_day, failed_checks).items():
                found[table] += rows
    return found


def evaluate(
    engine: Engine, experiment: Experiment, last_day: date, failed_checks: tuple[str, ...] = ()
) -> Rows:
    """Rows of every table for one experiment, as of a reporting day.

    Readouts and the decision are those of the newest look that the design has.
    """
    records = Records.read(engine, experiment, last_day)
    as_of, is_full = decisive_date(experiment, records.units_by_day(experiment.primary), last_day)
    records = records.until(as_of)
    plan, looks = _looked_at(plan_of(experiment, as_of), records)
    if is_full:
        plan = replace(plan, has_ended=True, looks=replace(plan.looks, is_last=True))
    units = unit_rows.totals(engine, experiment, as_of)
    samples = records.samples(units)
    found: Rows = {
        "experiments.readouts": readouts(plan, samples),
        "experiments.srm": srm(plan, _counts(engine, experiment, last_day)),
        "experiments.diagnostics": [
            *diagnostics.pre_period(plan, samples),
            *_about_units(engine, plan, experiment, as_of, units),
        ],
        "experiments.segment_effects": segment_effects(plan, records.segments()),
        "experiments.effects_over_time": effects_over_time(
            plan,
            {**records.curves(), **unit_rows.by_age(engine, experiment, as_of)},
            looks,
            experiment.start,
        ),
    }
    evidence = Evidence(
        found["experiments.readouts"],
        found["experiments.srm"],
        found["experiments.diagnostics"],
        failed_checks,
    )
    found["experiments.decisions"] = decisions(plan, evidence)
    found["experiments.power_plans"] = power_plans(plan, samples, experiment.planned_units)
    return found


def _looked_at(plan: Plan, records: Records) -> tuple[Plan, dict[int, tuple[float, ...]]]:
    """The plan with the looks so far, and the looks as they stood on each day of the primary metric."""
    experiment = records.experiment
    by_metric = {
        goal.metric: records.units_by_day(goal.metric) for goal in plan.goals if goal.kind != "quantile"
    }
    so_far = {
        metric: information(experiment, units, max(units)) for metric, units in by_metric.items() if units
    }
    days = by_metric.get(plan.primary.metric, {})
    looks = {(day - experiment.start).days: information(experiment, days, day) for day in days}
    current = so_far.get(plan.primary.metric, (1.0,))
    return replace(plan, looks=replace(plan.looks, information=current), information=so_far), looks


def _counts(engine: Engine, experiment: Experiment, as_of: date) -> pl.DataFrame:
    sql = CLASSROOM_COUNTS if experiment.unit == "classroom" else COUNTS
    return pl.DataFrame(engine.query(sql, {"experiment": experiment.id, "as_of": as_of}))


def _about_units(
    engine: Engine, plan: Plan, experiment: Experiment, as_of: date, units: dict[str, pl.DataFrame]
) -> list[Row]:
    bound = {"experiment": experiment.id, "as_of": as_of}
    counts = dict(pl.DataFrame(engine.query(EXCLUSIONS, bound)).iter_rows())
    rows = [*diagnostics.exclusions(plan, counts)]
    rows += diagnostics.novelty(plan, plan.primary, unit_rows.weekly_change(engine, experiment, as_of))
    if plan.primary.metric in units and plan.unit == "user":
        rows += diagnostics.interference(plan, plan.primary, units[plan.primary.metric])
    early, total = unit_rows.early(engine, experiment, as_of)
    return rows + diagnostics.early_outcomes(plan, early, total)
