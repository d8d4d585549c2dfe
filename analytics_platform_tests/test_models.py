"""What holds for every model: documentation, types, and rows that do not depend on how days were built."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from analytics_platform import activity, behaviour, experiments
from analytics_platform.behaviour import funnels, journeys, metric_changes, segments
from analytics_platform.event_contract import CONTRACTS
from analytics_platform.experiments.catalogue_table import CATALOGUE, METRICS, VARIANTS, write_catalogue
from analytics_platform.lakehouse import DuckDBEngine, Lake, Model, Window
from analytics_platform.llm_quality import SCORES
from analytics_platform.workspace import MODELS, VIEWS
from analytics_platform_tests.derived_rows import SMALL_CATALOGUE, build, days, stored
from analytics_platform_tests.small_log import SmallLog

DAILY = [name for name, model in MODELS.items() if model.is_daily]


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.name)
def test_every_column_has_a_sentence_beside_it(model: Model):
    assert [
        name for name, comment in model.columns.items() if not comment.rstrip().endswith((".", "?"))
    ] == []
    assert model.description.endswith(".")


@pytest.mark.parametrize("name", [name for name in MODELS if not MODELS[name].is_view])
def test_a_table_stores_the_columns_its_model_names(built_lake: Lake, name: str):
    schema = built_lake.snapshot([name]).tables[name].schema
    assert sorted(schema.names) == sorted(MODELS[name].columns)
    assert set(MODELS[name].key) <= set(schema.names)


def test_a_model_s_file_and_module_bear_its_name():
    for name, model in MODELS.items():
        assert model.path is not None
        assert f"{model.path.parent.name}.{model.path.stem}" == name
        assert model.path.with_suffix(".py").read_text().startswith('"""')


def test_models_stand_after_what_they_read():
    order = [*CONTRACTS, CATALOGUE, METRICS, VARIANTS, SCORES, *MODELS]
    for name, model in MODELS.items():
        assert all(order.index(table) < order.index(name) for table in model.inputs)


def test_every_check_is_about_a_table_and_named_once():
    names = [
        (check.table, check.name) for check in (*activity.CHECKS, *behaviour.CHECKS, *experiments.CHECKS)
    ]
    of_python = {"behaviour.survival", metric_changes.TABLE}
    of_python |= {table for package in (funnels, journeys, segments) for table in package.KEYS}
    assert {table for table, _ in names} <= MODELS.keys() | of_python
    assert len(set(names)) == len(names)


def _whole(lake: Lake) -> None:
    build(lake, days(0, 44))


def _backwards(lake: Lake) -> None:
    _layers(lake, [days(44, 44), days(43, 43), days(42, 42), days(41, 41), days(9, 40), days(0, 8)])


def _overlapping(lake: Lake) -> None:
    _layers(lake, [days(20, 44), days(5, 25), days(0, 9)])


def _layers(lake: Lake, windows: list[Window]) -> None:
    """A table at a time, because a day reads the history of the table before it."""
    write_catalogue(lake, SMALL_CATALOGUE)
    for name, model in MODELS.items():
        for window in windows if model.is_daily else [days(0, 44)]:
            build(lake, window, name)


def _as_days_arrive(lake: Lake) -> None:
    raw = {table: lake.scan(table).collect() for table in ("raw.events", "raw.users", "raw.interactions")}
    for window in (days(0, 0), days(1, 9), days(10, 30), days(31, 44)):
        for table, rows in raw.items():
            _replace_history(lake, table, rows.filter(pl.col("event_date") <= window.last_day))
        build(lake, window)


def _replace_history(lake: Lake, table: str, rows: pl.DataFrame) -> None:
    schema = CONTRACTS[table].arrow_schema()
    ordered = rows.select(schema.names).sort("event_date")
    lake.replace_days(table, days(0, 44), [ordered.to_arrow().cast(schema)], schema)


@pytest.mark.parametrize("way", [_whole, _backwards, _overlapping, _as_days_arrive])
def test_rows_do_not_depend_on_how_the_days_were_built(
    small_lake: Lake, built_lake: Lake, way: Callable[[Lake], None]
):
    way(small_lake)
    for name in DAILY:
        assert stored(small_lake, name).equals(stored(built_lake, name)), name
    users = [lake.scan("activity.users").collect().sort("user_id") for lake in (small_lake, built_lake)]
    assert users[0].equals(users[1])


def test_building_twice_writes_the_same_bytes(small_lake: Lake):
    def contents() -> dict[str, bytes]:
        snapshot = small_lake.snapshot(DAILY)
        files = {name: sorted(table.files) for name, table in snapshot.tables.items()}
        return {
            f"{name}/{Path(file).parent.name}": Path(file).read_bytes()
            for name in files
            for file in files[name]
        }

    build(small_lake, days(0, 44))
    first = contents()
    build(small_lake, days(30, 44))
    assert contents() == first


def test_an_empty_log_builds_empty_tables(tmp_path: Path):
    lake = Lake(tmp_path)
    log = SmallLog()
    log.events, log.users, log.interactions, log.exposures = [], [], [], []
    log.write(lake)
    build(lake, Window(days(0, 3).first_day, days(0, 3).last_day))
    assert {
        name: lake.scan(name).collect().height for name in MODELS if not MODELS[name].is_view
    } == dict.fromkeys([name for name in MODELS if not MODELS[name].is_view], 0)
    assert DuckDBEngine(lake, VIEWS).query("SELECT * FROM activity.event_log").num_rows == 0
