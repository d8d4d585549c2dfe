"""What users say of answers, by day: stars and the share of satisfied ratings, with intervals over users."""

from pathlib import Path

from analytics_platform.lakehouse import Model

RATINGS_DAILY = Model.load(Path(__file__).with_suffix(".sql"))
