import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics_platform.errors import AnalyticsError
from analytics_platform.event_contract import CONTRACTS
from analytics_platform.ingest import ingest, writing
from analytics_platform.ingest.identifiers import hash_text
from analytics_platform.ingest.traces import TRACE_FORMATS
from analytics_platform.lakehouse import Lake
from analytics_platform_tests.ingest.small_files import (
    UTC_ZONE,
    quarantined,
    row,
    rows_of,
    versions,
    write_jsonl,
    write_parquet,
    write_text,
)
from analytics_platform_tests.ingest.small_files import (
    ingested as ingested_events,
)
from analytics_platform_tests.ingest.small_files import (
    write_csv as write_events,
)
from analytics_platform_tests.ingest.traces.trace_files import (
    RATINGS,
    RECORDED,
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
from analytics_platform_tests.raw_rows import event, instant, write_raw

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


@pytest.mark.parametrize(("share", "outcome"), [(0.05, "refused"), (0.2, "written")])
def test_too_many_unknown_calls_refuse_the_ratings(tmp_path: Path, lake: Lake, share: float, outcome: str):
    ingested(lake, write_jsonl(tmp_path / "calls.jsonl", [call(n) for n in range(9)]), mapped(TABLE))
    path = write_jsonl(tmp_path / "ratings.jsonl", [rating(n) for n in range(10)])
    summary = ingested(lake, path, mapped(RATINGS), accept=False, threshold=share)
    assert summary.outcome == outcome
    assert len(list(rows(lake, "raw.human_ratings"))) == (9 if outcome == "written" else 0)


def test_ratings_that_wait_for_their_calls_are_tried_again(tmp_path: Path, lake: Lake):
    ratings = write_jsonl(tmp_path / "ratings.jsonl", [rating(1), rating(2)])
    ingested(lake, ratings, mapped(RATINGS))
    before = versions(lake)
    assert ingested(lake, ratings, mapped(RATINGS)).outcome == "unchanged"
    assert versions(lake) == before
    ingested(lake, write_jsonl(tmp_path / "calls.jsonl", [call(1), call(2)]), mapped(TABLE))
    assert ingested(lake, ratings, mapped(RATINGS)).totals.ratings == 2
    assert quarantined(lake) == []
    ledger = lake.scan("raw.ingested_files").collect()
    assert ledger.height == ledger.unique(CONTRACTS["raw.ingested_files"].key).height == 2


def test_the_same_files_again_change_no_table(tmp_path: Path, lake: Lake):
    path = write_jsonl(tmp_path / "calls.jsonl", [call(1), call(2, user=None)])
    ingested(lake, path, mapped(TABLE))
    ingested(lake, REPOSITORY / "examples" / "traces" / "otel.json", "otel")
    before = versions(lake)
    again = ingested(lake, path, mapped(f"# a comment\n{TABLE}"))
    assert (again.outcome, again.files[0].is_known) == ("unchanged", True)
    assert ingested(lake, REPOSITORY / "examples" / "traces" / "otel.json", "otel").outcome == "unchanged"
    assert versions(lake) == before


def test_repetitions_are_no_fault_and_contradictions_are(tmp_path: Path, lake: Lake):
    mapping = mapped(TABLE)
    first = [call(1), call(1), call(1, answer="Another."), call(2)]
    summary = ingested(lake, write_jsonl(tmp_path / "1.jsonl", first), mapping)
    assert (summary.totals.interactions, summary.totals.repeated) == (2, 1)
    assert quarantined(lake) == [(3, "duplicate interaction_id")]
    second = [call(2), call(1, tokens=8), call(3)]
    summary = ingested(lake, write_jsonl(tmp_path / "2.jsonl", second), mapping)
    assert (summary.totals.interactions, summary.totals.repeated, summary.totals.quarantined) == (1, 1, 1)
    assert summary.reasons[0].reason == "interaction differs from the one in the lake"
    assert by_source(lake)["c1"]["input_tokens"] == 7


def test_ratings_may_be_repeated_but_not_changed(tmp_path: Path, lake: Lake):
    ingested(lake, write_jsonl(tmp_path / "calls.jsonl", [call(1)]), mapped(TABLE))
    first = [rating(1), rating(1), rating(1, score=5), rating(1, what="unsupported", score="false")]
    ingested(lake, write_jsonl(tmp_path / "1.jsonl", first), mapped(RATINGS))
    assert quarantined(lake) == [(3, "duplicate rating")]
    summary = ingested(
        lake, write_jsonl(tmp_path / "2.jsonl", [rating(1), rating(1, score=2)]), mapped(RATINGS)
    )
    assert (summary.totals.ratings, summary.totals.repeated) == (0, 1)
    assert summary.reasons[0].reason == "rating differs from the one in the lake"
    assert [row["score"] for row in rows(lake, "raw.human_ratings")] == [4.0, 0.0]


def test_a_row_may_hold_several_criteria(tmp_path: Path, lake: Lake):
    calls = "call_id,pupil,asked_at,tool,model,prompt,outcome,tokens_in,tokens_out,seconds,usd,note,answer,grade,subject"
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


def test_calls_give_uses_unless_a_log_tells_of_them(tmp_path: Path, lake: Lake):
    named = "\n".join(
        [
            "user: {column: user}",
            "time: {column: time}",
            "interaction: {column: call}",
            "events: [{event_name: feature_used, feature: quiz}]",
        ]
    )
    log = [
        {"user": "ann", "time": "2025-05-01T09:01:00Z", "call": "c1"},
        {"user": "bob", "time": "2025-05-01T09:01:00Z", "call": None},
    ]
    ingested_events(lake, write_jsonl(tmp_path / "log.jsonl", log), named)
    calls = [call(1), call(2), call(3, user="bob"), call(4, user="bob", time="2025-05-02T09:00:00Z")]
    summary = ingested(lake, write_jsonl(tmp_path / "calls.jsonl", calls), mapped(TABLE))
    assert (summary.totals.interactions, summary.totals.events) == (4, 2)
    uses = lake.scan("raw.events").filter(pl.col("interaction_id").is_not_null()).collect()
    assert sorted(uses["interaction_id"]) == sorted(hash_text(f"c{n}") for n in (1, 2, 4))
    assert uses["event_id"].n_unique() == 3
    assert uses["engagement_seconds"].null_count() == 3


def test_uses_can_be_left_out(tmp_path: Path, lake: Lake):
    ingested(lake, write_jsonl(tmp_path / "calls.jsonl", [call(1)]), mapped(f"{TABLE}events: none\n"))
    assert lake.scan("raw.events").collect().is_empty()
    assert len(by_source(lake)) == 1


def test_people_are_added_as_logs_add_them(tmp_path: Path, lake: Lake):
    people = f"{TABLE}role: {{column: role}}\ncountry: {{column: country}}\nplatform: {{column: os}}\n"
    write_events(tmp_path / "log.csv", [row(1, user="ann", time="2025-05-03T09:00:00Z")])
    ingested_events(lake, tmp_path / "log.csv")
    calls = [
        call(1, user="ann"),
        call(2, user="eve", role="Teacher", country="de", os="iOS"),
        call(3, user="max"),
    ]
    summary = ingested(lake, write_jsonl(tmp_path / "calls.jsonl", calls), mapped(people))
    assert (summary.users_added, summary.users_changed) == (2, 1)
    found = {r["source_user_id"]: (r["role"], r["country"], r["platform"]) for r in rows(lake, "raw.users")}
    assert found == {
        "ann": ("student", "ZZ", "web"),
        "eve": ("teacher", "DE", "ios"),
        "max": ("student", "ZZ", "other"),
    }
    assert lake.scan("raw.users").collect()["signed_up_at"].min() == instant(0, "09:01").replace(
        year=2025, month=5, day=1
    )


@pytest.mark.parametrize("step", ["add_rows", "write_users", "write_quarantine", "write_ledger"])
def test_a_run_cut_short_is_mended_by_running_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
):
    whole, cut = Lake(tmp_path / "whole"), Lake(tmp_path / "cut")
    path = write_otel(tmp_path / "spans.json", *(span(n) for n in range(1, 5)), span(9, {"user.id": None}))
    ingested(whole, path, "otel")
    finish, times = getattr(writing, step), []

    def fail(*arguments: Any) -> None:
        times.append(step)
        if step != "add_rows" or len(times) > 1:
            raise KeyboardInterrupt
        finish(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(writing, step, fail)
        with pytest.raises(KeyboardInterrupt):
            ingested(cut, path, "otel")
    ingested(cut, path, "otel")
    for table in ("raw.interactions", "raw.events", "raw.users"):
        assert rows_of(cut, table).equals(rows_of(whole, table))
    assert quarantined(cut) == quarantined(whole) == [(5, "missing user_id")]


def test_days_are_those_of_the_reporting_zone(tmp_path: Path, lake: Lake):
    from zoneinfo import ZoneInfo

    late = call(1, time="2025-05-01T23:30:00Z")
    path = write_jsonl(tmp_path / "calls.jsonl", [late])
    ingest(lake, str(path), mapped(f"{TABLE}events: none\n"), ZoneInfo("Europe/Berlin"))
    assert str(by_source(lake)["c1"]["event_date"]) == "2025-05-02"
    other = write_jsonl(tmp_path / "more.jsonl", [call(2)])
    with pytest.raises(AnalyticsError, match="cut in another time zone"):
        ingest(lake, str(other), mapped(TABLE), UTC_ZONE)


def test_a_simulated_lake_is_refused(tmp_path: Path, lake: Lake):
    write_raw(lake, events=[event(instant(0), 1)])
    with pytest.raises(AnalyticsError, match="holds simulated events"):
        ingested(lake, REPOSITORY / "examples" / "traces" / "otel.json", "otel")


def test_a_table_may_be_read_as_events_and_as_calls(tmp_path: Path, lake: Lake):
    path = write_jsonl(tmp_path / "calls.jsonl", [call(1), call(2)])
    ingested(lake, path, mapped(TABLE))
    events = "user: {column: user}\ntime: {column: time}\ninteraction: {column: id}\nevents: [{event_name: signed_up}]"
    summary = ingested_events(lake, path, events)
    assert (summary.outcome, summary.totals.events) == ("written", 2)


def test_a_dry_run_writes_nothing(tmp_path: Path, lake: Lake):
    path = write_jsonl(tmp_path / "calls.jsonl", [call(1)])
    assert ingested(lake, path, mapped(TABLE), dry_run=True).outcome == "checked"
    assert lake.tables() == []


def test_unknown_features_and_attributes_are_remarked(tmp_path: Path, lake: Lake):
    path = write_otel(tmp_path / "spans.json", span(1, name="make flashcards"), span(2, name="quiz"))
    summary = ingested(lake, path, mapped("interactions:\n  grade_level: {column: app.grade}\n", "otel"))
    assert summary.notes[0] == "No record has 'app.grade', which the mapping names."
    assert "became `other`: 'make flashcards' (1)" in summary.notes[1]
    translated = (
        "interactions:\n  feature: {column: span.name, values: {make flashcards: flashcards, quiz: quiz}}\n"
    )
    other = Lake(tmp_path / "other")
    ingested(other, path, mapped(translated, "otel"))
    assert {row["feature"] for row in by_source(other).values()} == {"flashcards", "quiz"}


def test_a_user_may_be_a_constant_or_another_attribute(tmp_path: Path):
    path = write_otel(tmp_path / "s.json", span(1, {"user.id": None, "gen_ai.conversation.id": "conv-1"}))
    for number, user in enumerate(("{column: session}", "{column: gen_ai.conversation.id}", "conv-1")):
        lake = Lake(tmp_path / f"lake-{number}")
        ingested(lake, path, mapped(f"interactions:\n  user: {user}\n", "otel"))
        assert [row["source_user_id"] for row in rows(lake, "raw.users")] == ["conv-1"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.json", "", "a.json is empty"),
        ("a.json", "{", "a.json is not JSON"),
        ("a.json", "nonsense\nmore", "a.json is not JSON"),
        ("a.jsonl", "nonsense\n", "holds no JSON objects"),
        ("a.json", "\0\0", "holds binary data"),
        ("a.json", "[" * 100_000, "nests too deeply"),
        ("a.parquet", "PAR1 no", "cannot be read"),
        ("a.txt", "{}", "has an unknown format"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error(
    tmp_path: Path, lake: Lake, name: str, text: str, message: str
):
    with pytest.raises(AnalyticsError, match=message):
        ingested(lake, write_text(tmp_path / name, text), "otel")
    assert lake.tables() == []


def test_damaged_lines_are_quarantined_alone(tmp_path: Path, lake: Lake):
    good = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span(1)]}]}]})
    path = write_text(
        tmp_path / "spans.json", f'{good}\n{{"resourceSpans": [\n\n{good.replace("0001", "0002")}\n'
    )
    summary = ingested(lake, path, "otel")
    assert (summary.totals.interactions, quarantined(lake)) == (2, [(2, "not a JSON object")])


