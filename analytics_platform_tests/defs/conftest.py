"""A lake of 45 known days for Dagster to build, its settings in force, and a place for its history."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
import yaml

from analytics_platform.defs import launch, raw
from analytics_platform.defs.experiments import CATALOGUE
from analytics_platform.defs.instance import open_instance
from analytics_platform.lakehouse import Lake
from analytics_platform.llm_quality import SCORES
from analytics_platform.settings import load_settings
from analytics_platform.workspace import MODELS, Workspace, open_workspace
from analytics_platform_tests.derived_rows import SMALL_CATALOGUE
from analytics_platform_tests.small_log import DAYS, SmallLog

TABLES = ",".join(("raw/*", *CATALOGUE, SCORES, *MODELS))
"""What SQL models are made of, and they themselves; not what Python makes of them."""


# Dagster calls what it deprecates itself, each time it makes a resource; and what it calls beta is used
# on purpose, its version being pinned.
DAGSTER_ITSELF = (
    "ignore:InitResourceContext.dagster_run is deprecated:DeprecationWarning",
    "ignore:Parameter `backfill_policy` of:dagster.BetaWarning",
    "ignore:Class `LocalFileCodeReference` is:dagster.BetaWarning",
    "ignore:Class `CodeReferencesMetadataValue` is:dagster.BetaWarning",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let Dagster's own warnings pass in the tests of this folder; every other one is an error."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings(*DAGSTER_ITSELF))


def use_lake(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Put settings in force that name `folder/lake`, and a source that leaves its raw rows as they are.

    The experiments are those to which `SmallLog` exposes people.
    """
    experiments = [
        each.model_dump(mode="json", exclude_unset=True) for each in SMALL_CATALOGUE.experiments.values()
    ]
    (folder / "experiments.yaml").write_text(yaml.safe_dump({"experiments": experiments}))
    monkeypatch.chdir(folder)
    monkeypatch.setenv("ANALYTICS_EXPERIMENTS", "experiments.yaml")
    monkeypatch.setenv("ANALYTICS_LAKE", str(folder / "lake"))
    monkeypatch.setenv("ANALYTICS_DAYS", str(DAYS))
    monkeypatch.setenv("ANALYTICS_SOURCE", "simulation")
    monkeypatch.setenv("DAGSTER_HOME", str(folder / "lake.dagster"))
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "1000")
    monkeypatch.setattr(raw, "simulate_window", lambda *_: None)


@pytest.fixture(scope="session")
def built_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`lake` with every table built from `SmallLog`, made once and only to be copied."""
    folder = tmp_path_factory.mktemp("built")
    SmallLog().write(Lake(folder / "lake"))
    with pytest.MonkeyPatch.context() as monkeypatch, dg.DagsterInstance.ephemeral() as instance:
        use_lake(monkeypatch, folder)
        outcome = launch.run(select=TABLES, instance=instance)
    assert outcome.succeeded, outcome.error
    return folder


@pytest.fixture
def settings_in_force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings that name an empty lake in a folder of its own; returns the folder."""
    use_lake(monkeypatch, tmp_path)
    return tmp_path


@pytest.fixture
def raw_workspace(settings_in_force: Path) -> Workspace:
    """A workspace whose lake holds the raw tables of `SmallLog` alone."""
    SmallLog().write(Lake(settings_in_force / "lake"))
    return open_workspace()


@pytest.fixture
def built_workspace(settings_in_force: Path, built_folder: Path) -> Workspace:
    """A workspace whose lake holds every table, built."""
    shutil.copytree(built_folder / "lake", settings_in_force / "lake")
    return open_workspace()


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """A history in memory."""
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose database files are made already, only to be copied."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as monkeypatch:
        use_lake(monkeypatch, folder)
        with open_instance(load_settings()) as instance:
            assert instance.get_runs() == []
    return folder / "lake.dagster"


@pytest.fixture
def kept_instance(settings_in_force: Path, empty_home: Path) -> Iterator[dg.DagsterInstance]:
    """A history in SQLite files, as the platform keeps it, beside the lake."""
    shutil.copytree(empty_home, settings_in_force / "lake.dagster")
    with open_instance(load_settings()) as instance:
        yield instance
