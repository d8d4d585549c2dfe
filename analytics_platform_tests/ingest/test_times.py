from datetime import UTC, date, datetime, timedelta, timezone

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_platform.ingest.times import instants, with_days

BERLIN = "Europe/Berlin"


def parsed(values: list[object], written: str = "auto", zone: str = "UTC") -> list[datetime | None]:
    series = pl.Series("t", values)
    times = series.to_frame().select(instants(pl.col("t"), series.dtype, written, zone)).to_series()
    assert times.dtype == pl.Datetime("us", "UTC")
    return times.to_list()


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # pyright: ignore[reportArgumentType]


naive = datetime.fromisoformat
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(
    st.datetimes(naive("0001-01-03"), naive("9999-12-29"), timezones=OFFSETS),
    st.sampled_from(["T", " "]),
    st.sampled_from(["auto", "seconds", "milliseconds", "minutes"]),
)
def test_iso_texts_with_an_offset_agree_with_the_standard_library(
    moment: datetime, mark: str, precision: str
):
    text = moment.isoformat(sep=mark, timespec=precision)
    assert parsed([text]) == [datetime.fromisoformat(text).astimezone(UTC)]


@given(st.datetimes(naive("1990-01-01"), naive("2100-01-01")))
def test_iso_texts_without_a_zone_get_the_zone(moment: datetime):
    assert parsed([moment.isoformat()], zone="Asia/Kolkata") == [
        (moment - timedelta(hours=5, minutes=30)).replace(tzinfo=UTC)
    ]


@given(st.integers(631_152_000_000_000, 4_102_444_800_000_000))
def test_epochs_are_exact(microseconds: int):
    moment = utc(1970, 1, 1) + timedelta(microseconds=microseconds)
    assert parsed([microseconds], "epoch_us") == [moment]
    assert parsed([str(microseconds)], "epoch_us") == [moment]
    assert parsed([microseconds // 1000], "epoch_ms") == [
        moment - timedelta(microseconds=microseconds % 1000)
    ]
    assert parsed([f"{microseconds // 1_000_000}.{microseconds % 1_000_000:06}"], "epoch_s") == [moment]


@given(st.text(max_size=30))
def test_no_text_breaks_a_format(text: str):
    for written in ("iso", "epoch_s", "%d/%m/%Y %H:%M"):
        assert len(parsed([text], written)) == 1


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-05-01", utc(2024, 5, 1)),
        ("2024-05-01T09:30", utc(2024, 5, 1, 9, 30)),
        ("2024-05-01 09:30:15,25", utc(2024, 5, 1, 9, 30, 15, 250_000)),
        ("2024-05-01T09:30:15.123456789Z", utc(2024, 5, 1, 9, 30, 15, 123_456)),
        ("2024-05-01T09:30:15+02", utc(2024, 5, 1, 7, 30, 15)),
        ("2024-05-01T09:30:15 -0230", utc(2024, 5, 1, 12, 0, 15)),
        ("2024-05-01T09:30:15 UTC", utc(2024, 5, 1, 9, 30, 15)),
        (" 2024-05-01T09:30:15z ", utc(2024, 5, 1, 9, 30, 15)),
        ("2024-02-30", None),
        ("2024-05-01T24:00", None),
        ("2024-05-01T09:30:15+2", None),
        ("01/05/2024", None),
        ("1714555815", None),
        ("", None),
        (None, None),
    ],
)
def test_iso_texts(text: str | None, moment: datetime | None):
    assert parsed([text, "2000-01-01"])[0] == moment


def test_an_hour_that_occurs_twice_means_the_first_and_one_that_is_skipped_is_no_time():
    assert parsed(["2024-10-27T02:30:00", "2024-03-31T02:30:00"], zone=BERLIN) == [
        utc(2024, 10, 27, 0, 30),
        None,
    ]


def test_patterns_read_local_times_and_offsets():
    assert parsed(["01/05/2024 09:30", "5/1/24"], "%d/%m/%Y %H:%M", BERLIN) == [utc(2024, 5, 1, 7, 30), None]
    assert parsed(["20240501T093000+0200"], "%Y%m%dT%H%M%S%z", BERLIN) == [utc(2024, 5, 1, 7, 30)]
    assert parsed(["2024-05-01"], "%Y-%m-%d") == [utc(2024, 5, 1)]


def test_typed_columns_need_no_format():
    local, aware = (
        naive("2024-05-01T09:30"),
        datetime(2024, 5, 1, 9, 30, tzinfo=timezone(timedelta(hours=2))),
    )
    assert parsed([local], zone=BERLIN) == [utc(2024, 5, 1, 7, 30)]
    assert parsed([aware], zone="Asia/Tokyo") == [utc(2024, 5, 1, 7, 30)]
    assert parsed([date(2024, 5, 1)], zone=BERLIN) == [utc(2024, 4, 30, 22)]


def test_absurd_epochs_are_no_times():
    assert parsed([1e18, -1e18, float("nan"), float("inf")], "epoch_s") == [None] * 4


def test_days_are_added_in_the_zone():
    frame = pl.DataFrame({"t": [utc(2024, 3, 30, 23), utc(2024, 3, 30, 23), None], "d": [1, -159, 1]})
    moved = frame.select(with_days(pl.col("t"), pl.col("d"), BERLIN)).to_series().to_list()
    assert moved == [utc(2024, 3, 31, 22), utc(2023, 10, 23, 22), None]
