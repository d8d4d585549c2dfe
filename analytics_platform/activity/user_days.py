"""User-days: one row per person and day, about fifteen times fewer than events.

Every KPI, cohort, lifecycle state and experiment outcome derives from this table, so that a day's run
costs in proportion to the day and history is read only in this small form. A day with billing events
alone has a row too, with `is_active` false.
"""

from pathlib import Path

from analytics_platform.lakehouse import Model

USER_DAYS = Model.load(Path(__file__).with_suffix(".sql"))
