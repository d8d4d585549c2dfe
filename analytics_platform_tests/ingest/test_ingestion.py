import random
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics_platform.errors import AnalyticsError
from analytics_platform.event_contract import CONTRACTS
from analytics_platform.ingest import ingest, writing
from analytics_platform.lakehouse import Lake
from analytics_platform_tests.ingest.small_files import (
    MAPPING,
    NOW,
    UTC_ZONE,
    WITHOUT_IDS,
    ingested,
    mapped,
    quarantined,
    row,
    rows_of,
    versions,
    write_csv,
    write_jsonl,
    write_parquet,
    write_text,
)
from analytics_platform_tests.ingest.test_staging import FAULTS, STRICT
from analytics_platform_tests.raw_rows import event, instant, write_raw

Rows = list[dict[str, object]]


def log(rows: int = 300, seed: int = 5) -> Rows:
    """Uses and ratings of eight people in May 2025, every minute its own."""
    draw = random.Random(seed)
    minutes = sorted(draw.sample(range(30 * 1440), rows))
    return [
        row(
            number,
            user=f"u{draw.randrange(8)}",
            time=f"2025-05-{minute // 1440 + 1:02}T{minute % 1440 // 60:02}:{minute % 60:02}:00Z",
            action=draw.choice(["quiz", "chat", "rate"]),
            stars=draw.randint(1, 5),
            seconds=draw.randrange(100),
            os=draw.choice(["Web", "iOS"]),
        )
        for number, minute in enumerate(minutes, 1)
    ]


def same(lake: Lake, other: Lake) -> bool:
    tables = ("raw.events", "raw.users")
    return all(rows_of(lake, table).equals(rows_of(other, table)) for table in tables)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def test_rows_keep_the_contract_and_the_totals_add_up(tmp_path: Path, lake: Lake):
    bad = [{**fault, "id": 1_000 + n} for n, fault in enumerate(FAULTS.values()) if fault["id"]]
    summary = ingested(lake, write_csv(tmp_path / "log.csv", [*log(), *bad, row(9_999, action="ping")]))
    totals = summary.totals
    assert totals.rows == totals.kept + totals.quarantined + totals.ignored
    assert (totals.kept, totals.ignored, totals.events) == (300, 1, 300)
    assert lake.scan("raw.quarantine").collect().height == totals.quarantined == len(bad)
    assert lake.scan("raw.events").collect().height == 300
    for name, contract in CONTRACTS.items():
        assert lake.scan(name).collect_schema().names() == contract.names
        assert contract.violations(lake.scan(name)) == {}


@pytest.mark.parametrize("write", [write_csv, write_jsonl])
def test_every_fault_goes_to_quarantine_with_its_row_and_reason(tmp_path: Path, lake: Lake, write):  # noqa: ANN001
    rows = [*FAULTS.values(), row(77), row(77), row(78)]
    numbered = [{**r, "id": r["id"] and 100 + n if n < len(FAULTS) else r["id"]} for n, r in enumerate(rows)]
    name = "log.csv" if write is write_csv else "log.jsonl"
    ingested(lake, write(tmp_path / name, numbered), STRICT)
    expected = [*enumerate(FAULTS, 1), (len(FAULTS) + 2, "duplicate event_id")]
    assert quarantined(lake) == expected


def test_formats_agree(tmp_path: Path):
    texts = [{k: None if v is None else str(v) for k, v in r.items()} for r in log()]
    paths = [
        write_csv(tmp_path / "a.csv", log()),
        write_csv(tmp_path / "a.csv.gz", log()),
        write_jsonl(tmp_path / "a.jsonl", log()),
        write_jsonl(tmp_path / "a.ndjson.gz", texts),
        write_parquet(tmp_path / "a.parquet", log()),
    ]
    lakes = [Lake(tmp_path / f"lake-{n}") for n in range(len(paths))]
    for lake, path in zip(lakes, paths, strict=True):
        ingested(lake, path, WITHOUT_IDS)
    assert lakes[0].scan("raw.events").collect().height == 300
    assert all(same(lakes[0], other) for other in lakes[1:])


