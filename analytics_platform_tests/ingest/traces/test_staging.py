import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from analytics_platform.errors import AnalyticsError
from analytics_platform.event_contract import CONTRACTS
from analytics_platform.ingest import ingest
from analytics_platform.ingest.identifiers import hash_text
from analytics_platform.lakehouse import Lake
from analytics_platform_tests.ingest.small_files import (
    UTC_ZONE,
    quarantined,
    write_jsonl,
    write_parquet,
    write_text,
)
from analytics_platform_tests.ingest.traces.trace_files import (
    RATINGS,
    REPOSITORY,
    TABLE,
    by_source,
    call,
    ingested,
    mapped,
    rating,
    rows,
    span,
    write_otel,
)

OPTIONAL = ("tokens", "seconds", "usd", "title", "note", "answer", "grade")


FAULTS = {
    "missing requested_at": call(1, time=None),
    "unparseable requested_at": call(2, time="noon"),
    "requested_at before 1990": call(3, time="1970-01-01"),
    "requested_at in the future": call(4, time="2031-01-01"),
    "missing user_id": call(5, user=None),
    "missing interaction_id": call(6, id=None),
    "missing model_version": call(7, model=None),
    "unknown status": call(8, status="meh"),
    "input_tokens is not a whole number": call(9, tokens="7.5"),
    "input_tokens below 0": call(10, tokens=-1),
    "cost_usd is not a number": call(11, usd="free"),
    "latency is not a number": call(12, seconds="long"),
    "latency_ms below 0": call(13, seconds=-3),
    "grade_level is not a whole number": call(14, grade="ninth"),
    "grade_level above 20": call(15, grade=21),
}


BAD_RATINGS = {
    "missing interaction_id": rating(1, id=None),
    "missing rater_id": rating(1, rater=None),
    "missing rated_at": rating(1, time=None),
    "unparseable rated_at": rating(1, time="noon"),
    "missing criterion": rating(1, what=None),
    "missing score": rating(1, score=None),
    "score is not a number": rating(1, score="good"),
    "interaction is not in the lake": rating(99),
}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def test_a_table_of_calls_keeps_the_contract(tmp_path: Path, lake: Lake):
    summary = ingested(
        lake, write_jsonl(tmp_path / "calls.jsonl", [call(n) for n in range(9)]), mapped(TABLE)
    )
    assert (summary.totals.rows, summary.totals.interactions, summary.totals.events) == (9, 9, 9)
    for name, contract in CONTRACTS.items():
        assert lake.scan(name).collect_schema().names() == contract.names
        assert contract.violations(lake.scan(name)) == {}
    found = by_source(lake)["c3"]
    assert (found["interaction_id"], found["user_id"]) == (hash_text("c3"), hash_text("ann"))
    assert (found["latency_ms"], found["cost_usd"], found["input_tokens"], found["grade_level"]) == (
        1234,
        0.001,
        7,
        9,
    )
    assert (found["source_text"], found["prompt_version"]) == ("Rivers\n\nRivers carry sand.", "unknown")


def test_formats_of_tables_agree(tmp_path: Path):
    calls = [call(n) for n in range(5)]
    texts = "\n".join([",".join(call()), *(",".join(str(value) for value in one.values()) for one in calls)])
    paths = [
        write_jsonl(tmp_path / "a.jsonl", calls),
        write_parquet(tmp_path / "a.parquet", calls),
        write_text(tmp_path / "a.csv", texts),
        write_text(tmp_path / "a.csv.gz", texts),
    ]
    lakes = [Lake(tmp_path / f"lake-{n}") for n in range(len(paths))]
    for one, path in zip(lakes, paths, strict=True):
        ingested(one, path, mapped(TABLE))
    assert all(by_source(one) == by_source(lakes[0]) for one in lakes)
    assert len(by_source(lakes[0])) == 5


def test_every_bad_call_goes_to_quarantine_with_its_reason_and_itself(tmp_path: Path, lake: Lake):
    bare = call(16, **dict.fromkeys(OPTIONAL))
    summary = ingested(lake, write_jsonl(tmp_path / "c.jsonl", [*FAULTS.values(), bare]), mapped(TABLE))
    assert [reason for _, reason in quarantined(lake)] == list(FAULTS)
    originals = lake.scan("raw.quarantine").sort("row_number").select("original").collect().to_series()
    assert [json.loads(text) for text in originals] == list(FAULTS.values())
    assert (summary.totals.kept, summary.totals.quarantined) == (1, len(FAULTS))
    assert by_source(lake)["c16"]["source_text"] is None


