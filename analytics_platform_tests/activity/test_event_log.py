"""`activity.event_log`: the flat log, read through the tables beneath it."""

from analytics_platform.lakehouse import DuckDBEngine, Lake
from analytics_platform.workspace import VIEWS
from analytics_platform_tests.derived_rows import day
from analytics_platform_tests.small_log import BOT, BOT_DAY, TEACHERS, UNKNOWN

CLASSIC = [
    "user_id",
    "session_id",
    "event_time",
    "feature_used",
    "engagement_time",
    "is_teacher",
    "experiment_group",
    "llm_rating",
    "retained_7d",
    "retained_30d",
    "subscription",
]


def test_the_log_has_the_eleven_classic_columns(built_lake: Lake):
    assert DuckDBEngine(built_lake, VIEWS).query("SELECT * FROM activity.event_log").column_names == CLASSIC


def test_every_event_without_bots_stands_in_it_once(built_lake: Lake):
    engine = DuckDBEngine(built_lake, VIEWS)
    events = built_lake.scan("activity.events").collect()
    log = engine.query("SELECT user_id, event_time FROM activity.event_log")
    assert log.num_rows == events.filter(~events["is_bot"]).height
    bot_day = f"user_id = {BOT} AND CAST(event_time AS DATE) = DATE '{day(BOT_DAY)}'"
    assert engine.query(f"SELECT 1 FROM activity.event_log WHERE {bot_day}").num_rows == 0


def test_rows_carry_the_person_s_role_groups_and_retention(built_lake: Lake):
    rows = DuckDBEngine(built_lake, VIEWS).query(
        "SELECT DISTINCT user_id, is_teacher, experiment_group, retained_7d FROM activity.event_log"
    )
    people = {row["user_id"]: row for row in rows.to_pylist()}
    assert len(people) == rows.num_rows
    assert {user_id for user_id, row in people.items() if row["is_teacher"]} == set(TEACHERS)
    assert people[5]["experiment_group"] == "hint:treatment nudge:on"
    assert people[UNKNOWN]["experiment_group"] is None
    users = built_lake.scan("activity.users").collect()
    assert {row["user_id"]: row["retained_7d"] for row in users.to_dicts()} == {
        user_id: row["retained_7d"] for user_id, row in people.items()
    }
