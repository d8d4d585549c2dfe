"""Experiments: what was planned, who was exposed, and every metric's moments as of every day.

Belongs here: the catalogue, exposures, the ledger that readouts are made of, and readouts themselves.
Does not: how an effect is estimated from moments (`stats`), what an outcome means (`metrics`), or the truth
of a simulated world, which no analysis may read.
"""

from pathlib import Path

from analytics_platform.experiments.caps import CAPS
from analytics_platform.experiments.exposures import EXPOSURES
from analytics_platform.experiments.histograms import HISTOGRAMS
from analytics_platform.experiments.ledger import LEDGER
from analytics_platform.experiments.user_counts import USER_COUNTS
from analytics_platform.lakehouse import Check, Model, load_checks, uniqueness

MODELS: dict[str, Model] = {model.name: model for model in (USER_COUNTS, EXPOSURES, CAPS, LEDGER, HISTOGRAMS)}
CHECKS: tuple[Check, ...] = (
    *(uniqueness(model) for model in (EXPOSURES, CAPS, LEDGER, HISTOGRAMS)),
    *load_checks(Path(__file__).with_name("checks")),
)

__all__ = ["CAPS", "CHECKS", "EXPOSURES", "HISTOGRAMS", "LEDGER", "MODELS", "USER_COUNTS"]
