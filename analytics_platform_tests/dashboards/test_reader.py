import math
from datetime import date
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from analytics_platform.errors import AnalyticsError
from analytics_platform.lakehouse import Lake
from analytics_platform.lakehouse.maintenance import maintain
from analytics_platform_tests.dashboards.conftest import Open
from analytics_platform_tests.dashboards.kpi_lake import (
    adoption_rows,
    kpi_rows,
    write_checks,
    write_daily,
    write_exposures,
)
from dashboards.reader import ADOPTION, KPIS, open_reading, pin


@pytest.fixture
def lake(tmp_path: Path, in_force: Open) -> Lake:
    """Three days of KPIs, in force."""
    found = Lake(tmp_path / "lake")
    write_daily(found, KPIS, kpi_rows(3), inputs="activity.user_days@4, activity.users@2")
    in_force(found.root)
    return found


def test_a_reading_stays_at_its_versions_whatever_is_written_later(lake: Lake):
    before = open_reading()
    write_daily(lake, KPIS, kpi_rows(5))
    after = open_reading()
    assert (before.version(KPIS), after.version(KPIS)) == ("behaviour.kpi_daily@1", "behaviour.kpi_daily@2")
    assert (len(before.days), len(after.days)) == (3, 5)


def test_frames_are_read_once_a_version(lake: Lake):
    first = open_reading().kpis
    assert open_reading().kpis is first
    write_daily(lake, KPIS, kpi_rows(3, users=10))
    assert open_reading().kpis is not first


def test_a_lake_rebuilt_in_place_is_not_taken_for_the_old_one(lake: Lake, tmp_path: Path):
    old = open_reading().kpis
    lake.root.rename(tmp_path / "moved")
    write_daily(lake, KPIS, kpi_rows(3, users=10))
    assert open_reading().version(KPIS) == "behaviour.kpi_daily@1"
    assert open_reading().kpis["dau"].sum() != old["dau"].sum()


def test_the_truth_of_the_simulated_world_stays_unread(lake: Lake):
    write_daily(lake, "truth.effects", pl.DataFrame({"event_date": [date(2025, 9, 1)], "effect": [0.11]}))
    assert list(open_reading().snapshot.tables) == [KPIS]


def test_a_table_that_is_not_built_yet_reads_as_no_rows(lake: Lake):
    reading = open_reading()
    assert reading.adoption.is_empty()
    assert reading.checks.is_empty()
    assert reading.experiment_starts.is_empty()
    write_daily(lake, ADOPTION, adoption_rows(3))
    assert open_reading().adoption.height == 3 * 3 * 6


def test_the_newest_outcome_of_each_check_counts(lake: Lake):
    write_checks(
        lake,
        [(KPIS, "unique_key", "error", False, ""), (KPIS, "unique_key", "error", True, "")],
        hours=(1, 2),
    )
    assert open_reading().checks.select("check_name", "passed").rows() == [("unique_key", True)]


def test_experiments_start_on_their_first_exposure(lake: Lake):
    write_exposures(lake, [("b", date(2025, 9, 3)), ("a", date(2025, 9, 2)), ("b", date(2025, 9, 1))])
    assert open_reading().experiment_starts.rows() == [("b", date(2025, 9, 1)), ("a", date(2025, 9, 2))]


def test_an_origin_is_the_last_commit_that_wrote_rows(lake: Lake):
    written = open_reading().origins[KPIS]
    assert written.inputs == {"activity.user_days": 4, "activity.users": 2}
    lake.open(KPIS).optimize.compact()
    lake.open(KPIS).vacuum(0, enforce_retention_duration=False, dry_run=False)
    maintain(lake, 30)
    assert open_reading().origins[KPIS] == written


def test_a_lake_with_an_ingested_log_shows_a_real_log(lake: Lake):
    assert open_reading().source == "simulation"
    files = pl.DataFrame({"path": ["log.csv"]}).to_arrow(compat_level=pl.CompatLevel.oldest())
    lake.replace("raw.ingested_files", [files.cast(files.schema)], files.schema)
    assert open_reading().source == "logs"


@pytest.mark.parametrize(
    ("tables", "mend"),
    [
        ([], "make demo"),
        (["raw.ingested_files"], "analytics-platform ingest"),
        (["raw.events"], "analytics-platform run"),
    ],
)
def test_without_kpis_the_mend_fits_what_there_is(
    tmp_path: Path, in_force: Open, tables: list[str], mend: str
):
    empty = Lake(tmp_path / "empty")
    for table in tables:
        write_daily(empty, table, pl.DataFrame({"event_date": [date(2026, 1, 1)], "user_id": [1]}))
    in_force(empty.root)
    with pytest.raises(AnalyticsError, match="holds no KPIs yet") as refused:
        open_reading()
    assert mend in str(refused.value)


def test_an_empty_kpi_table_is_as_good_as_none(lake: Lake):
    write_daily(lake, KPIS, kpi_rows(3).clear(), window=(date(2025, 9, 1), date(2025, 9, 3)))
    with pytest.raises(AnalyticsError, match="holds no KPIs yet"):
        open_reading()


def test_rows_of_a_small_table_are_chosen_by_value_and_hold_no_broken_numbers(tmp_path: Path, in_force: Open):
    small = Lake(tmp_path / "small")
    rows = pl.DataFrame({"name": ["a", "b", "c"], "value": [1.5, math.nan, math.inf]})
    schema = pa.schema([("name", pa.string()), ("value", pa.float64())])
    table = pa.table([rows["name"].to_list(), rows["value"].to_list()], schema=schema)
    small.replace("experiments.readouts", [table], schema)
    in_force(small.root)
    reading = pin()
    assert [row["value"] for row in reading.rows("experiments.readouts")] == [1.5, None, None]
    assert reading.rows("experiments.readouts", name="b") == [{"name": "b", "value": None}]
    assert reading.rows("experiments.unheard_of", name="b") == []
    assert reading.days == []
