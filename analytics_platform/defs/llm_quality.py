"""Quality of answers as assets: scores, judgements and their sums by day, the experts' tables whole.

Belongs here: which tables there are and in which order. Does not: how an answer is scored (`signals`), judged
(`judges`) or what the statistics say (`llm_quality`).
"""

from collections.abc import Iterable

import dagster as dg
import pyarrow as pa

from analytics_platform.defs.checks import checks_of, run_checks
from analytics_platform.defs.model_assets import model_asset, report_days
from analytics_platform.defs.partitions import ONE_RUN, daily_partitions, window_of
from analytics_platform.defs.resources import WorkspaceResource
from analytics_platform.defs.table_facts import address, asset_key, code_references, column_schema
from analytics_platform.defs.whole_tables import check_specs, kept, whole_table
from analytics_platform.lakehouse import Lake
from analytics_platform.llm_quality import JUDGEMENTS, QUALITY_DAILY, RATINGS_DAILY, SCORES, judgements
from analytics_platform.llm_quality import interaction_scores as scoring
from analytics_platform.llm_quality.judges.in_force import judge_in_force
from analytics_platform.llm_quality.judges.rubrics import load_rubrics
from analytics_platform.llm_quality.judges.signals_detector import SignalsDetector
from analytics_platform.llm_quality.panel_tables import INPUTS, whole_tables
from analytics_platform.llm_quality.tables import DESCRIPTIONS
from analytics_platform.workspace import open_workspace

OWNER = "team:llm_quality"

Results = Iterable[dg.MaterializeResult | dg.AssetCheckResult]


@dg.definitions
def llm_quality() -> dg.Definitions:
    """Four daily tables, and nine that are built together from the experts and the scores."""
    lake = open_workspace().lake
    return dg.Definitions(
        assets=[
            _scores(lake),
            _judgements(lake),
            model_asset(RATINGS_DAILY, OWNER),
            model_asset(QUALITY_DAILY, OWNER),
            _whole(lake),
        ]
    )


def _scores(lake: Lake) -> dg.AssetsDefinition:
    checks = checks_of(SCORES)

    @dg.asset(
        key=asset_key(SCORES),
        deps=[asset_key("raw.interactions")],
        group_name="llm_quality",
        owners=[OWNER],
        kinds={"python", "deltalake"},
        description="One row per captured answer: signals and the chance of an unsupported claim.",
        metadata=_facts(lake, SCORES, scoring.SCHEMA),
        partitions_def=daily_partitions(open_workspace()),
        backfill_policy=ONE_RUN,
        check_specs=[check.spec() for check in checks],
    )
    def scored(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> dg.MaterializeResult:
        opened, window = workspace.open(), window_of(context)
        held = opened.lake.days(SCORES) if opened.lake.exists(SCORES) else ()
        rows = scoring.interaction_scores(opened.engine, window, held)
        opened.lake.replace_days(SCORES, window, rows, scoring.SCHEMA)
        report_days(context, opened, SCORES, window, {})
        return dg.MaterializeResult(check_results=run_checks(checks, opened, window, context.run.run_id))

    return scored


def _judgements(lake: Lake) -> dg.AssetsDefinition:
    checks = checks_of(JUDGEMENTS)

    @dg.asset(
        key=asset_key(JUDGEMENTS),
        deps=[asset_key(table) for table in ("raw.interactions", "raw.human_ratings", SCORES)],
        group_name="llm_quality",
        owners=[OWNER],
        kinds={"python", "deltalake"},
        description="One row per answer, judge and criterion: the verdict, its cost, or why there is none.",
        metadata=_facts(lake, JUDGEMENTS, judgements.SCHEMA),
        partitions_def=daily_partitions(open_workspace()),
        backfill_policy=ONE_RUN,
        check_specs=[check.spec() for check in checks],
    )
    def judged(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> dg.MaterializeResult:
        opened, window = workspace.open(), window_of(context)
        rubrics = load_rubrics()
        judge = judge_in_force(opened.settings, SignalsDetector(), rubrics)
        # The detector has scored every answer; it is asked again only beside the experts.
        drawn = 0 if opened.settings.judge == "heuristic" else opened.settings.judge_cases_a_day
        draw = judgements.Draw(drawn, opened.settings.seed)
        rows = judgements.judgements(opened.engine, window, judge, rubrics, draw)
        opened.lake.replace_days(JUDGEMENTS, window, [rows], judgements.SCHEMA)
        report_days(context, opened, JUDGEMENTS, window, {})
        return dg.MaterializeResult(check_results=run_checks(checks, opened, window, context.run.run_id))

    return judged


def _whole(lake: Lake) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name="llm_quality",
        specs=[
            whole_table(lake, table, said, OWNER, INPUTS, __file__) for table, said in DESCRIPTIONS.items()
        ],
        check_specs=check_specs(DESCRIPTIONS),
    )
    def build(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Results:
        opened = workspace.open()
        tables = whole_tables(opened.engine, opened.built_days(SCORES).last_day, opened.settings.seed)
        yield from kept(opened, tables, context.run.run_id, INPUTS)

    return build


def _facts(lake: Lake, table: str, schema: pa.Schema) -> dict[str, object]:
    return {
        **address(lake, table),
        **code_references(__file__),
        "dagster/column_schema": column_schema(schema),
    }
