"""Lifecycle: who is in which of seven exclusive states each day, and from which state they came.

The states are those of `activity.users` (Duolingo's growth model with MAU's month of 28 days). Between two
visits the days since the last one decide the state, so a visit emits at most four dated changes: the arrival,
and a step down after 1, 7 and 28 days without the next. Running sums of the changes are the levels; no
user is written out day by day.

A day looks back, never ahead. Who was there before the log began is `new` on the first day seen in it.
"""

from pathlib import Path

from analytics_platform.lakehouse import Model

LIFECYCLE_DAILY = Model.load(Path(__file__).with_suffix(".sql"))
