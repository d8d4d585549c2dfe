"""One small and one default world, simulated once for all tests of the simulator."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from analytics_platform.lakehouse import Lake
from analytics_platform.settings import Settings
from analytics_platform.simulation import World, load_world, simulate


def world_of(**settings: object) -> World:
    return load_world(Settings(**settings))


@dataclass(frozen=True)
class Simulated:
    """A world whose raw tables lie in a lake."""

    world: World
    lake: Lake
    rows: dict[str, int]

    def frame(self, table: str) -> pl.DataFrame:
        return self.lake.scan(table).collect()


def simulated(folder: Path, world: World) -> Simulated:
    lake = Lake(folder / "lake")
    return Simulated(world, lake, simulate(lake, world, world.window))


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    return simulated(tmp_path_factory.mktemp("small"), world_of(users=800, days=40))


@pytest.fixture(scope="session")
def default(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    return simulated(tmp_path_factory.mktemp("default"), world_of())
