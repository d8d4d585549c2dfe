"""An experiment evaluated from the lake: the ledger's readout equals one of the users themselves."""

import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from analytics_platform.activity import SESSIONS
from analytics_platform.experiments.catalogue import Catalogue
from analytics_platform.experiments.evaluation import evaluated
from analytics_platform.experiments.readout import decisive
from analytics_platform.experiments.tables import TABLES, arrow
from analytics_platform.experiments.unit_rows import totals
from analytics_platform.lakehouse import Lake
from analytics_platform_tests.derived_rows import day, days, user_day
from analytics_platform_tests.experiments.small_experiments import Written, planned, shown, write

USERS = range(1, 161)
LAST = day(14)
SECONDARY = [
    "events_per_session",
    "retained_1d",
    "used_quiz",
    "engagement_seconds_p50",
    "engagement_seconds_winsorised",
]


def arm_of(user_id: int) -> str:
    return "treatment" if user_id % 2 else "control"


def written(root: Path, **fields: object) -> Written:
    random = np.random.default_rng(7)
    user_days = [
        user_day(
            user_id,
            offset,
            sessions=int(1 + random.poisson(2 + user_id % 2)),
            classroom_id=user_id // 10 * 2 + user_id % 2,
        )
        for user_id in USERS
        for offset in range(15)
        if random.random() < 0.6
    ]
    rooms = {user_id: user_id // 10 * 2 + user_id % 2 for user_id in USERS}
    exposures = [
        shown(user_id, 5 + user_id % 3, arm_of(user_id), classroom_id=rooms[user_id]) for user_id in USERS
    ]
    found = write(
        Lake(root), planned(secondary=SECONDARY, **fields), user_days=user_days, exposures=exposures
    )
    found.engine.run(SESSIONS, days(0, 24))
    return found


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return written(tmp_path_factory.mktemp("users"))


def rows_of(lake: Written) -> dict[str, list[dict]]:
    return evaluated(lake.engine, lake.catalogue.experiments.values(), LAST)


def test_the_ledgers_effect_is_that_of_the_users_themselves(users: Written):
    experiment = users.catalogue.experiments["hint"]
    rows = totals(users.engine, experiment, LAST)["sessions"].group_by("variant").agg(pl.col("y").mean())
    means = dict(rows.iter_rows())
    plain = next(row for row in rows_of(users)["experiments.readouts"] if row["method"] == "unadjusted")

    assert plain["control_mean"] == pytest.approx(means["control"])
    assert plain["treatment_mean"] == pytest.approx(means["treatment"])
    assert plain["control_units"] == 80


def test_every_metric_has_one_decisive_row_and_every_table_can_be_stored(users: Written):
    found = rows_of(users)

    assert list(decisive(found["experiments.readouts"], "treatment")) == ["sessions", *SECONDARY]
    for table in TABLES:
        rows = arrow(table, found[table]).to_pylist()
        assert rows, table
        for row in rows:
            assert all(math.isfinite(value) for value in row.values() if isinstance(value, float)), (
                table,
                row,
            )


def test_the_curves_end_where_the_readout_stands(users: Written):
    found = rows_of(users)
    curve = [
        row
        for row in found["experiments.effects_over_time"]
        if row["curve"] == "as_of" and row["metric"] == "sessions"
    ]
    cuped = next(row for row in found["experiments.readouts"] if row["method"] == "cuped")

    assert curve[-1]["effect"] == pytest.approx(cuped["effect"])
    assert curve[-1]["position_date"] == LAST
    ages = [
        row["position"]
        for row in found["experiments.effects_over_time"]
        if row["curve"] == "days_since_exposure"
    ]
    assert ages == list(range(10))


def test_classrooms_are_counted_and_compared_as_wholes(tmp_path: Path):
    found = rows_of(written(tmp_path, unit="classroom"))
    row = decisive(found["experiments.readouts"], "treatment")["sessions"]

    assert row["method"] == "cluster_jackknife"
    assert row["control_units"] + row["treatment_units"] == found["experiments.srm"][0]["units"]
    assert found["experiments.power_plans"][0]["design_effect"] > 0
    assert "interference" not in {row["diagnostic"] for row in found["experiments.diagnostics"]}


def test_a_group_sequential_test_gives_a_boundary_for_each_day(tmp_path: Path):
    found = rows_of(written(tmp_path, sequential={"design": "group_sequential", "looks_every_days": 2}))
    curve = [
        row
        for row in found["experiments.effects_over_time"]
        if row["curve"] == "as_of" and row["metric"] == "sessions"
    ]

    assert decisive(found["experiments.readouts"], "treatment")["sessions"]["method"] == "group_sequential"
    assert [row["information_fraction"] for row in curve] == pytest.approx(
        [number / 10 for number in range(1, 11)]
    )


def test_an_experiment_that_has_not_begun_is_left_out(users: Written):
    assert not any(evaluated(users.engine, users.catalogue.experiments.values(), day(3)).values())


def test_an_experiment_that_nobody_was_exposed_to_says_so(users: Written):
    found = rows_of(users.__class__(users.lake, users.engine, Catalogue({"ghost": planned("ghost")})))

    assert found["experiments.decisions"][0]["verdict"] == "Inconclusive"
    assert found["experiments.readouts"][0]["reason"] == "the control arm has no unit"
    assert found["experiments.srm"][0]["units"] == 0
