"""Quality of answers as assets: scores, judgements and their sums by day, the experts' tables whole.

Belongs here: which tables there are and in which order. Does not: how an answer is scored (`signals`), judged
(`judges`) or what the statistics say (`llm_quality`).
"""

from collections.abc import Iterable

import dagster as dg
import pyarrow as pa

from analytics_platform.defs.daily_tables import DailyTable, daily_table
from analytics_platform.defs.model_assets import model_asset
from analytics_platform.defs.resources import WorkspaceResource
from analytics_platform.defs.whole_tables import check_specs, kept, whole_table
from analytics_platform.lakehouse import Lake, Window
from analytics_platform.llm_quality import JUDGEMENTS, QUALITY_DAILY, RATINGS_DAILY, SCORES, judgements
from analytics_platform.llm_quality import interaction_scores as scoring
from analytics_platform.llm_quality.judges.in_force import judge_in_force
from analytics_platform.llm_quality.judges.rubrics import load_rubrics
from analytics_platform.llm_quality.judges.signals_detector import SignalsDetector
from analytics_platform.llm_quality.panel_tables import INPUTS, whole_tables
from analytics_platform.llm_quality.tables import DESCRIPTIONS
from analytics_platform.workspace import Workspace, open_workspace

OWNER = "team:llm_quality"

SCORED = DailyTable(
    SCORES,
    "One row per captured answer: signals and the chance of an unsupported claim.",
    OWNER,
    ("raw.interactions",),
    scoring.SCHEMA,
    __file__,
)
JUDGED = DailyTable(
    JUDGEMENTS,
    "One row per answer, judge and criterion: the verdict, its cost, or why there is none.",
    OWNER,
    ("raw.interactions", "raw.human_ratings", SCORES),
    judgements.SCHEMA,
    __file__,
)

Results = Iterable[dg.MaterializeResult | dg.AssetCheckResult]


@dg.definitions
def llm_quality() -> dg.Definitions:
    """Four daily tables, and nine that are built together from the experts and the scores."""
    lake = open_workspace().lake
    return dg.Definitions(
        assets=[
            daily_table(SCORED, _scores),
            daily_table(JUDGED, _judgements),
            model_asset(RATINGS_DAILY, OWNER),
            model_asset(QUALITY_DAILY, OWNER),
            _whole(lake),
        ]
    )


def _scores(opened: Workspace, window: Window) -> Iterable[pa.Table]:
    held = opened.lake.days(SCORES) if opened.lake.exists(SCORES) else ()
    return scoring.interaction_scores(opened.engine, window, held)


def _judgements(opened: Workspace, window: Window) -> Iterable[pa.Table]:
    rubrics = load_rubrics()
    judge = judge_in_force(opened.settings, SignalsDetector(), rubrics)
    # The detector has scored every answer; it is asked again only beside the experts.
    drawn = 0 if opened.settings.judge == "heuristic" else opened.settings.judge_cases_a_day
    draw = judgements.Draw(drawn, opened.settings.seed)
    return [judgements.judgements(opened.engine, window, judge, rubrics, draw)]


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
