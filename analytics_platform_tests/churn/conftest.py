"""One log of leavers with the models trained on it, for all tests of this package."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from analytics_platform.churn.history import History, read_history
from analytics_platform.churn.store import save
from analytics_platform.churn.training import CutOff, walk_forward
from analytics_platform.lakehouse import DuckDBEngine, Window
from analytics_platform_tests.churn.leavers import user_days, write_log


@dataclass(frozen=True)
class Trained:
    """A log with its history, its cut-offs and their models on disk."""

    engine: DuckDBEngine
    window: Window
    history: History
    cut_offs: list[CutOff]
    folder: Path


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    folder = tmp_path_factory.mktemp("leavers")
    engine, window = write_log(folder, user_days())
    history = read_history(engine, window)
    cut_offs = walk_forward(history)
    for cut_off in cut_offs:
        save(folder / "models", cut_off.model)
    return Trained(engine, window, history, cut_offs, folder / "models")
