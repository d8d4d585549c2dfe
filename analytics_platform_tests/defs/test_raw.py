"""Raw tables: which source is asked, and what a run over them records."""

from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from analytics_platform.defs import launch, raw
from analytics_platform.errors import AnalyticsError
from analytics_platform.ingest import Summary, Terms
from analytics_platform.lakehouse import Lake, Window
from analytics_platform.workspace import Workspace, open_workspace

WEEK = Window(date(2025, 9, 8), date(2025, 9, 14))
MAPPING = """
user: {column: who}
time: {column: when}
events:
  - event_name: feature_used
    feature: {column: what}
"""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """What the sources were asked; an ingest answers as `outcome` says."""
    calls: list[tuple[object, ...]] = []

    def simulate(workspace: Workspace, window: Window) -> None:
        calls.append(("simulate", workspace.lake.root.name, window))

    def ingest(lake: Lake, path: str, mapping: object, zone: object, terms: Terms) -> Summary:
        calls.append(("ingest", lake.root.name, path, mapping, str(zone), terms.threshold))
        outcome = "refused" if path == "bad.csv" else "written"
        days = (date(2025, 9, 1), WEEK.first_day, WEEK.last_day)
        return Summary(outcome, (), (), days, 0, 0, terms.threshold)

    monkeypatch.setattr(raw, "simulate_window", simulate)
    monkeypatch.setattr(raw, "ingest", ingest)
    monkeypatch.setattr(raw, "load_mapping", lambda path: f"mapping {path}")
    return calls


@pytest.mark.usefixtures("settings_in_force")
def test_a_simulated_world_is_simulated(asked: list[tuple[object, ...]]) -> None:
    assert raw.deliver(open_workspace(), WEEK) == []
    assert asked == [("simulate", "lake", WEEK)]


@pytest.mark.usefixtures("settings_in_force")
def test_a_log_named_in_the_settings_is_read_anew(
    asked: list[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANALYTICS_SOURCE", "logs")
    monkeypatch.setenv("ANALYTICS_LOG_PATH", "events.csv")
    monkeypatch.setenv("ANALYTICS_LOG_MAPPING", "mapping.yaml")
    monkeypatch.setenv("ANALYTICS_QUARANTINE_THRESHOLD", "0.2")
    late = raw.deliver(open_workspace(), WEEK)
    assert late == [date(2025, 9, 1)]
    assert asked == [("ingest", "lake", "events.csv", "mapping mapping.yaml", "UTC", 0.2)]


@pytest.mark.usefixtures("settings_in_force")
def test_a_log_ingested_by_hand_is_left_as_it_is(
    asked: list[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANALYTICS_SOURCE", "logs")
    assert raw.deliver(open_workspace(), WEEK) == []
    assert asked == []


@pytest.mark.usefixtures("settings_in_force", "asked")
def test_a_log_without_a_mapping_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANALYTICS_SOURCE", "logs")
    monkeypatch.setenv("ANALYTICS_LOG_PATH", "events.csv")
    with pytest.raises(AnalyticsError, match="log_path needs log_mapping"):
        raw.deliver(open_workspace(), WEEK)


@pytest.mark.usefixtures("settings_in_force", "asked")
def test_a_log_with_too_many_bad_rows_fails_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANALYTICS_SOURCE", "logs")
    monkeypatch.setenv("ANALYTICS_LOG_PATH", "bad.csv")
    monkeypatch.setenv("ANALYTICS_LOG_MAPPING", "mapping.yaml")
    with pytest.raises(AnalyticsError, match=r"rows of bad\.csv were rejected, above quarantine_threshold"):
        raw.deliver(open_workspace(), WEEK)


def test_a_run_records_the_rows_of_each_day(raw_workspace: Workspace, instance: dg.DagsterInstance) -> None:
    outcome = launch.run(WEEK, "raw/*", instance=instance)
    assert outcome.succeeded, outcome.error
    records = instance.fetch_materializations(dg.AssetKey(["raw", "events"]), limit=100).records
    counted = {
        record.asset_materialization.partition: record.asset_materialization.metadata[
            "dagster/partition_row_count"
        ].value
        for record in records
        if record.asset_materialization
    }
    held = raw_workspace.lake.scan("raw.events").collect().group_by("event_date").len()
    expected = {str(day): rows for day, rows in held.iter_rows() if day in WEEK}
    assert counted == expected


def test_a_log_goes_from_its_file_to_kpis(
    settings_in_force: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, mapping = settings_in_force / "events.csv", settings_in_force / "mapping.yaml"
    log.write_text("who,when,what\n1,2025-09-01T10:00:00Z,quiz\n2,2025-09-02T11:00:00Z,chat\n")
    mapping.write_text(MAPPING)
    monkeypatch.setenv("ANALYTICS_SOURCE", "logs")
    monkeypatch.setenv("ANALYTICS_LOG_PATH", str(log))
    monkeypatch.setenv("ANALYTICS_LOG_MAPPING", str(mapping))
    days = Window(date(2025, 9, 1), date(2025, 9, 2))
    outcome = launch.run(days, "raw/*,activity/*,behaviour/*", instance=instance)
    assert outcome.succeeded, outcome.error
    counted = instance.get_latest_materialization_event(dg.AssetKey(["raw", "ingested_files"]))
    assert counted is not None
    assert counted.asset_materialization is not None
    assert counted.asset_materialization.metadata["dagster/row_count"].value == 1
    kpis = open_workspace().lake.scan("behaviour.kpi_daily").collect().filter(dimension="overall")
    assert kpis.sort("event_date")["dau"].to_list() == [1, 1]
