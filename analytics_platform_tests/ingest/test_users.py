from datetime import UTC, datetime
from typing import cast

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from analytics_platform.event_contract import USERS
from analytics_platform.ingest.sources import ROW
from analytics_platform.ingest.users import appearances, changes, merged

COLUMNS = {
    "user_id": pl.Int64,
    "event_time": pl.Datetime("us", "UTC"),
    "file": pl.Int64,
    ROW: pl.Int64,
    "is_teacher": pl.Boolean,
    "source_user_id": pl.String,
    "country": pl.String,
    "platform": pl.String,
    "acquisition_channel": pl.String,
    "classroom_id": pl.Int64,
    "school_id": pl.Int64,
    "event_date": pl.Date,
}


def appearance(user_id: int, minute: int, **columns: object) -> dict[str, object]:
    moment = datetime(2025, 5, 1, 9, minute, tzinfo=UTC)
    blank = dict.fromkeys(COLUMNS)
    known = {
        "user_id": user_id,
        "event_time": moment,
        "file": 0,
        ROW: minute,
        "is_teacher": False,
        "source_user_id": str(user_id),
        "platform": "web",
        "event_date": moment.date(),
    }
    return blank | known | columns


def seen(*rows: dict[str, object]) -> pl.DataFrame:
    return appearances(pl.DataFrame(rows, schema=COLUMNS)).sort("user_id")


def test_attributes_are_the_first_ever_stated():
    users = seen(
        appearance(1, 30, country="FR", platform="ios"),
        appearance(1, 20, country="DE"),
        appearance(1, 10, classroom_id=5, is_teacher=True),
        appearance(2, 40),
    )
    assert users.columns == USERS.names
    assert users.select("user_id", "role", "country", "platform", "classroom_id").rows() == [
        (1, "teacher", "DE", "web", 5),
        (2, "student", None, "web", None),
    ]
    assert users["signed_up_at"].dt.minute().to_list() == [10, 40]


def test_new_users_get_an_unknown_country_and_known_ones_stay_untouched():
    held = changes(seen(appearance(1, 10), appearance(2, 10)), pl.DataFrame(schema=USERS.polars_schema()))
    assert held["country"].to_list() == ["ZZ", "ZZ"]
    later = seen(appearance(1, 50, platform="ios"), appearance(3, 10))
    assert changes(later, held.filter(pl.col("user_id") == 1))["user_id"].to_list() == [3]


def test_a_known_user_changes_by_an_earlier_day_a_deed_or_a_country():
    held = changes(seen(appearance(1, 10)), pl.DataFrame(schema=USERS.polars_schema()))
    for new in (appearance(1, 5), appearance(1, 50, is_teacher=True), appearance(1, 50, country="DE")):
        assert changes(seen(new), held).height == 1
    earlier = changes(seen(appearance(1, 5, platform="ios")), held)
    assert earlier.select("platform", pl.col("signed_up_at").dt.minute()).rows() == [("ios", 5)]


def test_two_rows_of_a_user_become_one_again():
    held = changes(seen(appearance(1, 10)), pl.DataFrame(schema=USERS.polars_schema()))
    twice = pl.concat([held, changes(seen(appearance(1, 5)), held)])
    repaired = changes(seen(appearance(1, 50)), twice)
    assert repaired["signed_up_at"].dt.minute().to_list() == [5]


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(0, 59), st.booleans()), min_size=1, max_size=30),
    st.integers(0, 59),
)
def test_users_of_parts_of_a_log_merge_to_the_users_of_the_whole(rows: list[tuple[int, int, bool]], cut: int):
    log = [
        appearance(u, m, is_teacher=t, classroom_id=m if t else None, **{ROW: n})
        for n, (u, m, t) in enumerate(rows)
    ]
    before = [r for r in log if rows[cast("int", r[ROW])][1] < cut]
    after = [r for r in log if r not in before]
    parts = merged([seen(*after), seen(*before)]) if before and after else seen(*log)
    assert parts.sort("user_id").equals(seen(*log))
