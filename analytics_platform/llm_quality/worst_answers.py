"""Answers to look at: those most likely unsupported, and those that experts should judge next."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pyarrow as pa

from analytics_platform.lakehouse import Engine
from analytics_platform.llm_quality import labelling
from analytics_platform.llm_quality.tables import LABELLING_QUEUE, WORST_ANSWERS

SHOWN = 50
DAYS = 28
BUDGET = 100
WORST = Path(__file__).with_suffix(".sql").read_text()
CANDIDATES = """
SELECT scores.interaction_id, scores.event_date, scores.feature, scores.model_version,
  scores.unsupported_probability
FROM llm_quality.interaction_scores AS scores
LEFT JOIN (SELECT DISTINCT interaction_id FROM raw.human_ratings) AS judged
  ON judged.interaction_id = scores.interaction_id
WHERE scores.event_date BETWEEN $first_day AND $last_day
  AND scores.unsupported_probability IS NOT NULL
  AND judged.interaction_id IS NULL
ORDER BY scores.interaction_id
"""


def worst_answers(engine: Engine, last_day: date) -> pa.Table:
    """Rows of `llm_quality.worst_answers`: one an answer text, of the 28 days that end with a day."""
    rows = engine.query(WORST, {**_days(last_day), "shown": SHOWN})
    return rows.select(WORST_ANSWERS.names).cast(WORST_ANSWERS)


def labelling_queue(engine: Engine, last_day: date, seed: int) -> pa.Table:
    """Rows of `llm_quality.labelling_queue`: a draw without replacement of 100 answers not yet judged."""
    candidates = pl.DataFrame(engine.query(CANDIDATES, _days(last_day)))
    found = labelling.labelling_queue(candidates, BUDGET, seed)
    return found.select(LABELLING_QUEUE.names).to_arrow().cast(LABELLING_QUEUE)


def _days(last_day: date) -> dict[str, object]:
    return {"first_day": last_day - timedelta(days=DAYS - 1), "last_day": last_day}