def test_a_table_that_lacks_a_column_stops_the_ingest(tmp_path: Path, lake: Lake):
    path = write_text(tmp_path / "calls.csv", "id,user\n1,ann\n")
    with pytest.raises(AnalyticsError, match="has no column 'time', which the mapping names at time"):
        ingested(lake, path, mapped(TABLE))
    numbers = write_parquet(tmp_path / "calls.parquet", [call(1, time=1_746_090_000)])
    with pytest.raises(AnalyticsError, match="are numbers; say in the mapping"):
        ingested(lake, numbers, mapped(TABLE))


def documents(text: str) -> list[Any]:
    try:
        return [json.loads(text)]
    except ValueError:
        return [json.loads(line) for line in text.splitlines()]


SOUND = {
    "otel": documents((REPOSITORY / "examples" / "traces" / "otel.json").read_text(encoding="utf-8")),
    "langfuse": [
        document
        for path in sorted(RECORDED.glob("langfuse_*"))
        for document in documents(path.read_text(encoding="utf-8"))
    ],
    "phoenix": [
        document
        for path in sorted(RECORDED.glob("phoenix_*"))
        for document in documents(path.read_text(encoding="utf-8"))
    ],
}
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
JUNK = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def damaged(draw: st.DrawFn, document: Any) -> Any:
    """A document with keys left out, and values replaced by anything, at up to three places."""
    result = json.loads(json.dumps(document))
    for _ in range(draw(st.integers(1, 3))):
        place, parent, key = result, None, None
        while isinstance(place, dict | list) and place and draw(st.integers(0, 5)):
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            parent, key = place, draw(st.sampled_from(keys))
            place = parent[key]
        if parent is None:
            return draw(JUNK)
        if draw(st.booleans()):
            del parent[key]
        else:
            parent[key] = draw(JUNK)
    return result


@pytest.mark.parametrize("trace_format", TRACE_FORMATS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_is_quarantined_or_told_and_never_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, trace_format: Any, data: st.DataObject
):
    folder = tmp_path_factory.mktemp("damaged")
    found = [data.draw(damaged(document)) for document in SOUND[trace_format]]
    path = write_text(folder / "export.jsonl", "\n".join(json.dumps(document) for document in found))
    lake = Lake(folder / "lake")
    try:
        summary = ingested(lake, path, trace_format)
    except AnalyticsError as error:
        assert "export.jsonl" in str(error)
        return
    totals = summary.totals
    assert totals.rows == totals.kept + totals.quarantined + totals.ignored
    assert lake.scan("raw.quarantine").collect().height == totals.quarantined
    for name, contract in CONTRACTS.items():
        assert contract.violations(lake.scan(name)) == {}
