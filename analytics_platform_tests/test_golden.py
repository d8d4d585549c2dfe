"""Small tables worked by hand: inputs beside expected outputs, each opening with its provenance."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from analytics_platform import activity, behaviour
from analytics_platform.lakehouse import Lake
from analytics_platform.workspace import MODELS
from analytics_platform_tests.derived_rows import build
from analytics_platform_tests.raw_rows import Row, event, instant, user, write_raw

FOLDER = Path(__file__).parent / "golden" / "two_people"
COUNTED_ONE_BY_ONE = {
    "behaviour.growth_accounting_daily",
    "behaviour.lifecycle_daily",
    "behaviour.power_users",
}
EXPECTED = sorted(path for path in FOLDER.glob("*.csv") if not path.stem.startswith("raw_"))


def _read(path: Path) -> pl.DataFrame:
    return pl.read_csv(path, comment_prefix="#", try_parse_dates=True, infer_schema_length=None)


def _delivery(row: Row) -> Row:
    known = {
        name: value.replace(tzinfo=UTC) if isinstance(value, datetime) else value
        for name, value in row.items()
    }
    return event(known.pop("event_time"), **known)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    lake = Lake(tmp_path_factory.mktemp("golden"))
    deliveries = [_delivery(row) for row in _read(FOLDER / "raw_events.csv").to_dicts()]
    ana = user(1, instant(0, "07:00"), country="FR", classroom_id=7)
    build(lake, write_raw(lake, events=deliveries, users=[ana]))
    return lake


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: path.stem)
def test_a_model_gives_the_table_worked_by_hand(lake: Lake, path: Path):
    table = path.stem.replace("_", ".", 1)
    expected = _read(path)
    rows = lake.scan(table).collect().sort(*MODELS[table].key)
    found = rows.select(expected.columns).with_columns(pl.col(pl.Datetime).dt.replace_time_zone(None))
    assert (
        found.cast(dict(expected.schema)).sort(expected.columns).to_dicts()
        == expected.sort(expected.columns).to_dicts()
    )


def test_every_table_of_what_people_did_has_its_golden_rows():
    """Tables of experiments are held by full rescans, those of many lives by people counted one by one."""
    models = {**activity.MODELS, **behaviour.MODELS}
    stored = {name for name, model in models.items() if not model.is_view}
    golden = {path.stem.replace("_", ".", 1) for path in EXPECTED}
    assert stored - golden == COUNTED_ONE_BY_ONE
    assert golden <= stored