def test_every_bad_rating_goes_to_quarantine_with_its_reason(tmp_path: Path, lake: Lake):
    ingested(lake, write_jsonl(tmp_path / "calls.jsonl", [call(1)]), mapped(TABLE))
    ratings = [rating(1), *BAD_RATINGS.values()]
    summary = ingested(lake, write_jsonl(tmp_path / "ratings.jsonl", ratings), mapped(RATINGS))
    assert [reason for _, reason in quarantined(lake)] == list(BAD_RATINGS)
    assert (summary.totals.ratings, summary.totals.kept) == (1, 1)
    found = next(rows(lake, "raw.human_ratings"))
    assert (found["criterion"], found["score"], found["rater_group"]) == ("helpful", 4.0, "teacher")
    assert (found["interaction_id"], found["source_rater_id"]) == (hash_text("c1"), "expert")


def test_a_row_may_hold_several_criteria(tmp_path: Path, lake: Lake):
    calls = (
        "call_id,pupil,asked_at,tool,model,prompt,outcome,tokens_in,tokens_out,seconds,usd,note,answer,"
        "grade,subject"
    )
    one = "7,ann,2025-05-01 10:00,note_summary,m,v1,done,10,5,0.5,0.001,A note.,An answer.,9,biology"
    other = "8,ann,2025-05-01 11:00,new_tool,m,v1,crashed,10,,,,A note.,,9,biology"
    experts = [
        "call_id,expert,kind,judged_at,holds_unsupported_claim,helpful_1_to_5",
        "7,meier,Lehrkraft,02.05.2025 08:00,no,4",
        "7,lee,student,02.05.2025 09:00,,2",
        "7,kim,student,02.05.2025 09:00,,",
        "7,ray,student,02.05.2025 09:00,yes,many",
    ]
    examples = REPOSITORY / "examples" / "mappings"
    maps = [
        mapped((examples / f"{n}.yaml").read_text(encoding="utf-8"))
        for n in ("interactions", "human_ratings")
    ]
    summary = ingested(lake, write_text(tmp_path / "calls.csv", f"{calls}\n{one}\n{other}\n"), maps[0])
    assert "became `other`" not in " ".join(summary.notes)
    found = by_source(lake)
    assert (found["7"]["interaction_id"], found["7"]["feature"], found["8"]["status"]) == (
        7,
        "summarize",
        "error",
    )
    assert found["7"]["requested_at"].hour == 8  # Berlin in summer
    summary = ingested(lake, write_text(tmp_path / "ratings.csv", "\n".join(experts)), maps[1])
    assert quarantined(lake) == [(3, "missing score"), (4, "score is not a number")]
    assert (summary.totals.kept, summary.totals.ratings) == (2, 3)
    judged = sorted(
        (r["source_rater_id"], r["criterion"], r["score"]) for r in rows(lake, "raw.human_ratings")
    )
    assert judged == [("lee", "helpful", 2.0), ("meier", "helpful", 4.0), ("meier", "unsupported", 0.0)]


def test_rows_wider_than_the_header_are_quarantined_whole(tmp_path: Path, lake: Lake):
    lines = [",".join(call()), *(",".join(str(v) for v in call(n).values()) for n in (1, 2))]
    ingested(
        lake,
        write_text(tmp_path / "calls.csv", "\n".join([*lines[:2], f"{lines[2]},surplus"])),
        mapped(TABLE),
    )
    assert quarantined(lake) == [(2, "more fields than the header")]
    assert "surplus" in lake.scan("raw.quarantine").collect()["original"][0]


def test_days_are_those_of_the_reporting_zone(tmp_path: Path, lake: Lake):
    late = call(1, time="2025-05-01T23:30:00Z")
    path = write_jsonl(tmp_path / "calls.jsonl", [late])
    ingest(lake, str(path), mapped(f"{TABLE}events: none\n"), ZoneInfo("Europe/Berlin"))
    assert str(by_source(lake)["c1"]["event_date"]) == "2025-05-02"
    other = write_jsonl(tmp_path / "more.jsonl", [call(2)])
    with pytest.raises(AnalyticsError, match="cut in another time zone"):
        ingest(lake, str(other), mapped(TABLE), UTC_ZONE)


def test_a_user_may_be_a_constant_or_another_attribute(tmp_path: Path):
    path = write_otel(tmp_path / "s.json", span(1, {"user.id": None, "gen_ai.conversation.id": "conv-1"}))
    for number, user in enumerate(("{column: session}", "{column: gen_ai.conversation.id}", "conv-1")):
        lake = Lake(tmp_path / f"lake-{number}")
        ingested(lake, path, mapped(f"interactions:\n  user: {user}\n", "otel"))
        assert [row["source_user_id"] for row in rows(lake, "raw.users")] == ["conv-1"]


def test_a_table_that_lacks_a_column_stops_the_ingest(tmp_path: Path, lake: Lake):
    path = write_text(tmp_path / "calls.csv", "id,user\n1,ann\n")
    with pytest.raises(AnalyticsError, match="has no column 'time', which the mapping names at time"):
        ingested(lake, path, mapped(TABLE))
    numbers = write_parquet(tmp_path / "calls.parquet", [call(1, time=1_746_090_000)])
    with pytest.raises(AnalyticsError, match="are numbers; say in the mapping"):
        ingested(lake, numbers, mapped(TABLE))
