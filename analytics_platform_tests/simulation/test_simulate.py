"""However a window is built, the files of a day are the same, byte for byte."""

import hashlib
import multiprocessing
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from analytics_platform.errors import AnalyticsError
from analytics_platform.event_contract import CONTRACTS
from analytics_platform.lakehouse import Lake, Window
from analytics_platform.settings import Settings
from analytics_platform.simulation import World, load_world, simulate
from analytics_platform_tests.simulation.conftest import Simulated, world_of

DAYS = 24
SETTINGS = {"users": 500, "days": DAYS}
TABLES = (
    "raw.events",
    "raw.users",
    "raw.classrooms",
    "raw.exposures",
    "raw.interactions",
    "raw.human_ratings",
)


def fingerprints(lake: Lake) -> dict[str, str]:
    """Hash of the content of every day's file, by table and day."""
    found: dict[str, str] = {}
    for table in TABLES:
        for uri in lake.open(table).file_uris():
            path = Path(uri)
            found[f"{table} {path.parent.name}"] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def build(folder: Path, world: World, windows: Iterable[Window]) -> dict[str, str]:
    lake = Lake(folder)
    for window in windows:
        simulate(lake, world, window)
    return fingerprints(lake)


def build_in_process(folder: str, first: int, last: int) -> None:
    world = load_world(Settings(**SETTINGS))
    simulate(Lake(Path(folder)), world, Window(world.date(first), world.date(last)))


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    world = world_of(**SETTINGS)
    return build(tmp_path_factory.mktemp("once") / "lake", world, [world.window])


def test_day_by_day_equals_at_once(tmp_path: Path, at_once: dict[str, str]) -> None:
    world = world_of(**SETTINGS)
    assert build(tmp_path / "lake", world, world.window.slices(1)) == at_once


def test_backwards_in_pieces_equals_at_once(tmp_path: Path, at_once: dict[str, str]) -> None:
    world = world_of(**SETTINGS)
    assert build(tmp_path / "lake", world, reversed(list(world.window.slices(5)))) == at_once


def test_twice_equals_once(tmp_path: Path, at_once: dict[str, str]) -> None:
    world = world_of(**SETTINGS)
    overlapping = Window(world.date(4), world.date(19))
    assert build(tmp_path / "lake", world, [overlapping, world.window, overlapping]) == at_once


def test_two_processes_at_once_equal_one(tmp_path: Path, at_once: dict[str, str]) -> None:
    context = multiprocessing.get_context("spawn")
    halves = [(0, 11), (12, DAYS - 1)]
    workers = [
        context.Process(target=build_in_process, args=(str(tmp_path / "lake"), first, last))
        for first, last in halves
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=120)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert fingerprints(Lake(tmp_path / "lake")) == at_once


def test_another_seed_gives_other_rows(tmp_path: Path, at_once: dict[str, str]) -> None:
    world = world_of(**SETTINGS, seed=8)
    other = build(tmp_path / "lake", world, [Window(world.first_day, world.first_day)])
    assert (
        other[f"raw.events event_date={world.first_day}"]
        != at_once[f"raw.events event_date={world.first_day}"]
    )


def test_days_beyond_the_world_are_refused_and_change_nothing(tmp_path: Path) -> None:
    world, lake = world_of(**SETTINGS), Lake(tmp_path / "lake")
    with pytest.raises(AnalyticsError, match="has no 2030-01-01"):
        simulate(lake, world, Window(world.first_day, date(2030, 1, 1)))
    assert lake.tables() == []


def test_every_raw_table_keeps_the_contract(small: Simulated) -> None:
    for table in TABLES:
        assert CONTRACTS[table].violations(small.lake.scan(table)) == {}, table
        assert small.rows[table] == len(small.frame(table))


def test_progress_counts_the_days(tmp_path: Path) -> None:
    world, seen = world_of(users=200, days=4), []
    simulate(Lake(tmp_path / "lake"), world, world.window, seen.append)
    assert seen == [1, 2, 3, 4]


def test_a_lake_of_another_world_is_refused_and_stays(tmp_path: Path) -> None:
    lake, world = Lake(tmp_path / "lake"), world_of(users=200, days=4)
    simulate(lake, world, world.window)
    before = fingerprints(lake)
    for other in (world_of(users=300, days=4), world_of(users=200, days=4, timezone="Asia/Tokyo")):
        with pytest.raises(AnalyticsError, match="holds another world"):
            simulate(lake, other, Window(other.first_day, other.first_day))
    assert fingerprints(lake) == before
