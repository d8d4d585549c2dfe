"""What signals, latency and cost say of answers, by day and segment."""

from pathlib import Path

from analytics_platform.lakehouse import Model

QUALITY_DAILY = Model.load(Path(__file__).with_suffix(".sql"))
