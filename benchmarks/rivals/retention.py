"""Lives and cohorts of users in pandas and in ClickHouse SQL, as an analyst would write them."""

from typing import TYPE_CHECKING

import pyarrow.compute as pc

from analytics_platform.behaviour import survival
from analytics_platform.lakehouse import Window
from analytics_platform.workspace import Workspace
from benchmarks.contest import Source

if TYPE_CHECKING:
    import pandas as pd  # noqa: TID251

LIFETIMES = """
SELECT
  user_id, any(first_date) AS first, max(age) AS last_day,
  countIf(age < 7) AS active_days_7d, countIf(age < 14) AS active_days_14d,
  groupBitOr(if(age < 364, bitShiftLeft(toUInt64(1), intDiv(age, 7)), 0)) AS active_weeks,
  groupBitOr(multiIf(
    age = 0, 0, age < 4, 1, age < 8, 2, age < 15, 4, age < 29, 8, age < 57, 16, age < 91, 32, 0
  )) AS active_brackets,
  minIf(age, silent_days >= 28) + 1 AS silent_from_day,
  any(role) AS role, any(acquisition_channel) AS acquisition_channel, any(first_feature) AS first_feature
FROM (
  SELECT
    visits.user_id AS user_id, people.first_seen_date AS first_date, role, acquisition_channel, first_feature,
    dateDiff('day', people.first_seen_date, visits.event_date) AS age,
    dateDiff('day', visits.event_date, visits.next_date) - 1 AS silent_days
  FROM (
    SELECT
      user_id, event_date,
      leadInFrame(event_date, 1, {last_day:Date} + 1) OVER (
        PARTITION BY user_id ORDER BY event_date ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ) AS next_date
    FROM activity.user_days
    WHERE is_active
  ) AS visits
  JOIN activity.users AS people ON people.user_id = visits.user_id
  LEFT JOIN (
    SELECT sessions.user_id AS user_id, argMin(ifNull(entry_feature, 'none'), started_at) AS first_feature
    FROM activity.sessions AS sessions
    JOIN activity.users AS starters
      ON starters.user_id = sessions.user_id AND starters.first_seen_date = sessions.event_date
    GROUP BY user_id
  ) AS openings ON openings.user_id = visits.user_id
)
GROUP BY user_id
"""
BRACKETS = ((1, 3), (4, 7), (8, 14), (15, 28), (29, 56), (57, 90))


def _ages(source: Source) -> "pd.DataFrame":
    """Active days with their age and the silence after them, in order of person and day."""
    days = source.frame("activity.user_days", ["user_id", "event_date"], pc.field("is_active"))
    days = days.sort_values(["user_id", "event_date"])
    by_user = days.groupby("user_id")["event_date"]
    days["age"] = (days["event_date"] - by_user.transform("min")).dt.days
    following = by_user.shift(-1).fillna(days["event_date"].max())
    is_last = days["user_id"].ne(days["user_id"].shift(-1))
    days["silent_days"] = (following - days["event_date"]).dt.days - (~is_last)
    return days


def pandas_lifetimes(source: Source) -> int:
    """`behaviour.user_lifetimes`: counts by person, the first silence, and the first feature."""
    ages = _ages(source)
    ages["week"] = 2 ** (ages["age"].clip(upper=363) // 7)
    ages["bracket"] = 0
    for place, (low, high) in enumerate(BRACKETS):
        ages.loc[ages["age"].between(low, high), "bracket"] = 1 << place
    lives = ages.groupby("user_id").agg(first=("event_date", "min"), last_day=("age", "max"))
    lives["active_days_7d"] = ages[ages["age"] < 7].groupby("user_id").size()
    lives["active_days_14d"] = ages[ages["age"] < 14].groupby("user_id").size()
    for column in ("week", "bracket"):
        # A sum of distinct bits is their union, which pandas has no aggregate for.
        lives[column] = ages.drop_duplicates(["user_id", column]).groupby("user_id")[column].sum()
    lives["silent_from_day"] = ages[ages["silent_days"] >= 28].groupby("user_id")["age"].min()
    lives["silent_from_day"] += 1
    people = source.frame("activity.users", ["user_id", "role", "acquisition_channel"]).set_index("user_id")
    lives = lives.join(people)
    sessions = source.frame("activity.sessions", ["user_id", "event_date", "started_at", "entry_feature"])
    on_first = sessions.merge(lives["first"].reset_index(), on="user_id").query("event_date == first")
    lives["first_feature"] = on_first.sort_values("started_at").groupby("user_id")["entry_feature"].first()
    return len(lives)


def pandas_n_days(source: Source) -> int:
    """The N-day cells of `behaviour.cohort_retention` alone: week cohorts by role, from user-days."""
    ages = _ages(source)
    people = source.frame("activity.users", ["user_id", "role", "cohort_week", "first_seen_date"])
    joined = ages[ages["age"] <= 90].merge(people, on="user_id")
    retained = joined.groupby(["cohort_week", "role", "age"])["user_id"].nunique()
    people["observed"] = (
        source.frame("activity.users", ["last_seen_date"])["last_seen_date"].max() - people["first_seen_date"]
    ).dt.days
    cells = 0
    for period in range(91):
        eligible = people[people["observed"] >= period].groupby(["cohort_week", "role"]).size()
        share = retained.xs(period, level="age").reindex(eligible.index, fill_value=0) / eligible
        cells += len(share)
    return cells


def build_survival(workspace: Workspace, _window: Window) -> int:
    """Our way to `behaviour.survival`, which is no SQL model."""
    rows = survival.survival(workspace.engine)
    return workspace.lake.replace(survival.TABLE, [rows], rows.schema)
