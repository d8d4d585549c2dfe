"""Three public logs: into the lake, again, in halves, by a proposed mapping, through every model."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from analytics_platform.activity import CHECKS as ACTIVITY_CHECKS
from analytics_platform.behaviour import CHECKS as BEHAVIOUR_CHECKS
from analytics_platform.event_contract import EVENTS, USERS
from analytics_platform.experiments import CHECKS as EXPERIMENT_CHECKS
from analytics_platform.experiments.catalogue_in_force import catalogue_in_force
from analytics_platform.experiments.catalogue_table import write_catalogue
from analytics_platform.ingest import Mapping, Summary, infer_mapping, ingest, load_mapping, parse_mapping
from analytics_platform.lakehouse import DuckDBEngine, Lake, Model, Window
from analytics_platform.llm_quality import SCORES
from analytics_platform.llm_quality.interaction_scores import SCHEMA as SCORES_SCHEMA
from analytics_platform.llm_quality.interaction_scores import interaction_scores
from analytics_platform.settings import Settings
from analytics_platform.workspace import MODELS, VIEWS
from analytics_platform_tests.ingest.small_files import UTC_ZONE, rows_of, versions

REPOSITORY = Path(__file__).parents[2]
DATA = REPOSITORY.parent / "shared" / "data"
MAPPINGS = REPOSITORY / "examples" / "mappings"

MOODLE = DATA / "moodle_edify_events.parquet"
ENROLMENTS = DATA / "oulad_enrolments.parquet"
ASSESSMENTS = DATA / "oulad_assessment_events.parquet"
LOGS = {"moodle": MOODLE, "oulad_enrolments": ENROLMENTS, "oulad_assessments": ASSESSMENTS}
EVERY_LOG = pytest.mark.parametrize("name", LOGS)

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not DATA.exists(), reason=f"the real logs are not at {DATA}"),
]


def mapping_of(name: str) -> Mapping:
    return load_mapping(MAPPINGS / f"{name}.yaml")


@pytest.fixture(scope="module")
def lakes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Lake, Summary]]:
    """Each log in a lake of its own, ingested once."""
    folder = tmp_path_factory.mktemp("real")
    lakes = {name: Lake(folder / name) for name in LOGS}
    return {
        name: (lake, ingest(lake, str(LOGS[name]), mapping_of(name), UTC_ZONE))
        for name, lake in lakes.items()
    }


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("moodle", (44_972, 44_531, 0, 441, 44_531, 269)),
        ("oulad_enrolments", (32_593, 32_548, 45, 0, 75_129, 28_755)),
        ("oulad_assessments", (173_912, 172_003, 0, 1_909, 172_003, 23_309)),
    ],
)
def test_every_row_is_accounted_for(
    lakes: dict[str, tuple[Lake, Summary]], name: str, counts: tuple[int, ...]
):
    lake, summary = lakes[name]
    t = summary.totals
    assert summary.outcome == "written"
    assert (t.rows, t.kept, t.quarantined, t.ignored, t.events, summary.users_added) == counts
    assert lake.scan("raw.events").collect().height == t.events
    assert lake.scan("raw.users").collect().height == summary.users_added
    assert lake.scan("raw.quarantine").collect().height == t.quarantined
    for contract in (EVENTS, USERS):
        assert contract.violations(lake.scan(contract.table)) == {}


def test_moodle_agrees_with_counts_by_hand(lakes: dict[str, tuple[Lake, Summary]]):
    lake, _ = lakes["moodle"]
    log = pl.read_parquet(MOODLE).filter(~pl.col("origin").is_in(["cli", "restore"]))
    events = lake.scan("raw.events").collect()
    of_quizzes = ["Assignment", "File submissions", "Submission comments", "Realtime quiz"]
    assert events.filter(feature="quiz").height == log.filter(pl.col("component").is_in(of_quizzes)).height
    assert events.filter(feature="chat").height == 51 + 34 + 150
    in_muscat = log["ts"].dt.replace_time_zone("Asia/Muscat").dt.convert_time_zone("UTC")
    assert events["event_time"].sort().equals(in_muscat.sort().alias("event_time"))
    teachers = rows_of(lake, "raw.users").filter(role="teacher")
    assert teachers.height == 15


def test_enrolments_agree_with_counts_by_hand(lakes: dict[str, tuple[Lake, Summary]]):
    lake, _ = lakes["oulad_enrolments"]
    log = pl.read_parquet(ENROLMENTS).filter(pl.col("date_registration").is_not_null())
    events = lake.scan("raw.events").collect()
    assert dict(events["event_name"].value_counts().iter_rows()) == {
        "signed_up": log.height,
        "subscribed": log.height,
        "cancelled": log["date_unregistration"].count(),
    }
    in_london = pl.col("event_time").dt.convert_time_zone("Europe/London").dt.replace_time_zone(None)
    cancelled = events.filter(event_name="cancelled").select(in_london.cast(pl.Date)).to_series()
    start, after = pl.col("presentation_start_approx"), pl.duration(days=pl.col("date_unregistration"))
    by_hand = log.drop_nulls("date_unregistration").select((start + after).cast(pl.Date)).to_series()
    assert cancelled.sort().to_list() == by_hand.sort().to_list()


@EVERY_LOG
def test_again_changes_nothing(lakes: dict[str, tuple[Lake, Summary]], name: str):
    lake, _ = lakes[name]
    before = versions(lake)
    assert ingest(lake, str(LOGS[name]), mapping_of(name), UTC_ZONE).outcome == "unchanged"
    assert versions(lake) == before


@pytest.mark.parametrize(
    ("name", "time"),
    [
        ("moodle", "ts"),
        ("oulad_enrolments", "presentation_start_approx"),
        ("oulad_assessments", "ts_approx"),
    ],
)
@pytest.mark.parametrize("late_first", [False, True])
def test_halves_are_the_whole(
    lakes: dict[str, tuple[Lake, Summary]], tmp_path: Path, name: str, time: str, late_first: bool
):
    whole, summary = lakes[name]
    parts = Lake(tmp_path / "parts")
    log = pl.read_parquet(LOGS[name])
    is_early = pl.col(time) < pl.lit(log[time].median())
    halves = [log.filter(is_early), log.filter(~is_early)]
    for number, half in enumerate(reversed(halves) if late_first else halves):
        path = tmp_path / f"{number}.parquet"
        half.write_parquet(path)
        ingest(parts, str(path), mapping_of(name), UTC_ZONE)
    assert rows_of(parts, "raw.events").equals(rows_of(whole, "raw.events"))
    assert rows_of(parts, "raw.users").height == summary.users_added
    ids = ("user_id", "signed_up_at", "role", "event_date")
    assert rows_of(parts, "raw.users").select(ids).equals(rows_of(whole, "raw.users").select(ids))


@EVERY_LOG
def test_a_proposed_mapping_ingests_with_few_rejections(tmp_path: Path, name: str):
    mapping = parse_mapping(infer_mapping(str(LOGS[name])), name)
    summary = ingest(Lake(tmp_path / "lake"), str(LOGS[name]), mapping, ZoneInfo("Europe/London"))
    assert summary.outcome == "written"
    assert summary.quarantined_share < 0.05
    assert summary.totals.kept > 0.95 * summary.totals.rows


@EVERY_LOG
def test_every_model_runs_and_no_check_finds_an_error(lakes: dict[str, tuple[Lake, Summary]], name: str):
    lake, _ = lakes[name]
    write_catalogue(lake, catalogue_in_force(Settings(experiments=None), "logs"))
    engine = DuckDBEngine(lake, VIEWS)
    busiest = lake.scan("raw.events").collect()["event_date"].mode()[0]
    days = Window(busiest - timedelta(days=60), busiest + timedelta(days=30))
    in_days = pl.col("event_date").is_between(days.first_day, days.last_day)
    events = lake.scan("raw.events").filter(in_days).collect()
    lake.replace_days(SCORES, days, interaction_scores(engine, days), SCORES_SCHEMA)
    written = {model.name: engine.run(model, days if model.is_daily else None).rows for model in stored()}
    assert written["activity.events"] == events.height
    assert written["activity.users"] == events["user_id"].n_unique()
    assert written["behaviour.kpi_daily"] >= len(days)
    assert {rows for table, rows in written.items() if table.startswith("experiments.")} == {0}
    failed = [
        f"{check.table} {check.name}"
        for check in (*ACTIVITY_CHECKS, *BEHAVIOUR_CHECKS, *EXPERIMENT_CHECKS)
        if check.table in MODELS and check.severity == "error" and not check.run(engine, days).passed
    ]
    assert failed == []


def stored() -> Iterator[Model]:
    """Models that are stored, each after those that it reads."""
    waiting = [model for model in MODELS.values() if not model.is_view]
    while waiting:
        model = next(
            m for m in waiting if not set(m.inputs) & {other.name for other in waiting if other is not m}
        )
        waiting.remove(model)
        yield model
