from pathlib import Path

import polars as pl
import pytest

from analytics_platform.errors import AnalyticsError
from analytics_platform.ingest.staging import stage
from analytics_platform_tests.ingest.small_files import (
    HEADER,
    MAPPING,
    WITHOUT_IDS,
    reading,
    row,
    write_csv,
    write_jsonl,
    write_parquet,
    write_text,
)

FAULTS = {
    "missing user_id": row(user=None),
    "missing event_id": row(id=None),
    "missing event_time": row(time=None),
    "unparseable event_time": row(time="yesterday"),
    "event_time before 1990": row(time="1989-12-31T23:59:59Z"),
    "event_time in the future": row(time="2025-06-02T00:00:01Z"),
    "missing event_name": row(action=None),
    "unknown feature": row(action="juggle"),
    "engagement_seconds below 0": row(seconds=-1),
    "engagement_seconds above 86400": row(seconds=86_401),
    "engagement_seconds is not a number": row(seconds="long"),
    "engagement_seconds is not a finite number": row(seconds="inf"),
    "llm_rating below 1": row(action="rate", stars=0),
    "llm_rating above 5": row(action="rate", stars=6),
    "llm_rating is not a whole number": row(action="rate", stars="3.5"),
    "missing llm_rating": row(action="rate"),
    "missing platform": row(os=None),
    "unknown platform": row(os="fridge"),
}
"""A row for every way to break the contract."""

STRICT = MAPPING.replace(
    "{column: action, values: {rate: rated}, otherwise: feature_used}",
    "{column: action, values: {rate: rated, quiz: feature_used, juggle: feature_used}}",
)


def reasons(path: Path, mapping: str = STRICT) -> list[str | None]:
    return reading(path, mapping).staged().select("reason").collect().to_series().to_list()


@pytest.mark.parametrize("write", [write_csv, write_jsonl])
@pytest.mark.parametrize("name", ["log.csv", "log.csv.gz"])
def test_every_fault_has_its_reason_and_good_rows_have_none(tmp_path: Path, write, name: str):  # noqa: ANN001
    path = tmp_path / (name if write is write_csv else name.replace("csv", "jsonl"))
    write(path, [row(), *FAULTS.values(), row(action="rate", stars=4)])
    assert reasons(path) == [None, *FAULTS, None]


def test_an_unknown_event_is_a_fault(tmp_path: Path):
    assert reasons(write_csv(tmp_path / "log.csv", [row(action="danced")])) == ["unknown event_name"]


def test_the_edges_of_time_are_kept(tmp_path: Path):
    rows = [row(time="1990-01-01T00:00:00Z"), row(time="2025-06-02T00:00:00Z")]
    assert reasons(write_csv(tmp_path / "log.csv", rows)) == [None, None]


def test_unreadable_rows_are_faults(tmp_path: Path):
    csv = write_csv(tmp_path / "log.csv", [row(), row(os="web,surplus")])
    staged = tmp_path / "staged.parquet"
    source = stage(reading(csv), staged)
    assert pl.read_parquet(staged)["reason"].to_list() == [None, "more fields than the header"]
    assert source.originals(pl.Series([2]))[0].endswith('"os": "web", "": ["surplus"]}')
    lines = write_text(tmp_path / "log.jsonl", '{"user": "ann"}\nnonsense\n')
    assert reasons(lines)[1] == "not a JSON object"


def test_roles_and_countries_are_checked(tmp_path: Path):
    mapping = WITHOUT_IDS + "role: {column: id}\ncountry: {column: stars}\n"
    rows = [row(id="Teacher", stars="de"), row(id="boss"), row(id=None, stars="Germany")]
    assert reasons(write_csv(tmp_path / "log.csv", rows), mapping) == [
        None,
        "unknown role",
        "unknown country",
    ]


def test_a_time_of_receipt_that_is_stated_must_be_one(tmp_path: Path):
    mapping = WITHOUT_IDS + "received_at: {column: stars}\n"
    rows = [row(stars="2025-05-02"), row(stars=None), row(stars="later")]
    staged = reading(write_csv(tmp_path / "log.csv", rows), mapping).staged().collect()
    assert staged["reason"].to_list() == [None, None, "unparseable received_at"]
    assert staged["0:received_at"].dt.day().to_list()[:2] == [2, 1]


