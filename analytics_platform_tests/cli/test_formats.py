"""How values are shown to people."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from analytics_platform.cli.formats import show, show_table


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (1_234_567, "1234567"),
        (0.123456789, "0.123457"),
        (1_950_749.0, "1,950,749"),
        (180.0, "180"),
        (float("nan"), "nan"),
        (True, "True"),
        (date(2025, 9, 1), "2025-09-01"),
        (datetime(2025, 9, 1, 8, 30, tzinfo=UTC), "2025-09-01 08:30:00"),
        ("[bold]text[/bold]", "[bold]text[/bold]"),
    ],
)
def test_a_value_is_shown_plainly(value: object, cell: str, capsys: pytest.CaptureFixture[str]):
    show_table(pl.DataFrame({"a_rather_long_heading": [value]}, strict=False))

    assert capsys.readouterr().out.splitlines()[1].strip() == cell


def test_numbers_stand_at_the_right_and_text_at_the_left(capsys: pytest.CaptureFixture[str]):
    show_table(pl.DataFrame({"name": ["a", "bcd"], "count": [1, 100]}))

    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "name  count",
        "a         1",
        "bcd     100",
    ]


def test_a_title_heads_a_table_and_nothing_else(capfd: pytest.CaptureFixture[str]):
    rows = pl.DataFrame({"n": [1]})

    show(rows, "table", title="Numbers")
    show(rows, "csv", title="Numbers")

    assert capfd.readouterr().out.split() == ["Numbers", "n", "1", "n", "1"]
