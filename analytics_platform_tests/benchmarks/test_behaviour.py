"""The benchmark of behaviour tables: rivals compute the same rows, and the command tells of every way."""

import json
import sys
from pathlib import Path

import polars as pl
import pytest

from analytics_platform.lakehouse import Lake, Window
from analytics_platform.workspace import MODELS
from analytics_platform_tests.derived_rows import days
from benchmarks import behaviour
from benchmarks.contest import OURS, Source, missing
from benchmarks.rivals import lifecycle
from benchmarks.stages import Cost

WINDOW: Window = days(0, 44)
DECLARED = ["event_date", "dimension", "segment"]


def assert_same(ours: pl.DataFrame, theirs: pl.DataFrame, keys: list[str], columns: list[str]) -> None:
    """Both hold the same rows, whatever their types and order."""
    types = {name: ours.schema[name] for name in keys}
    frames = [
        frame.with_columns(pl.col(name).cast(type_) for name, type_ in types.items())
        .select(*keys, pl.col(columns).cast(pl.Float64).fill_nan(None))
        .sort(keys)
        for frame in (ours, theirs)
    ]
    assert frames[0].equals(frames[1])


def polars_of(frame: object) -> pl.DataFrame:
    rows = pl.from_pandas(frame)  # pyright: ignore[reportCallIssue, reportArgumentType]
    return rows.with_columns(pl.col(pl.Datetime).cast(pl.Date), pl.col(pl.Categorical).cast(pl.String))


def test_pandas_finds_the_same_lifecycle(built_lake: Lake):
    theirs = polars_of(lifecycle.lifecycle(Source(built_lake, WINDOW)))
    ours = built_lake.scan("behaviour.lifecycle_daily").collect()
    keys = [*DECLARED, "previous_state", "state"]
    assert_same(ours, theirs, keys, ["users", "previous_users", "transition_rate"])


def test_pandas_finds_the_same_growth(built_lake: Lake):
    theirs = polars_of(lifecycle.growth(Source(built_lake, WINDOW)).reset_index(drop=True))
    ours = built_lake.scan("behaviour.growth_accounting_daily").collect()
    counts = [name for name in ours.columns if name not in (*DECLARED, "period_days")]
    assert_same(ours, theirs, [*DECLARED, "period_days"], counts)


def test_pandas_finds_the_same_power_users(built_lake: Lake):
    theirs = polars_of(lifecycle.power_users(Source(built_lake, WINDOW)).reset_index(drop=True))
    ours = built_lake.scan("behaviour.power_users").filter(pl.col("users") > 0).collect()
    keys = ["dimension", "segment", "window_days", "active_days"]
    now = theirs.filter(pl.col("end") == len(WINDOW) - 1)
    assert_same(ours, now, keys, ["users", "established_users"])


def test_a_statement_for_clickhouse_reads_the_files_of_the_newest_version(built_lake: Lake):
    sql = Source(built_lake, WINDOW).clickhouse("SELECT count() FROM behaviour.power_users AS p")
    (file,) = built_lake.snapshot(["behaviour.power_users"]).tables["behaviour.power_users"].files
    root = built_lake.path("behaviour.power_users").resolve()
    assert sql == f"SELECT count() FROM file('{root}/{{{Path(file).name}}}', Parquet) AS p"


def test_tables_are_timed_after_what_they_read():
    order = list(behaviour.CONTESTS)
    for position, table in enumerate(order):
        if table in MODELS:
            assert not set(order[position + 1 :]) & set(MODELS[table].inputs)


def test_a_lake_of_links_shares_all_but_what_is_to_be_built(built_lake: Lake, tmp_path: Path):
    linked = behaviour.link(built_lake, tmp_path / "linked", ["behaviour.lifecycle_daily"])
    assert set(built_lake.tables()) - set(linked.tables()) == {"behaviour.lifecycle_daily"}


def test_the_command_tells_of_every_way_and_why_one_was_not_tried(
    built_lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    cost = Cost("behaviour.power_users", 525, 1000, 2.0, 1.0, 300.0)
    told = {OURS: cost, "pandas": cost, "chdb": "chdb is not installed"}
    monkeypatch.setattr(behaviour, "missing", lambda way: told[way] if way == "chdb" else None)
    monkeypatch.setattr(behaviour, "_in_its_own_process", lambda _lake, _table, way: told[way])
    file = tmp_path / "figures.json"
    arguments = ["--lake", str(built_lake.root), "--only", "behaviour.power_users", "--json", str(file)]
    monkeypatch.setattr(sys, "argv", ["behaviour", *arguments])

    behaviour.main()

    found = {row["way"]: row for row in json.loads(file.read_text())}
    assert found["chdb"]["reason"] == "chdb is not installed"
    assert found["pandas"]["cpu_seconds"] == 2.0
    assert "chdb is not installed" in capsys.readouterr().out


def test_a_way_without_its_library_is_not_tried(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert missing("chdb") == "chdb is not installed"
    assert missing("pandas") is None


def test_one_way_is_measured_on_the_lake_in_force(built_lake: Lake, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ANALYTICS_LAKE", str(built_lake.root))
    cost = behaviour.once("behaviour.power_users", OURS)
    assert cost.rows == built_lake.scan("behaviour.power_users").collect().height
    assert cost.cpu_seconds > 0
