"""How features are taken up: who uses each on a day, for the first time or again, by role."""

from pathlib import Path

from analytics_platform.behaviour.ratios import with_ratios
from analytics_platform.lakehouse import Model

FEATURE_ADOPTION_DAILY = with_ratios(Model.load(Path(__file__).with_suffix(".sql")))
