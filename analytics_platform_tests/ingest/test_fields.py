from pathlib import Path

import polars as pl
import pytest

from analytics_platform.ingest.fields import Fields
from analytics_platform.ingest.identifiers import hash_text
from analytics_platform.ingest.mapping import Columns, Duration, Requirement, Time, Value
from analytics_platform_tests.ingest.small_files import opened, write_text


@pytest.fixture
def fields(tmp_path: Path) -> Fields:
    frame = pl.DataFrame(
        {
            "text": [" ann ", "", None, "bob"],
            "whole": [1.0, 2.5, float("nan"), None],
            "yes": [True, False, None, True],
            "integer": [7, 8, 9, None],
        }
    )
    frame.write_parquet(tmp_path / "a.parquet")
    return Fields(opened(tmp_path / "a.parquet"), "UTC")


def values(fields: Fields, expression: pl.Expr) -> list[object]:
    return fields.source.rows().select(expression).collect().to_series().to_list()


def test_texts_of_every_type_are_stripped_and_empty_ones_missing(fields: Fields):
    assert values(fields, fields.text("text")) == ["ann", None, None, "bob"]
    assert values(fields, fields.text("whole")) == ["1", "2.5", None, None]
    assert values(fields, fields.text("yes")) == ["true", "false", None, "true"]
    assert values(fields, fields.text("integer")) == ["7", "8", "9", None]


def test_joined_columns_are_missing_where_one_of_them_is(fields: Fields):
    both = Columns(columns=("text", "integer"))
    assert values(fields, fields.joined(both)) == ["ann / 7", None, None, None]
    assert values(fields, fields.identifier(both))[0] == hash_text("ann / 7")


def test_values_translate_and_otherwise_stands_for_the_rest_and_for_none(fields: Fields):
    kept = Value(column="text", values={"ann": "A"})
    closed = Value(column="text", values={"ann": "A"}, otherwise="?")
    assert values(fields, fields.value(kept)) == ["A", None, None, "bob"]
    assert values(fields, fields.value(closed)) == ["A", "?", "?", "?"]
    assert values(fields, fields.value(Value(constant="x"))) == ["x"]
    assert values(fields, fields.value(None)) == [None]


def test_requirements_are_never_null(fields: Fields):
    def holds(**requirement: object) -> list[object]:
        return values(fields, fields.holds({"text": Requirement.model_validate(requirement)}))

    assert values(fields, fields.holds({"text": Requirement.model_validate(["ann"])})) == [
        True,
        False,
        False,
        False,
    ]
    assert holds(**{"not": ["ann"]}) == [False, True, True, True]
    present, absent = (Requirement.model_validate(word) for word in ("present", "absent"))
    assert values(fields, fields.holds({"text": present})) == [True, False, False, True]
    assert values(fields, fields.holds({"text": absent, "integer": present})) == [False, True, True, False]
    assert values(fields, fields.holds({})) == [True]


def test_durations_are_kept_to_a_64th_of_a_second(tmp_path: Path):
    source = opened(write_text(tmp_path / "a.csv", "d\n1.51\n1500\nlong\n\n-3\n"))
    fields = Fields(source, "UTC")
    seconds = values(fields, fields.seconds(Duration(column="d")))
    assert seconds == [1.515625, 1500.0, None, None, -3.0]
    assert values(fields, fields.seconds(Duration(column="d", unit="ms")))[1] == 1.5
    assert values(fields, fields.seconds(Duration(column="d", unit="min")))[1] == 90_000.0


def test_stars_are_whole_numbers(tmp_path: Path):
    fields = Fields(opened(write_text(tmp_path / "a.csv", "s\n4\n4.0\n4.5\nup\n")), "UTC")
    stars = Value(column="s", values={"up": "5"})
    assert values(fields, fields.stars(stars)) == [4, 4, None, 5]


def test_a_time_of_two_columns_and_days_to_add(tmp_path: Path):
    text = "day,clock,plus\n2024-05-01,09:30,-1\n2024-05-01,,1\n2024-05-01,09:30,1.5\n2024-05-01,09:30,\n"
    fields = Fields(opened(write_text(tmp_path / "a.csv", text)), "Europe/Berlin")
    time = Time(columns=("day", "clock"), plus_days="plus")
    moments = values(fields, fields.instant(time))
    assert [moment and f"{moment:%d %H:%M}" for moment in moments] == ["30 07:30", None, None, None]
    assert values(fields, fields.is_written(time)) == [True, False, True, False]
