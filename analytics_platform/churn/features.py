"""What was known of each user on a snapshot day."""

from pathlib import Path

from analytics_platform.lakehouse import Model

FEATURES = Model.load(Path(__file__).with_suffix(".sql"))
