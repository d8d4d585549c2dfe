from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from analytics_platform.churn.tables import SCORES
from analytics_platform.lakehouse import DuckDBEngine, Lake
from analytics_platform.simulation.churn_oracle import CHURN_SCHEMA
from analytics_platform.validation import CHECKS
from analytics_platform.validation.churn_ceiling import SCHEMA, TABLE, churn_ceiling
from analytics_platform_tests.derived_rows import day, days, user_day, write_user_days

USERS = 2000


def lake_of(
    folder: Path, noise: float, model: str = "boosted", snapshot: int = 30, built: int = 70
) -> DuckDBEngine:
    """Users who leave with known chances on one snapshot day, scored with more or less noise."""
    lake, draw = Lake(folder / "lake"), np.random.default_rng(4)
    logit = draw.normal(0, 2, USERS)
    chance = 1 / (1 + np.exp(-logit))
    stays = draw.random(USERS) >= chance
    log = [user_day(n + 1, snapshot) for n in range(USERS)] + [
        user_day(n + 1, snapshot + 15) for n in np.flatnonzero(stays)
    ]
    log.append(user_day(USERS + 1, built))
    write_user_days(lake, log)
    truth = {"snapshot_date": [day(snapshot)] * USERS, "user_id": range(1, USERS + 1)}
    truth |= {"probability": chance, "probability_knowing_who_left": np.where(stays, 0.01, 0.99)}
    lake.replace("truth.churn", [pa.Table.from_pydict(truth, CHURN_SCHEMA)], CHURN_SCHEMA)
    scored = {name: [None] * USERS for name in SCORES.names} | {
        "user_id": range(1, USERS + 1),
        "probability": 1 / (1 + np.exp(-logit - noise * draw.normal(size=USERS))),
        "recency_days": draw.integers(0, 28, USERS),
        "model": [model] * USERS,
        "event_date": [day(snapshot)] * USERS,
    }
    lake.replace_days(
        "churn.scores", days(snapshot, snapshot), [pa.Table.from_pydict(scored, SCORES)], SCORES
    )
    return DuckDBEngine(lake)


def estimates(table: pa.Table, model: str | None = None) -> dict[tuple[str, str], float]:
    rows = pl.DataFrame(table).filter(
        pl.col("snapshot_date").is_null(), pl.col("model").eq_missing(pl.lit(model))
    )
    return {
        (one, other): value
        for one, other, value in rows.select("predictor", "metric", "estimate").iter_rows()
    }


def test_the_truth_itself_reaches_all_of_the_ceiling(tmp_path: Path):
    found = estimates(churn_ceiling(lake_of(tmp_path, noise=0)))
    assert found["score", "share_of_excess_auc"] == pytest.approx(1)
    assert found["score", "gap_to_truth"] == pytest.approx(0, abs=1e-12)
    assert found["oracle", "expected_share"] == pytest.approx(found["oracle", "observed_share"], abs=0.03)
    assert found["recency_rule", "auc"] == pytest.approx(0.5, abs=0.05)


def test_noise_costs_part_of_it_and_knowing_more_exceeds_it(tmp_path: Path):
    table = churn_ceiling(lake_of(tmp_path, noise=2))
    found = estimates(table)
    assert table.schema == SCHEMA
    assert 0.5 < found["score", "share_of_excess_auc"] < 0.95
    assert found["score", "log_loss"] > found["oracle", "log_loss"]
    assert found["oracle_knowing_who_left", "auc"] > found["oracle", "auc"]


def test_what_has_not_matured_or_was_not_scored_gives_no_rows(tmp_path: Path):
    engine = lake_of(tmp_path, noise=0)
    empty = SCORES.empty_table()
    engine.lake.replace_days("churn.scores", days(30, 30), [empty], SCORES)
    assert churn_ceiling(engine).num_rows == 0


def test_a_day_whose_28_days_are_not_all_built_is_not_judged(tmp_path: Path):
    assert churn_ceiling(lake_of(tmp_path / "before", noise=0, built=57)).num_rows == 0
    assert churn_ceiling(lake_of(tmp_path / "after", noise=0, built=58)).num_rows > 0


def test_days_that_the_rule_scored_count_in_the_mean_and_not_among_those_learnt(tmp_path: Path):
    table = churn_ceiling(lake_of(tmp_path / "rule", noise=1, model="recency_rule"))
    assert ("score", "auc") in estimates(table)
    assert estimates(table, "learnt") == {}
    trained = churn_ceiling(lake_of(tmp_path / "trained", noise=1))
    assert estimates(trained, "learnt") == estimates(trained)


@pytest.mark.parametrize(("noise", "passes"), [(0, True), (2, False)])
def test_scores_far_from_the_ceiling_are_warned_of(tmp_path: Path, noise: float, *, passes: bool):
    engine = lake_of(tmp_path, noise)
    engine.lake.replace(TABLE, [churn_ceiling(engine)], SCHEMA)
    check = next(check for check in CHECKS if check.table == TABLE)
    assert check.severity == "warn"
    assert (engine.query(check.sql).num_rows == 0) == passes