def test_the_same_file_again_changes_no_table(tmp_path: Path, lake: Lake):
    path = write_csv(tmp_path / "log.csv", [*log(), row(999, user=None)])
    assert ingested(lake, path).outcome == "written"
    before = versions(lake)
    copy = write_csv(tmp_path / "elsewhere" / "copy.csv", [*log(), row(999, user=None)])
    for again in (path, copy):
        summary = ingested(lake, again, f"# a comment\n{MAPPING}")
        assert (summary.outcome, summary.files[0].is_known) == ("unchanged", True)
    assert versions(lake) == before


@pytest.mark.parametrize("mapping", [MAPPING, WITHOUT_IDS])
@pytest.mark.parametrize("late_first", [False, True])
def test_two_halves_in_any_order_are_the_whole(tmp_path: Path, mapping: str, late_first: bool):
    rows = log()
    halves = [rows[150:], rows[:150]] if late_first else [rows[:150], rows[150:]]
    whole, parts = Lake(tmp_path / "whole"), Lake(tmp_path / "parts")
    ingested(whole, write_csv(tmp_path / "whole.csv", rows), mapping)
    for number, half in enumerate(halves):
        ingested(parts, write_csv(tmp_path / f"{number}.csv", half), mapping)
    assert same(whole, parts)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
def test_any_split_by_day_in_any_order_is_the_whole(
    tmp_path_factory: pytest.TempPathFactory, draw: random.Random
):
    folder = tmp_path_factory.mktemp("split")
    rows = log(40, draw.randrange(1000))
    parts: dict[int, Rows] = {}
    part_of = {day: draw.randrange(3) for day in {str(r["time"])[:10] for r in rows}}
    for r in rows:
        parts.setdefault(part_of[str(r["time"])[:10]], []).append(r)
    whole, pieces = Lake(folder / "whole"), Lake(folder / "pieces")
    ingested(whole, write_csv(folder / "whole.csv", rows), WITHOUT_IDS)
    for number in draw.sample(sorted(parts), len(parts)):
        ingested(pieces, write_jsonl(folder / f"{number}.jsonl", parts[number]), WITHOUT_IDS)
    assert same(whole, pieces)


def test_overlapping_exports_add_only_what_is_new(tmp_path: Path, lake: Lake):
    rows = log()
    ingested(lake, write_csv(tmp_path / "1.csv", rows[:200]), WITHOUT_IDS)
    totals = ingested(lake, write_csv(tmp_path / "2.csv", rows[100:]), WITHOUT_IDS).totals
    assert (totals.events, totals.repeated) == (100, 100)
    whole = Lake(tmp_path / "whole")
    ingested(whole, write_csv(tmp_path / "3.csv", rows), WITHOUT_IDS)
    assert same(lake, whole)


def test_a_folder_of_overlapping_files_is_one_log(tmp_path: Path, lake: Lake):
    rows = log()
    for name, part in (("1.csv", rows[:200]), ("2.jsonl", rows[150:]), ("copy.csv", rows[:200])):
        (write_jsonl if name.endswith("l") else write_csv)(tmp_path / "logs" / name, part)
    summary = ingested(lake, tmp_path / "logs")
    assert [(f.events, f.repeated, f.is_known) for f in summary.files] == [
        (200, 0, False),
        (100, 50, False),
        (0, 0, True),
    ]
    assert lake.scan("raw.events").collect().height == 300


