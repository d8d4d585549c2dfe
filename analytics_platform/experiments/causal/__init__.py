"""Questions that no experiment answers: causes from observation, each with its assumptions in words.

Belongs here: which users, which covariates, which comparisons, and the rows of `observational_effects` and
`observational_diagnostics`. Does not: the estimators (`stats.causal`), and the truth of a simulated world.
"""

from datetime import date
from pathlib import Path

import pyarrow as pa

from analytics_platform.experiments.causal.adoption import quiz_adoption
from analytics_platform.experiments.causal.country import one_country
from analytics_platform.experiments.causal.encouragement import quiz_encouragement
from analytics_platform.experiments.causal.launch import staggered_launch
from analytics_platform.experiments.causal.launch_cells import cells_of
from analytics_platform.experiments.causal.launch_plan import PLAN, launch_weeks, load_plan
from analytics_platform.experiments.causal.tables import DIAGNOSTICS_SCHEMA, EFFECTS_SCHEMA
from analytics_platform.lakehouse import Engine, Window


def observational_effects(
    engine: Engine, days: Window, origin: date | None = None, plan: Path = PLAN, seed: int = 0
) -> tuple[pa.Table, pa.Table]:
    """All analyses of what was not randomised.

    An analysis that the lake cannot support gives rows with a reason instead of numbers.

    Args:
        engine: answers from `raw.users`, `raw.exposures` and `activity.user_days`.
        days: reporting days there are.
        origin: day 0, from which the days of sign-up are counted; None: the first reporting day.
        plan: YAML file of the staggered launch.
        seed: of random splits and draws.

    Returns:
        Rows of `experiments.observational_effects` and of `experiments.observational_diagnostics`.

    Raises:
        AnalyticsError: the plan is malformed.
    """
    planned = load_plan(plan)
    cells = cells_of(engine, days, planned, launch_weeks(engine, days, planned))
    found = (
        quiz_adoption(engine, days, origin or days.first_day, seed)
        + staggered_launch(cells, days, seed)
        + one_country(cells, days)
        + quiz_encouragement(engine, days)
    )
    return (
        pa.Table.from_pylist(found.effects, EFFECTS_SCHEMA),
        pa.Table.from_pylist(found.diagnostics, DIAGNOSTICS_SCHEMA),
    )


__all__ = ["DIAGNOSTICS_SCHEMA", "EFFECTS_SCHEMA", "observational_effects"]
