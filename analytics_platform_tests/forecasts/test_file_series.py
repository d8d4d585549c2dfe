"""Series of a file: what is read, noted and refused."""

from datetime import date, time, timedelta
from pathlib import Path

import polars as pl
import pytest

from analytics_platform.errors import AnalyticsError
from analytics_platform.forecasts.file_series import read_series
from analytics_platform.forecasts.series import Series

DAYS = [date(2026, 1, 1) + timedelta(days=at) for at in range(40)]


def saved(folder: Path, file_name: str = "data.csv", /, **columns: object) -> Path:
    frame = pl.DataFrame({"day": DAYS, "users": range(40), **columns}, strict=False)
    file = folder / file_name
    frame.write_csv(file) if file_name.endswith("csv") else frame.write_parquet(file)
    return file


def read(file: Path, series: str | None = None) -> tuple[dict[str, Series], list[str]]:
    return read_series(file, "day", "users", series)


@pytest.mark.parametrize("name", ["data.csv", "data.parquet"])
def test_one_series_is_read_in_any_order(tmp_path: Path, name: str):
    file = saved(tmp_path, name)
    found, notes = read(file)
    assert (found[""].first_day, len(found[""]), notes) == (DAYS[0], 40, [])


def test_instants_and_numbers_as_text_are_read(tmp_path: Path):
    file = saved(
        tmp_path, "data.parquet", day=[f"{day}T00:00:00" for day in DAYS], users=[str(n) for n in range(40)]
    )
    assert read(file)[0][""].values[-1] == 39


def test_several_series_are_told_apart_and_gaps_noted(tmp_path: Path):
    file = tmp_path / "data.csv"
    rows = [(day, name, 1.0) for name in ("a", "b") for day in DAYS if not (name == "b" and day.day == 7)]
    pl.DataFrame(rows, ["day", "shop", "users"], orient="row").write_csv(file)
    found, notes = read(file, "shop")
    assert list(found) == ["a", "b"]
    assert notes == ["series 'b' lacks 2 of 40 days, which are taken as not known."]


def test_a_short_series_among_others_is_left_out_with_a_note(tmp_path: Path):
    file = saved(tmp_path, shop=["a"] * 35 + ["b"] * 5)
    found, notes = read(file, "shop")
    assert list(found) == ["a"]
    assert notes == ["series 'b' has 5 days with a value; a forecast takes 28."]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (
            {"day": ["2026-01-01", "yesterday", *map(str, DAYS[2:])]},
            "row 2, column day: 'yesterday' is no date",
        ),
        ({"users": ["1", "many", *map(str, range(38))]}, "row 2, column users: 'many' is no number"),
        ({"users": ["inf", *map(str, range(39))]}, "row 1, column users"),
        ({"day": [DAYS[0], *DAYS[:-1]]}, "rows 1 and 2 are both of 2026-01-01"),
        ({"day": [DAYS[0] + timedelta(days=7 * at) for at in range(40)]}, "not daily; sum it by day"),
        ({"users": [None] * 20 + [1] * 20}, "has 20 days with a value; a forecast takes 28"),
    ],
    ids=["date", "number", "infinite", "twice", "weekly", "short"],
)
def test_what_cannot_be_read_is_refused_with_its_row(tmp_path: Path, columns: dict[str, object], said: str):
    with pytest.raises(AnalyticsError) as found:
        read(saved(tmp_path, **columns))
    assert said in str(found.value)
    assert "data.csv" in str(found.value)


def test_a_column_that_is_not_there_is_refused_with_the_nearest(tmp_path: Path):
    with pytest.raises(
        AnalyticsError, match=r"no column 'user', which --value-column names; did you mean 'users'\?"
    ):
        read_series(saved(tmp_path), "day", "user", None)


def test_a_series_without_a_name_is_refused(tmp_path: Path):
    with pytest.raises(AnalyticsError, match="row 1, column shop: None is no name of a series"):
        read(saved(tmp_path, shop=[None, *["a"] * 39]), "shop")


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"day": [time(1)] * 40}, "column day is of type Time, which holds no days"),
        ({"day": [timedelta(1)] * 40}, "column day is of type Duration"),
        ({"day": [[1]] * 40}, "column day is of type List"),
        ({"day": [1.5] * 40}, "column day is of type Float64"),
        ({"users": [b"1"] * 40}, "column users is of type Binary, which holds no numbers"),
        ({"users": [{"n": 1}] * 40}, "column users is of type Struct"),
        ({"users": [[1]] * 40}, "column users is of type List"),
        ({"users": DAYS}, "column users is of type Date"),
        ({"day": [date(1, 1, 1), *DAYS[1:]]}, "row 1, column day: datetime.date(1, 1, 1) is not within"),
        ({"day": [date(9999, 12, 31), *DAYS[1:]]}, "is not within the years 1900 to 2200"),
    ],
)
def test_columns_of_other_types_and_far_days_are_refused(
    tmp_path: Path, columns: dict[str, object], said: str
):
    with pytest.raises(AnalyticsError) as found:
        read(saved(tmp_path, "data.parquet", **columns))
    assert said in str(found.value)


def test_one_column_cannot_be_both_days_and_values(tmp_path: Path):
    with pytest.raises(AnalyticsError, match="--date-column and --value-column both name 'day'"):
        read_series(saved(tmp_path), "day", "day", None)