def test_late_events_rewrite_their_own_days_only(tmp_path: Path, lake: Lake):
    rows = log()
    ingested(lake, write_csv(tmp_path / "1.csv", rows), WITHOUT_IDS)
    files = set(lake.snapshot(["raw.events"]).tables["raw.events"].files)
    late = [row(user="u1", time="2025-05-07T10:00:30Z"), row(user="u1", time="2025-05-20T10:00:30Z")]
    summary = ingested(lake, write_csv(tmp_path / "2.csv", late), WITHOUT_IDS)
    assert [str(day) for day in summary.days] == ["2025-05-07", "2025-05-20"]
    changed = files ^ set(lake.snapshot(["raw.events"]).tables["raw.events"].files)
    assert {part for file in changed for part in Path(file).parts if part.startswith("event_date=")} == {
        "event_date=2025-05-07",
        "event_date=2025-05-20",
    }
    assert lake.scan("raw.events").collect().height == 302


def test_a_user_moves_to_the_first_appearance_and_becomes_a_teacher(tmp_path: Path, lake: Lake):
    mapping = f"{WITHOUT_IDS}teachers: {{rows: [{{seconds: ['99']}}]}}\n"
    ingested(
        lake, write_csv(tmp_path / "1.csv", [row(time="2025-05-09T09:00:00Z"), row(user="bob")]), mapping
    )
    early = row(time="2025-05-02T09:00:00Z", seconds=99)
    summary = ingested(lake, write_csv(tmp_path / "2.csv", [early]), mapping)
    assert (summary.users_added, summary.users_changed) == (0, 1)
    users = rows_of(lake, "raw.users").select("source_user_id", "role", pl.col("event_date").cast(pl.String))
    assert sorted(users.rows()) == [("ann", "teacher", "2025-05-02"), ("bob", "student", "2025-05-01")]


def test_above_the_threshold_nothing_is_written(tmp_path: Path, lake: Lake):
    path = write_csv(tmp_path / "log.csv", [*log(18), row(99, os="tv"), row(98, os="tv")])
    summary = ingested(lake, path, accept=False)
    assert (summary.outcome, summary.totals.quarantined) == ("refused", 2)
    assert not lake.root.exists()
    assert ingested(lake, path, accept=False, threshold=0.1).outcome == "written"


def test_a_dry_run_judges_and_writes_nothing(tmp_path: Path, lake: Lake):
    path = write_csv(tmp_path / "log.csv", log())
    summary = ingested(lake, path, dry_run=True)
    assert (summary.outcome, summary.totals.events) == ("checked", 300)
    assert not lake.root.exists()


def test_a_mended_mapping_gives_quarantined_rows_their_chance(tmp_path: Path, lake: Lake):
    path = write_csv(tmp_path / "log.csv", [*log(), row(900, os="tv"), row(901, user=None)])
    ingested(lake, path, WITHOUT_IDS)
    assert quarantined(lake) == [(301, "unknown platform"), (302, "missing user_id")]
    mended = WITHOUT_IDS.replace("{column: os}", "{column: os, values: {tv: other}}")
    totals = ingested(lake, path, mended).totals
    assert (totals.events, totals.repeated, totals.quarantined) == (1, 300, 1)
    assert quarantined(lake) == [(302, "missing user_id")]


def test_a_mapping_that_reads_known_events_differently_is_refused(tmp_path: Path, lake: Lake):
    path = write_csv(tmp_path / "log.csv", log())
    ingested(lake, path, WITHOUT_IDS)
    before = versions(lake)
    with pytest.raises(AnalyticsError, match="was ingested before with another mapping"):
        ingested(lake, path, f"{WITHOUT_IDS}plan: paid\n")
    assert versions(lake) == before


@pytest.mark.parametrize("step", ["write_events", "write_users", "write_quarantine", "write_ledger"])
def test_a_run_cut_short_is_mended_by_another(
    tmp_path: Path, lake: Lake, monkeypatch: pytest.MonkeyPatch, step: str
):
    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    rows = [*log(), row(999, user=None)]
    path = write_csv(tmp_path / "log.csv", rows)
    with monkeypatch.context() as broken:
        broken.setattr(writing, step, crash)
        with pytest.raises(KeyboardInterrupt):
            ingested(lake, path, WITHOUT_IDS)
    summary = ingested(lake, path, WITHOUT_IDS)
    assert summary.outcome == "written"
    whole = Lake(tmp_path / "whole")
    ingested(whole, path, WITHOUT_IDS)
    assert same(lake, whole)
    assert quarantined(lake) == quarantined(whole)
    assert ingested(lake, path, WITHOUT_IDS).outcome == "unchanged"


