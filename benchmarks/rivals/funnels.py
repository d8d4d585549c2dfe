"""Funnels and moves between features in ClickHouse and pandas, as an analyst would write them."""

from datetime import timedelta

import pyarrow.compute as pc

from analytics_platform.behaviour import funnels, journeys
from analytics_platform.behaviour.funnels.in_force import PRODUCT, load_paths
from analytics_platform.behaviour.funnels.users import funnel_users
from analytics_platform.lakehouse import Window
from analytics_platform.workspace import Workspace
from benchmarks.contest import Source

# Furthest step alone, by ClickHouse's own function: no step times, no open users, ties in whatever order. One
# pass for all three funnels, each over its own period.
WINDOW_FUNNEL = """
SELECT
  user_id,
  windowFunnel(1209600000000)(
    at, event_date > {last_day:Date} - 90 AND event_name = 'signed_up', event_name = 'feature_used',
    event_name = 'feature_used' AND feature = 'quiz', event_name = 'feature_used'
  ) AS activation,
  windowFunnel(2419200000000)(
    at, event_date > {last_day:Date} - 120 AND event_name = 'paywall_viewed', event_name = 'trial_started',
    event_name = 'subscribed'
  ) AS subscription,
  windowFunnel(86400000000)(
    at, event_date > {last_day:Date} - 28 AND event_name = 'feature_used' AND feature = 'summarize',
    event_name = 'feature_used' AND feature = 'quiz', event_name = 'feature_used' AND feature = 'explain'
  ) AS study_session
FROM (
  SELECT user_id, toUInt64(toUnixTimestamp64Micro(event_time)) AS at, event_name, feature, event_date
  FROM activity.events
  WHERE event_date > {last_day:Date} - 120 AND NOT is_bot
)
GROUP BY user_id
"""


def build_users(workspace: Workspace, days: Window) -> int:
    """Ours: who got how far in the product's three funnels, with times and states."""
    tables = funnel_users(workspace.lake, load_paths(PRODUCT).funnels, days, workspace.settings.zone)
    return sum(table.num_rows for table in tables)


def build_steps(workspace: Workspace, days: Window) -> int:
    """Ours: users, steps and times of the product's three funnels."""
    tables = funnels.funnel_tables(workspace.lake, load_paths(PRODUCT).funnels, days, workspace.settings.zone)
    return sum(table.num_rows for table in tables.values())


def build_journeys(workspace: Workspace, days: Window) -> int:
    """Ours: all moves of the last 28 days, with intervals and paths."""
    tables = journeys.journey_tables(workspace.engine, load_paths(PRODUCT).journeys, days)
    return sum(table.num_rows for table in tables.values())


def pandas_moves(source: Source) -> int:
    """Moves within sessions alone: counts, users and medians of the last 28 days."""
    since = source.window.last_day - timedelta(days=28)
    where = (
        (pc.field("event_date") > since) & ~pc.field("is_bot") & (pc.field("event_name") == "feature_used")
    )
    columns = ["user_id", "session_id", "event_time", "event_id", "feature"]
    log = source.frame("activity.events", columns, where)
    log = log.sort_values(["user_id", "session_id", "event_time", "event_id"])
    following = log.shift(-1)
    is_same = (log["user_id"] == following["user_id"]) & (log["session_id"] == following["session_id"])
    moves = log[["user_id", "feature"]].assign(
        to=following["feature"].astype(object).where(is_same, "end"),
        took=(following["event_time"] - log["event_time"]).where(is_same),
    )
    pairs = moves.groupby(["feature", "to"], observed=True)
    return len(pairs.agg({"user_id": ["size", "nunique"], "took": "median"}))
