"""All tables that are built whole from the scores, the judgements and the experts."""

from datetime import date

import polars as pl
import pyarrow as pa

from analytics_platform.lakehouse import Engine
from analytics_platform.llm_quality.agreement import rater_agreement, severities
from analytics_platform.llm_quality.drift import drift
from analytics_platform.llm_quality.judge_calibration import judge_calibration
from analytics_platform.llm_quality.judged import pairings, read_judged
from analytics_platform.llm_quality.panel import read_panel
from analytics_platform.llm_quality.prevalence import prevalence
from analytics_platform.llm_quality.satisfaction_gap import satisfaction_gap
from analytics_platform.llm_quality.version_comparisons import version_comparisons
from analytics_platform.llm_quality.versions import pairs, served
from analytics_platform.llm_quality.worst_answers import labelling_queue, worst_answers

WORDS = """
SELECT interaction_id, words FROM llm_quality.interaction_scores
WHERE interaction_id IN (SELECT interaction_id FROM raw.human_ratings)
"""
INPUTS = (
    "raw.interactions",
    "raw.human_ratings",
    "raw.users",
    "activity.events",
    "llm_quality.interaction_scores",
    "llm_quality.judgements",
    "llm_quality.quality_daily",
)


def whole_tables(engine: Engine, last_day: date, seed: int) -> dict[str, pa.Table]:
    """Every table of `tables.SCHEMAS` by name.

    Args:
        engine: over a lake with the tables of `INPUTS`.
        last_day: last day of those tables.
        seed: of the resampling and of the labelling draw.
    """
    panel = read_panel(engine)
    paired = list(pairings(panel, read_judged(engine)))
    agreement = rater_agreement(panel)
    everybody = pl.DataFrame(agreement).filter(dimension="overall")
    days = served(engine)
    return {
        "llm_quality.rater_agreement": agreement,
        "llm_quality.rater_severity": severities(panel),
        "llm_quality.judge_calibration": judge_calibration(paired, pl.DataFrame(engine.query(WORDS))),
        "llm_quality.prevalence": prevalence(paired, dict(everybody.select("criterion", "alpha").rows())),
        "llm_quality.version_comparisons": version_comparisons(engine, pairs(days), paired),
        "llm_quality.satisfaction_gap": satisfaction_gap(engine, panel, seed),
        "llm_quality.drift": drift(engine, days, paired),
        "llm_quality.labelling_queue": labelling_queue(engine, last_day, seed),
        "llm_quality.worst_answers": worst_answers(engine, last_day),
    }