def test_a_broken_file_among_good_ones_changes_nothing(tmp_path: Path, lake: Lake):
    ingested(lake, write_csv(tmp_path / "old.csv", log(20)))
    before = versions(lake)
    write_csv(tmp_path / "logs" / "1.csv", log())
    write_text(tmp_path / "logs" / "2.csv", "uid,time\n1,2\n")
    with pytest.raises(AnalyticsError, match=r"2\.csv has no column 'user'"):
        ingested(lake, tmp_path / "logs")
    (tmp_path / "logs" / "2.csv").unlink()
    parquet = write_parquet(tmp_path / "logs" / "3.parquet", log())
    parquet.write_bytes(parquet.read_bytes()[:-100])
    with pytest.raises(AnalyticsError, match=r"3\.parquet cannot be read"):
        ingested(lake, tmp_path / "logs")
    assert versions(lake) == before


def test_a_quote_that_never_closes_is_refused_whole(tmp_path: Path, lake: Lake):
    path = write_csv(tmp_path / "log.csv", [row(1), row(2, user='"ann'), row(3)])
    with pytest.raises(AnalyticsError, match=r"log\.csv cannot be read: could not parse"):
        ingested(lake, path)
    assert not lake.root.exists()


def test_a_header_without_rows_is_an_empty_log(tmp_path: Path, lake: Lake):
    summary = ingested(lake, write_csv(tmp_path / "log.csv", []))
    assert (summary.outcome, summary.totals.rows, summary.days) == ("written", 0, ())
    assert lake.scan("raw.events").collect().is_empty()
    assert ingested(lake, tmp_path / "log.csv").outcome == "unchanged"


def test_a_lake_of_simulated_events_is_refused(tmp_path: Path, lake: Lake):
    write_raw(lake, events=[event(instant())])
    before = versions(lake)
    with pytest.raises(AnalyticsError, match="holds simulated events"):
        ingested(lake, write_csv(tmp_path / "log.csv", log()))
    assert versions(lake) == before


def test_another_reporting_zone_is_refused(tmp_path: Path, lake: Lake):
    ingested(lake, write_csv(tmp_path / "1.csv", [row(time="2025-05-01T23:30:00Z")]))
    other = write_csv(tmp_path / "2.csv", log())
    with pytest.raises(AnalyticsError, match="cut in another time zone than Asia/Tokyo"):
        ingest(lake, str(other), mapped(), ZoneInfo("Asia/Tokyo"))


def test_the_clock_decides_what_is_the_future(tmp_path: Path, lake: Lake):
    path = write_csv(tmp_path / "log.csv", [row(time="2100-01-01T00:00:00Z")])
    assert ingest(lake, str(path), mapped(), UTC_ZONE).outcome == "refused"
    assert ingested(lake, path, accept=False, now=datetime(2100, 1, 1, tzinfo=UTC)).outcome == "written"


def test_staged_rows_lie_where_they_are_told_and_are_removed(tmp_path: Path, lake: Lake):
    seen: list[bool] = []
    spill = tmp_path / "spill"
    report = lambda _: seen.append(any(spill.iterdir()))  # noqa: E731
    ingested(lake, write_csv(tmp_path / "log.csv", log()), spill_dir=spill, report=report)
    assert all(seen)
    assert list(spill.iterdir()) == []


def test_sessions_are_kept_where_the_log_names_them(tmp_path: Path, lake: Lake):
    path = write_csv(tmp_path / "log.csv", [row(1, stars=7), row(2)])
    ingested(lake, path, f"{WITHOUT_IDS}session: {{column: stars}}\n", now=NOW)
    assert lake.scan("raw.events").collect()["session_id"].to_list() == [7, None]
