"""`behaviour.feature_adoption_daily` against its definitions read off the user-days."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from analytics_platform.behaviour import FEATURE_ADOPTION_DAILY
from analytics_platform.lakehouse import Lake, Window
from analytics_platform_tests.behaviour.histories import HISTORIES, adoption_table
from analytics_platform_tests.derived_rows import day, days, rows_of, user_day, write_user_days
from analytics_platform_tests.raw_rows import Row


def adoption_rows(rows: list[Row], *windows: Window) -> list[Row]:
    """Rows of the given windows (default: all days), in key order."""
    with TemporaryDirectory() as folder:
        lake = Lake(Path(folder))
        everything = write_user_days(lake, rows)
        found = [
            r for window in windows or (everything,) for r in rows_of(lake, FEATURE_ADOPTION_DAILY, window)
        ]
    return sorted(found, key=lambda row: (row["event_date"], row["feature"], row["role"]))


@settings(max_examples=15, deadline=None)
@given(HISTORIES)
def test_every_count_equals_its_definition(history: list[Row]):
    expected = adoption_table(history, max(row["event_date"] for row in history))
    found = adoption_rows(history)
    names = expected[0] if expected else {}
    assert [{name: row[name] for name in names} for row in found] == expected


@settings(max_examples=6, deadline=None)
@given(HISTORIES, st.integers(1, 64))
def test_two_windows_give_the_rows_of_one(history: list[Row], cut: int):
    assert adoption_rows(history, days(cut, 64), days(0, cut - 1)) == adoption_rows(history, days(0, 64))


def test_a_user_returns_within_twenty_eight_days_or_neither_anew_nor_again():
    rows = adoption_rows([user_day(1, 0), user_day(1, 28), user_day(1, 57)])
    found = {row["event_date"]: row for row in rows if row["role"] == "all"}
    assert [(found[day(n)]["new_users_of_feature"], found[day(n)]["repeat_users"]) for n in (0, 28, 57)] == [
        (1, 0),
        (0, 1),
        (0, 0),
    ]


def test_rates_divide_by_the_active_of_the_role_and_the_users_of_the_feature():
    rows = [
        user_day(1, 0),
        user_day(1, 1),
        user_day(2, 1, quiz_uses=0, chat_uses=1),
        user_day(3, 1, role="teacher"),
    ]
    found = {(row["feature"], row["role"]): row for row in adoption_rows(rows, days(1, 1))}
    quiz = found["quiz", "all"]
    assert (quiz["adoption_rate"], quiz["repeat_rate"]) == (2 / 3, 1 / 2)
    assert found["quiz", "student"]["adoption_rate"] == 1 / 2
    assert found["chat", "teacher"]["repeat_rate"] is None
