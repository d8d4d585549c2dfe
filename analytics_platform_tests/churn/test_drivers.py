import numpy as np
import polars as pl
import pytest

from analytics_platform.churn.drivers import DRIVER_LIST, drivers, two_nuisances
from analytics_platform.churn.tables import DRIVERS
from analytics_platform.stats.causal.partially_linear import partially_linear
from analytics_platform.stats.causal.regression import naive_difference
from analytics_platform_tests.churn.conftest import Trained

READOUT = {
    "experiment_id": "nudge", "metric": "used_quiz", "method": "cuped", "is_decisive": True, "effect": 0.08,
    "effect_low": 0.05, "effect_high": 0.11, "control_units": 500, "treatment_units": 510,
}  # fmt: skip
KEPT = {**READOUT, "metric": "retained_7d", "effect": 0.01, "effect_low": -0.02, "effect_high": 0.04}


@pytest.fixture(scope="module")
def rows(trained: Trained) -> pl.DataFrame:
    return pl.DataFrame(drivers(trained.history, trained.cut_offs[-1], [READOUT, KEPT]))


def test_every_driver_has_each_kind_of_evidence_or_the_reason_why_not(rows: pl.DataFrame):
    for driver in DRIVER_LIST:
        own = rows.filter(pl.col("driver") == driver.name)
        assert set(own["evidence"]) == {"predictive", "assumption_bound", "randomised"}
        assert own.filter(pl.col("estimate").is_null() & pl.col("sentence").is_null()).is_empty()


def test_adjusting_takes_away_what_keenness_did(rows: pl.DataFrame):
    """Quizzes do nothing in this log: keen users take them and stay."""
    own = rows.filter(pl.col("driver") == "quiz_use")
    effect = {row["method"]: row for row in own.to_dicts() if row["evidence"] == "assumption_bound"}
    assert effect["naive_difference"]["high"] < 0
    assert abs(effect["dml"]["estimate"]) < abs(effect["naive_difference"]["estimate"]) / 2
    assert effect["dml"]["overlap_outside"] is not None
    assert effect["dml"]["robustness_value"] is not None


def test_an_experiment_that_surely_moved_a_driver_stands_beside_it(rows: pl.DataFrame):
    own = rows.filter(pl.col("evidence") == "randomised", pl.col("source") == "nudge")
    assert own.select("driver", "outcome", "estimate", "n").rows() == [
        ("quiz_use", "retained_7d", 0.01, 1010)
    ]


def test_an_experiment_that_may_not_have_moved_it_does_not(trained: Trained):
    unsure = {**READOUT, "effect_low": -0.01}
    rows = pl.DataFrame(drivers(trained.history, trained.cut_offs[-1], [unsure, KEPT]))
    assert rows.filter(pl.col("source") == "nudge").is_empty()


def test_one_that_did_not_ask_who_came_back_says_so(trained: Trained):
    rows = pl.DataFrame(drivers(trained.history, trained.cut_offs[-1], [READOUT]))
    (row,) = rows.filter(pl.col("source") == "nudge").to_dicts()
    assert row["estimate"] is None
    assert "did not measure" in row["sentence"]


def test_a_known_effect_is_recovered_where_the_plain_difference_is_not():
    """Staying is 5 points likelier with the driver; what decides both is measured."""
    draw = np.random.default_rng(2)
    x = draw.normal(size=(6000, 4))
    treated = draw.random(6000) < 1 / (1 + np.exp(-1.2 * x[:, 0]))
    left = (draw.random(6000) < np.clip(0.5 - 0.12 * x[:, 0] - 0.05 * treated, 0.02, 0.98)).astype(float)
    clusters = np.arange(6000)
    found = partially_linear(left, treated, two_nuisances(x, left, treated, clusters), clusters)
    assert found.low < -0.05 < found.high
    assert naive_difference(left, treated, clusters).high < -0.1


def test_without_a_model_and_users_only_reasons_are_told(trained: Trained):
    empty = type(trained.history)(trained.history.rows.head(0), trained.history.known_date, 1.0)
    table = drivers(empty, None, [])
    assert table.schema == DRIVERS
    assert table["estimate"].null_count == table.num_rows


def changed(trained: Trained, change: pl.Expr) -> pl.DataFrame:
    history = type(trained.history)(
        trained.history.rows.with_columns(change), trained.history.known_date, 1.0
    )
    found = pl.DataFrame(drivers(history, trained.cut_offs[-1], []))
    return found.filter(pl.col("evidence") == "assumption_bound")


@pytest.mark.parametrize("classes", [1, 2])
def test_with_one_class_or_two_nothing_can_be_learnt_outside(trained: Trained, classes: int):
    rows = changed(trained, (pl.col("user_id") % classes).alias("classroom_id"))
    (row,) = rows.filter(pl.col("driver") == "quiz_use").to_dicts()
    assert row["estimate"] is None
    assert row["sentence"].startswith("Too few classes")


def test_where_hardly_anybody_could_go_either_way_no_estimate_is_given(
    trained: Trained, monkeypatch: pytest.MonkeyPatch
):
    """Who takes a quiz is told by the uses; of these few users not for all."""
    monkeypatch.setattr("analytics_platform.churn.drivers.MOST_OUTSIDE", 0.5)
    certain = pl.when(pl.col("uses_per_session") > 2.2).then(0.5).otherwise(0.0).alias("quiz_share")
    rows = changed(trained, certain).filter(pl.col("driver") == "quiz_use")
    (row,) = rows.filter(pl.col("method") == "dml").to_dicts()
    assert row["overlap_outside"] > 0.5
    assert (row["estimate"], row["low"], row["high"], row["robustness_value"]) == (None,) * 4
    assert row["sentence"].startswith("Withheld")


def test_an_estimate_says_what_it_leaves_out(rows: pl.DataFrame):
    told = rows.filter(pl.col("method") == "dml", pl.col("estimate").is_not_null())["sentence"]
    assert told.str.contains("over the same 28 days").all()
