import polars as pl
import pytest

from analytics_platform.ingest.guesses import Profile, best, coverage, meaning_of, meanings

WORDS = {"quiz|exam": "quiz", "chat": "chat"}


def column(name: str, values: list[object]) -> Profile:
    series = pl.Series(values)
    return Profile(name, series.dtype, series.cast(pl.String))


@pytest.mark.parametrize(
    ("values", "written"),
    [
        (["2024-05-01T09:30:00Z"] * 99 + ["soon"], "iso"),
        (["31/05/2024 09:30"], "%d/%m/%Y %H:%M"),
        (["05/31/2024 09:30"], "%m/%d/%Y %H:%M"),
        (["31.05.2024"], "%d.%m.%Y"),
        ([1_714_555_815], "epoch_s"),
        (["1714555815123"], "epoch_ms"),
        ([1_714_555_815_123_456.0], "epoch_us"),
        ([17, 18], None),
        (["soon", "2024-05-01"], None),
        ([None], None),
    ],
)
def test_times_are_told_by_their_values(values: list[object], written: str | None):
    assert column("x", values).time_format == written


def test_few_texts_that_recur_are_categories():
    assert column("a", ["quiz", "chat"] * 5).is_categorical
    assert not column("a", [str(n) for n in range(10)]).is_categorical
    assert not column("a", [f"text {n}" for n in range(10)]).is_categorical
    assert not column("a", [None]).is_categorical


def test_unique_values_name_rows():
    assert column("id", ["a", "b"]).is_unique
    assert not column("id", ["a", None]).is_unique
    assert not column("id", ["a", "a"]).is_unique


def test_the_earliest_pattern_wins_then_the_first_column():
    columns = [column(name, ["x"]) for name in ("student", "account", "user_id", "learner")]
    found = best(columns, (r"^user_?id$", r"student|learner"))
    assert found is columns[2]
    assert best(columns, (r"student|learner",)) is columns[0]
    assert best(columns, ("country",)) is None


def test_words_are_found_within_names_of_any_style():
    assert [meaning_of(text, WORDS) for text in ("QuizStarted", "final_exam", "CHAT", "login")] == [
        "quiz",
        "quiz",
        "chat",
        None,
    ]


def test_coverage_counts_rows_not_values():
    events = column("event", ["quiz"] * 6 + ["login", "logout", "chat", "sleep"])
    assert meanings(events, WORDS) == {"quiz": "quiz", "chat": "chat"}
    assert coverage(events, WORDS) == 0.7