def test_ignored_and_blank_rows_are_no_faults(tmp_path: Path):
    csv = write_text(tmp_path / "log.csv", ",".join(HEADER) + "\n1,ann,never,ping,,,web\n\n")
    assert reading(csv).staged().select("is_ignored").collect().to_series().to_list() == [True, True]
    lines = write_text(tmp_path / "log.jsonl", '{"user": "ann", "time": "", "action": "ping"}\n\nping\n')
    assert reading(lines).staged().select("is_ignored").collect().to_series().to_list() == [True, True, False]


def test_a_row_gives_an_event_for_each_rule_that_applies(tmp_path: Path):
    mapping = """
user: {column: user}
time: {column: time}
events:
  - {event_name: feature_used, feature: quiz, when: {action: [quiz, both]}}
  - {event_name: rated, llm_rating: {column: stars}, when: {stars: present}}
"""
    rows = [row(), row(action="both", stars=4), row(action="none"), row(stars=9), row(action="none", stars=9)]
    staged = reading(write_csv(tmp_path / "log.csv", rows), mapping).staged().collect()
    above = "llm_rating above 5"
    assert staged["reason"].to_list() == [None, None, "no event applies", above, above]
    assert staged.select("0:applies", "1:applies").rows()[:2] == [(True, False), (True, True)]


def test_values_belong_to_the_events_that_can_have_them(tmp_path: Path):
    rows = [row(stars=5), row(action="rate", stars=5)]
    staged = reading(write_csv(tmp_path / "log.csv", rows)).staged().collect()
    columns = ["0:event_name", "0:feature", "0:engagement_seconds", "0:llm_rating", "0:platform", "0:plan"]
    assert staged.select(columns).rows() == [
        ("feature_used", "quiz", 10.0, None, "web", "free"),
        ("rated", "chat", None, 5, "web", "free"),
    ]


def test_days_are_those_of_the_reporting_zone(tmp_path: Path):
    path = write_csv(tmp_path / "log.csv", [row(time="2025-05-01T23:30:00Z")])
    days = [
        reading(path, zone=zone).staged().select(pl.col("0:event_date").cast(pl.String)).collect().item()
        for zone in ("UTC", "Europe/Berlin")
    ]
    assert days == ["2025-05-01", "2025-05-02"]


def test_teachers_are_told_by_role_by_list_and_by_deed(tmp_path: Path):
    mapping = WITHOUT_IDS + (
        "role: {column: id, values: {boss: teacher}, otherwise: student}\n"
        "teachers: {users: [bob], rows: [{seconds: ['99']}]}\n"
    )
    rows = [row(id="boss"), row(user="bob"), row(seconds=99), row()]
    staged = reading(write_csv(tmp_path / "log.csv", rows), mapping).staged().collect()
    assert staged["is_teacher"].to_list() == [True, True, True, False]


def test_an_absent_column_is_refused_with_its_place(tmp_path: Path):
    path = write_text(tmp_path / "log.csv", "user;time\nann;1\n")
    with pytest.raises(AnalyticsError) as refused:
        stage(reading(path), tmp_path / "staged.parquet")
    assert "log.csv has no column 'user', which the mapping names at user.column; it has user;time." in str(
        refused.value
    )
    assert "`file.delimiter`" in str(refused.value)


def test_json_lines_may_leave_keys_out_but_never_the_user_and_the_time(tmp_path: Path):
    sparse = write_jsonl(tmp_path / "a.jsonl", [{k: v for k, v in row().items() if k != "stars"}])
    assert reasons(sparse) == [None]
    assert list(reading(sparse).notes()) == [
        f"The first lines of {sparse} have no 'stars', which events[0].llm_rating.column names."
    ]
    wrong = write_jsonl(tmp_path / "b.jsonl", [{k: v for k, v in row().items() if k != "user"}])
    with pytest.raises(AnalyticsError, match="no column 'user'"):
        reading(wrong).check()


def test_numbers_need_a_format_to_be_times(tmp_path: Path):
    path = write_parquet(tmp_path / "log.parquet", [row(time=1_746_090_000)])
    with pytest.raises(AnalyticsError, match="the times in column 'time' are numbers; say in the mapping"):
        reading(path).check()
    epoch = MAPPING.replace("time: {column: time}", "time: {column: time, format: epoch_s}")
    assert reasons(path, epoch) == [None]


def test_a_delimiter_and_words_for_nothing_are_read_from_the_mapping(tmp_path: Path):
    path = write_csv(tmp_path / "log.csv", [row(stars="NULL", seconds="-")], delimiter=";")
    mapping = MAPPING + "file: {delimiter: ';', null_values: ['NULL', '-']}\n"
    assert reasons(path, mapping) == [None]
