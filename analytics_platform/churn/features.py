"""What was known of each user on a snapshot day: one row, and nothing that came later."""

from pathlib import Path

from analytics_platform.lakehouse import Model

FEATURES = Model.load(Path(__file__).with_suffix(".sql"))
GRID = "date_diff('day', DATE '2024-01-01', CAST($first_day AS DATE) + days) % 6 = 0"
"""Which days are snapshots; without this condition the same SQL gives the features of any day."""
