"""`tables`, `describe` and `dictionary`."""

import json

import pyarrow as pa

from analytics_platform.event_contract import EVENTS
from analytics_platform.event_contract.dictionary import data_dictionary
from analytics_platform.lakehouse import Lake
from analytics_platform_tests.cli.conftest import Command


def test_tables_lists_stored_tables_and_views(analytics: Command, small_lake: Lake):
    printed = analytics("tables", "--format", "json", "--lake", str(small_lake.root))

    listed = {row["table"]: row for row in json.loads(printed.out)}
    assert printed.err == ""
    assert listed["raw.events"]["kind"] == "daily"
    assert listed["raw.events"]["rows"] == small_lake.snapshot(["raw.events"]).tables["raw.events"].rows
    assert listed["raw.events"]["first_day"] == str(small_lake.days("raw.events")[0])
    assert listed["raw.events"]["description"].startswith(EVENTS.description)
    assert (listed["activity.event_log"]["kind"], listed["activity.event_log"]["rows"]) == ("view", None)


def test_a_daily_table_without_rows_is_listed_as_daily(analytics: Command, small_lake: Lake):
    printed = analytics("tables", "--format", "json", "--lake", str(small_lake.root))

    ratings = next(row for row in json.loads(printed.out) if row["table"] == "raw.human_ratings")
    assert (ratings["kind"], ratings["rows"], ratings["first_day"]) == ("daily", 0, None)


def test_tables_of_an_empty_lake_say_where_to_start(analytics: Command):
    printed = analytics("tables")

    assert printed.code == 0
    assert "The lake data/lake is empty: start with `analytics-platform demo`." in printed.err


def test_describe_gives_type_and_meaning_of_each_column(analytics: Command, small_lake: Lake):
    printed = analytics("describe", "raw.events", "--format", "json", "--lake", str(small_lake.root))

    described = {row["column"]: row for row in json.loads(printed.out)}
    assert list(described) == EVENTS.names
    assert described["event_time"]["type"] == "TIMESTAMP WITH TIME ZONE"
    assert described["llm_rating"]["meaning"] == "Stars that the user gave to an answer."


def test_describe_opens_with_the_grain_and_the_version(analytics: Command, small_lake: Lake):
    printed = analytics("describe", "raw.users", "--lake", str(small_lake.root))

    title = " ".join(printed.out.split("column")[0].split())
    assert title.startswith("raw.users: One row per user")
    assert title.endswith("Key: user_id. Read from raw.users@1.")


def test_describe_travels_in_time(analytics: Command, small_lake: Lake):
    schema = pa.schema([("n", pa.int64()), ("m", pa.int64())])
    small_lake.replace("test.numbers", [pa.table({"n": [1]})], schema.remove(1))
    small_lake.replace("test.numbers", [pa.table({"n": [1], "m": [2]})], schema)

    words = ("describe", "test.numbers", "--lake", str(small_lake.root), "--format", "csv")

    assert "m,BIGINT" in analytics(*words).out
    assert "m,BIGINT" not in analytics(*words, "--as-of", "version 1").out


def test_describe_of_a_table_that_is_not_there_is_one_sentence(analytics: Command):
    printed = analytics("describe", "activity.nothing")

    assert printed.code == 1
    assert "Table activity.nothing is not in the lake" in printed.err


def test_dictionary_prints_the_contract(analytics: Command):
    assert analytics("dictionary").out == data_dictionary()
