"""Validation as assets: what every method is worth where the truth is known.

Belongs here: which tables there are. Does not: how a method is tried (`validation`).
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Literal

import dagster as dg

from analytics_platform.defs.checks import checks_of
from analytics_platform.defs.resources import WorkspaceResource
from analytics_platform.defs.table_facts import asset_key
from analytics_platform.defs.whole_tables import check_specs, kept, whole_table
from analytics_platform.experiments.catalogue_in_force import catalogue_in_force
from analytics_platform.lakehouse import Lake
from analytics_platform.validation import churn_ceiling, detector, quality_recovery
from analytics_platform.validation.certificates import SEED, TABLE, certify
from analytics_platform.validation.recovery import recovery
from analytics_platform.validation.scenario_replays import TABLE as REPLAYS
from analytics_platform.validation.scenario_replays import replays, world_of
from analytics_platform.validation.state import State
from analytics_platform.workspace import open_workspace

OWNER = "team:experimentation"

RECOVERY = "validation.recovery"
RECOVERED = (
    "experiments.readouts",
    "experiments.segment_effects",
    "experiments.srm",
    "experiments.decisions",
    "experiments.observational_effects",
    "experiments.exposures",
    "activity.user_days",
    "truth.effects",
    "truth.parameters",
)
Results = Iterable[dg.MaterializeResult | dg.AssetCheckResult]


class Certification(dg.Config):
    """How a run certifies.

    Attributes:
        mode: quick for 1,000 replications of each cell, full for 10,000.
        draws: fixed for the documented seed, which repeats itself; weekly for one of this week's own.
    """

    mode: Literal["quick", "full"] = "quick"
    draws: Literal["fixed", "weekly"] = "fixed"

    def seed(self, today: date) -> int:
        """The seed of a run."""
        year, week, _ = today.isocalendar()
        return SEED if self.draws == "fixed" else 100 * year + week


@dg.definitions
def validation() -> dg.Definitions:
    """Certificates by simulation, and the default world's estimates beside its planted truth."""
    lake = open_workspace().lake
    return dg.Definitions(
        assets=[
            _certificates(lake),
            _recovery(lake),
            _churn_ceiling(lake),
            _replays(lake),
            _quality(lake),
        ]
    )


def _certificates(lake: Lake) -> dg.AssetsDefinition:
    said = "One row per method, design and quantity: what it promises beside what was observed."

    @dg.multi_asset(
        name="certificates",
        specs=[whole_table(lake, TABLE, said, OWNER, (), __file__)],
        check_specs=check_specs([TABLE]),
    )
    def certificates(
        context: dg.AssetExecutionContext, config: Certification, workspace: WorkspaceResource
    ) -> Results:
        opened = workspace.open()
        state = State(opened.settings.beside_lake("certificates.jsonl"))
        seed = config.seed(datetime.now(UTC).date())
        table = certify(config.mode, seed, state=state, workers=1)
        yield from kept(opened, {TABLE: table}, context.run.run_id)

    return certificates


def _recovery(lake: Lake) -> dg.AssetsDefinition:
    said = "One row per planted effect, metric, population and method: the estimate beside its truth."

    @dg.multi_asset(
        name="recovery",
        specs=[
            whole_table(lake, RECOVERY, said, OWNER, RECOVERED, __file__).replace_attributes(skippable=True)
        ],
    )
    def recovered(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Results:
        opened = workspace.open()
        if opened.source == "logs":
            context.log.info("Events come from a log: there is no planted truth.")
            return
        catalogue = catalogue_in_force(opened.settings, opened.source)
        rows = recovery(opened.lake.scan, catalogue)
        yield from kept(opened, {RECOVERY: rows}, context.run.run_id, RECOVERED)

    return recovered


def _churn_ceiling(lake: Lake) -> dg.AssetsDefinition:
    said = "One row per scored day, predictor and measure: the scores beside what could be known at best."
    table, inputs = churn_ceiling.TABLE, churn_ceiling.INPUTS

    @dg.multi_asset(
        name="churn_ceiling",
        specs=[whole_table(lake, table, said, OWNER, inputs, __file__).replace_attributes(skippable=True)],
        check_specs=check_specs([table]),
    )
    def ceiling(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Results:
        opened = workspace.open()
        if opened.source == "logs":
            context.log.info("Events come from a log: there is no planted truth.")
            yield from _not_asked(table)
            return
        yield from kept(
            opened, {table: churn_ceiling.churn_ceiling(opened.engine)}, context.run.run_id, inputs
        )

    return ceiling


def _replays(lake: Lake) -> dg.AssetsDefinition:
    said = "One row per scenario, small world, metric and horizon: what was predicted and what then happened."

    @dg.multi_asset(
        name="scenario_replays",
        specs=[whole_table(lake, REPLAYS, said, OWNER, (), __file__).replace_attributes(skippable=True)],
        check_specs=check_specs([REPLAYS]),
    )
    def replayed(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Results:
        opened = workspace.open()
        if opened.source == "logs":
            context.log.info("Events come from a log: no scenario can be played.")
            yield from _not_asked(REPLAYS)
            return
        yield from kept(opened, {REPLAYS: replays(world_of(opened.settings))}, context.run.run_id)

    return replayed


def _quality(lake: Lake) -> dg.AssetsDefinition:
    said = {
        detector.TABLE: "One row per measure and kind of error: the detector against planted errors.",
        quality_recovery.TABLE: quality_recovery.DESCRIPTION,
    }
    inputs = sorted({*detector.INPUTS, *quality_recovery.INPUTS})

    @dg.multi_asset(
        name="quality_recovery",
        specs=[
            whole_table(lake, table, words, OWNER, inputs, __file__).replace_attributes(skippable=True)
            for table, words in said.items()
        ],
        check_specs=check_specs(said),
    )
    def recovered(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Results:
        opened = workspace.open()
        if opened.source == "logs":
            context.log.info("Events come from a log: there is no planted truth.")
            for table in said:
                yield from _not_asked(table)
            return
        tables = {
            detector.TABLE: detector.detector(opened.engine),
            quality_recovery.TABLE: quality_recovery.quality_recovery(
                opened.engine, opened.settings.world_start
            ),
        }
        yield from kept(opened, tables, context.run.run_id, inputs)

    return recovered


def _not_asked(table: str) -> Iterable[dg.AssetCheckResult]:
    """Results of the checks of a table that is not built: Dagster wants one of each."""
    for check in checks_of(table):
        yield dg.AssetCheckResult(
            passed=True,
            asset_key=asset_key(table),
            check_name=check.name,
            description="Not asked: events come from a log, and there is no planted truth.",
        )
