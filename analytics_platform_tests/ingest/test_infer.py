from pathlib import Path

import pytest

from analytics_platform.errors import AnalyticsError
from analytics_platform.ingest import Mapping, infer_mapping, parse_mapping
from analytics_platform.lakehouse import Lake
from analytics_platform_tests.ingest.small_files import (
    ingested,
    row,
    write_csv,
    write_jsonl,
    write_parquet,
    write_text,
)

PRODUCT = [
    {
        "event_id": f"e{n}",
        "occurred_at": f"{n % 28 + 1:02}/05/2024 09:{n % 60:02}",
        "received_at": f"2024-06-{n % 28 + 1:02}",
        "student_id": f"s{n % 7}",
        "event": ["quiz_started", "chatOpened", "sign_up", "Subscription purchased", "login"][n % 5],
        "stars": 4 if n % 3 == 0 else None,
        "duration_ms": n * 100,
        "device": ["iPhone 15", "Pixel (Android)", "Chrome"][n % 3],
        "tier": ["free", "Premium"][n % 2],
        "country": "de",
        "user_role": ["Teacher", "learner"][n % 2],
        "course": "B1",
        "utm_source": "ads",
        "session": n // 3,
    }
    for n in range(120)
]


def proposed(path: Path) -> Mapping:
    return parse_mapping(infer_mapping(str(path)), "proposal")


@pytest.fixture
def product(tmp_path: Path) -> Path:
    return write_parquet(tmp_path / "product.parquet", PRODUCT)


def test_a_product_log_is_recognised(product: Path):
    mapping = proposed(product)
    rule, rating = mapping.events
    assert mapping.user.column == "student_id"
    assert mapping.time is not None
    assert (mapping.time.column, mapping.time.format) == ("occurred_at", "%d/%m/%Y %H:%M")
    assert mapping.event_id is not None
    assert mapping.event_id.column == "event_id"
    assert mapping.session is not None
    assert mapping.session.column == "session"
    assert rule.event_name.values == {"sign_up": "signed_up", "Subscription purchased": "subscribed"}
    assert rule.feature is not None
    assert rule.feature.values == {"quiz_started": "quiz", "chatOpened": "chat"}
    assert rule.engagement_seconds is not None
    assert (rule.engagement_seconds.column, rule.engagement_seconds.unit) == ("duration_ms", "ms")
    assert rating.event_name.constant == "rated"
    assert rating.when["stars"].present
    assert mapping.platform.values == {"iPhone 15": "ios", "Pixel (Android)": "android", "Chrome": "web"}
    assert mapping.plan.values == {"free": "free", "Premium": "paid"}
    assert mapping.role.values == {"Teacher": "teacher"}
    assert mapping.country is not None
    assert mapping.classroom is not None
    assert mapping.classroom.column == "course"
    assert mapping.acquisition_channel is not None


def test_a_proposal_says_how_it_does_and_does_it(product: Path, tmp_path: Path):
    text = infer_mapping(str(product))
    assert text.endswith("# Tried on the first 120 rows: 0 would be quarantined.\n")
    assert "# Check that day and month are not swapped." in text
    summary = ingested(Lake(tmp_path / "lake"), product, text, accept=False)
    assert (summary.outcome, summary.totals.events) == ("written", 160)


def test_ratings_of_their_own_rows_need_no_second_rule(tmp_path: Path):
    rows = [row(n, action="rate", stars=3) if n % 2 else row(n) for n in range(30)]
    path = write_csv(tmp_path / "log.csv", rows)
    mapping = proposed(path)
    assert len(mapping.events) == 1
    assert mapping.events[0].event_name.values == {"rate": "rated"}
    assert ingested(Lake(tmp_path / "lake"), path, infer_mapping(str(path))).totals.quarantined == 0


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_a_delimiter_is_read_from_the_header(tmp_path: Path, delimiter: str):
    path = write_csv(tmp_path / "log.csv", [row(n) for n in range(9)], delimiter)
    assert proposed(path).file.delimiter == delimiter


def test_the_first_file_of_a_folder_speaks_for_it(tmp_path: Path):
    write_jsonl(tmp_path / "1.jsonl", [{"actor": {"id": "a"}, "timestamp": "2024-05-01T09:30:00Z"}])
    write_text(tmp_path / "2.csv", "nothing\nknown\n")
    mapping = proposed(tmp_path)
    assert mapping.user.column == "actor.id"
    assert mapping.events[0].feature is not None
    assert mapping.events[0].feature.constant == "other"


def test_small_whole_numbers_beside_a_time_may_be_days(tmp_path: Path):
    rows = [{"student": f"s{n}", "start": "2024-05-01", "date_left": -n} for n in range(9)]
    text = infer_mapping(str(write_csv_of(tmp_path / "log.csv", rows)))
    assert "# If date_left count days from that time, add `plus_days: date_left`." in text


def write_csv_of(path: Path, rows: list[dict[str, object]]) -> Path:
    lines = [",".join(rows[0]), *(",".join(str(v) for v in r.values()) for r in rows)]
    return write_text(path, "\n".join(lines) + "\n")


def test_unknown_words_and_flags(tmp_path: Path):
    rows = [
        {"user": f"u{n % 3}", "ts": 1_714_555_815 + n, "type": "zzz", "is_staff": n % 2, "client": "toaster"}
        for n in range(20)
    ]
    mapping = proposed(write_parquet(tmp_path / "log.parquet", rows))
    assert mapping.time is not None
    assert mapping.time.format == "epoch_s"
    assert mapping.role.values == {"true": "teacher", "1": "teacher"}
    assert mapping.platform.constant == "other"


@pytest.mark.parametrize(("text", "what"), [("user\nann\n", "time"), ("ts,x\n2024-05-01,1\n", "user")])
def test_a_log_without_users_or_times_is_refused(tmp_path: Path, text: str, what: str):
    with pytest.raises(AnalyticsError, match=rf"No column of .*log\.csv looks like a {what}"):
        infer_mapping(str(write_text(tmp_path / "log.csv", text)))


def test_a_row_longer_than_the_header_is_named_instead_of_a_traceback(tmp_path: Path) -> None:
    log = tmp_path / "ragged.csv"
    log.write_text("user,time,action\n1,2026-01-01 08:00:00,quiz\n2,2026-01-01 09:00:00,quiz,more,still\n")
    with pytest.raises(AnalyticsError, match=r"ragged\.csv: its first rows cannot be sampled"):
        infer_mapping(str(log))
