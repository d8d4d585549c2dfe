"""Models: what is read from the text of one SELECT."""

from pathlib import Path

import pytest

from analytics_platform.errors import AnalyticsError
from analytics_platform.lakehouse import Model, load_models
from analytics_platform.lakehouse.model import parse, table_names

VISITS = """\
-- One row per user and day.
-- Days without a visit have none.
-- key: event_date, user_id
WITH active AS (SELECT * FROM raw.events WHERE event_date BETWEEN $first_day AND $last_day)
SELECT
    a.event_date, -- The day.
    a.user_id, -- The person.
    u.country, -- Where the person lives.
    cast(count(*) AS bigint) AS visits, -- Visits that day.
    sum(a.engagement_seconds) + 1 AS seconds
FROM active AS a JOIN raw.users AS u ON u.user_id = a.user_id
GROUP BY a.event_date, a.user_id, u.country
"""
COLUMNS = {
    "raw.events": ["event_date", "user_id", "engagement_seconds"],
    "raw.users": ["user_id", "country"],
}


def saved(tmp_path: Path, text: str, name: str = "visits") -> Path:
    folder = tmp_path / "web"
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.sql"
    path.write_text(text)
    return path


@pytest.fixture
def visits(tmp_path: Path) -> Model:
    return Model.load(saved(tmp_path, VISITS))


def test_a_model_is_named_after_its_folder_and_file(visits: Model):
    assert visits.name == "web.visits"


def test_description_and_key_are_read_from_the_opening_comments(visits: Model):
    assert visits.description == "One row per user and day. Days without a visit have none."
    assert visits.key == ("event_date", "user_id")
    assert not visits.is_view


def test_inputs_are_the_tables_with_a_schema_and_not_the_common_table_expressions(visits: Model):
    assert visits.inputs == ("raw.events", "raw.users")


def test_a_model_that_binds_both_ends_of_the_window_is_daily(visits: Model):
    assert visits.is_daily
    assert visits.parameters == {"first_day", "last_day"}
    assert not visits.with_sql("SELECT 1 AS x").is_daily


def test_a_view_is_never_daily(tmp_path: Path):
    view = Model.load(saved(tmp_path, VISITS.replace("-- key", "-- kind: view\n-- key")))

    assert view.is_view
    assert not view.is_daily


def test_columns_carry_the_comment_beside_them(visits: Model):
    assert visits.columns == {
        "event_date": "The day.",
        "user_id": "The person.",
        "country": "Where the person lives.",
        "visits": "Visits that day.",
        "seconds": "",
    }


def test_column_lineage_reaches_the_tables_through_common_table_expressions(visits: Model):
    lineage = visits.column_lineage(COLUMNS)

    assert lineage["user_id"] == [("raw.events", "user_id")]
    assert lineage["country"] == [("raw.users", "country")]
    assert lineage["seconds"] == [("raw.events", "engagement_seconds")]


def test_lineage_does_not_change_the_model(visits: Model):
    before = visits.tree.sql("duckdb")
    visits.column_lineage(COLUMNS)

    assert visits.tree.sql("duckdb") == before


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("SELECT 1 AS x", "open with comments"),
        ("-- A row.\nSELECT 1 AS x", "open with comments"),
        ("-- key: x\nSELECT 1 AS x", "open with comments"),
        ("-- A row.\n-- key: x\nCREATE TABLE a.b (x int)", "a model is one SELECT"),
        ("-- A row.\n-- key: x\nSELECT 1 AS x; SELECT 2 AS x", "write one statement, not 2"),
        ("-- A row.\n-- key: x\nSELECT (1 AS x", "cannot be parsed"),
        ("-- A row.\n-- key: x\n", "write one statement, not 0"),
    ],
)
def test_a_file_that_is_no_model_is_refused_with_its_place(tmp_path: Path, text: str, sentence: str):
    with pytest.raises(AnalyticsError, match=sentence) as refused:
        Model.load(saved(tmp_path, text))

    assert "visits" in str(refused.value)


def test_a_syntax_error_names_line_and_column():
    with pytest.raises(AnalyticsError, match=r"line 2, column \d+"):
        parse("SELECT 1\nFROM (a.b")


def test_a_folder_of_models_is_loaded_by_name(tmp_path: Path):
    saved(tmp_path, VISITS, "visits")
    folder = saved(tmp_path, VISITS, "again").parent
    (folder / "notes.txt").write_text("not a model")

    assert list(load_models(folder)) == ["web.again", "web.visits"]


def test_a_table_without_schema_is_no_input():
    assert table_names(parse("SELECT * FROM numbers, raw.events")) == ("raw.events",)
