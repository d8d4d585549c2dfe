"""Quality of the model's answers: signals, judges, raters, and what they say together.

Belongs here: everything that is said of answers. Does not: the statistics themselves (`stats`), the simulated
texts that they are tried on (`simulation/text`).
"""

from pathlib import Path

from analytics_platform.lakehouse import Check, Model, load_checks, uniqueness
from analytics_platform.lakehouse.check import unique_rows
from analytics_platform.llm_quality.quality_daily import QUALITY_DAILY
from analytics_platform.llm_quality.ratings_daily import RATINGS_DAILY
from analytics_platform.llm_quality.tables import KEYS

MODELS: dict[str, Model] = {model.name: model for model in (RATINGS_DAILY, QUALITY_DAILY)}
SCORES, JUDGEMENTS = "llm_quality.interaction_scores", "llm_quality.judgements"
CHECKS: tuple[Check, ...] = (
    *(uniqueness(model) for model in MODELS.values()),
    unique_rows(SCORES, ("event_date", "interaction_id"), is_daily=True),
    unique_rows(JUDGEMENTS, ("event_date", "interaction_id", "judge", "criterion"), is_daily=True),
    *(unique_rows(table, key) for table, key in KEYS.items()),
    *load_checks(Path(__file__).with_name("checks")),
)

__all__ = ["CHECKS", "JUDGEMENTS", "MODELS", "QUALITY_DAILY", "RATINGS_DAILY", "SCORES"]
