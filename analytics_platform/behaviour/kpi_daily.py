"""The KPIs of a day, overall and by role, platform, country and plan.

The `.sql` counts; the ratios are added from the metric registry, so that a definition lives once and a
page, an experiment and this table cannot disagree. Counts that add up are summed from `user_days`;
rolling distinct users are exact and cheap because a visit is a step up on its day and a step down when
the next visit or the end of 7 or 28 days comes, so that WAU and MAU are running sums.

A day looks back, never ahead: its row changes only when late data re-opens a day.
"""

from pathlib import Path

from analytics_platform.behaviour.ratios import with_ratios
from analytics_platform.lakehouse import Model

KPI_DAILY = with_ratios(Model.load(Path(__file__).with_suffix(".sql")))
