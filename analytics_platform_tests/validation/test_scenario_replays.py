from pathlib import Path

import numpy as np
import polars as pl
import pytest

from analytics_platform import validation
from analytics_platform.lakehouse import DuckDBEngine, Lake, Window
from analytics_platform.settings import Settings
from analytics_platform.simulation.dynamics import Dynamics
from analytics_platform.simulation.scenario import live
from analytics_platform.validation.scenario_replays import SCENARIOS, TABLE, history_of, replays, world_of
from analytics_platform.workspace import VIEWS

(CHECK,) = (check for check in validation.CHECKS if check.table == TABLE)


@pytest.fixture(scope="module")
def played() -> pl.DataFrame:
    return pl.DataFrame(replays(world_of(Settings()), [3], 3000))


def test_every_scenario_is_predicted_and_played(played: pl.DataFrame):
    assert set(played["scenario"]) == set(SCENARIOS)
    told = played.filter(pl.col("reason").is_null())
    assert (told["low_95"] <= told["low_80"]).all()
    assert (told["error"] - (told["predicted_ratio"] - told["replayed_ratio"])).abs().max() == 0
    held = told["replayed_ratio"].is_between(told["low_80"], told["high_80"])
    assert (held == told["covers_80"]).all()
    assert played.filter("is_headline").height == played.filter("is_headline").unique("scenario").height


def test_more_signups_come_true_roughly(played: pl.DataFrame):
    row = played.filter("is_headline", pl.col("scenario") == "more_signups").row(0, named=True)
    assert row["replayed_ratio"] == pytest.approx(row["predicted_ratio"], abs=0.1)
    assert row["replayed_ratio"] > 1


def test_the_analyst_sees_only_what_was_logged():
    """Half the treated exposures of one experiment are lost on a platform, and some are logged twice."""
    dynamics = Dynamics(world_of(Settings(users=2000, days=150)))
    state = dynamics.start()
    diary = live(dynamics, state, 139)
    history = history_of(dynamics, diary, 139)
    names = [experiment.id for experiment in dynamics.planted.experiments]
    place = names.index("streak_reminders")
    arms = history.arms["streak_reminders"]
    assert set(history.arms) == set(names[:-1]), "one had not ended"
    logged = np.flatnonzero(arms.since >= 0)
    treated = dynamics.planted.treated[place]
    reached = np.flatnonzero((state.exposed_day[place] >= 0) & ~dynamics.people.is_bot)
    lost = np.setdiff1d(reached, logged)
    assert treated[lost].mean() > 0.8, (
        "treated exposures are lost to the analyst too; those in both arms left out"
    )
    assert (arms.is_treated[logged] == treated[logged]).all()
    assert arms.ratings.shape[0] == 3


def _lake(folder: Path, rows: pl.DataFrame) -> DuckDBEngine:
    lake = Lake(folder / "lake")
    table = rows.to_arrow()
    lake.replace(TABLE, [table], table.schema)
    return DuckDBEngine(lake, VIEWS)


@pytest.mark.parametrize(("held", "passes"), [(1.0, True), (0.7, True), (0.5, False)])
def test_the_check_warns_when_too_few_come_true(tmp_path: Path, held: float, passes: bool):
    covers = [at < held * 40 for at in range(40)]
    rows = pl.DataFrame({"is_headline": [True] * 40, "covers_80": covers, "covers_95": [True] * 40})
    day = Settings().world_start
    assert CHECK.run(_lake(tmp_path, rows), Window(day, day)).passed == passes
    assert CHECK.severity == "warn"
