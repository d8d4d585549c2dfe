from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from analytics_platform.churn.drift import stability
from analytics_platform.churn.history import History, read_history
from analytics_platform.churn.measures import estimate
from analytics_platform.churn.model_cards import _trials, model_cards
from analytics_platform.churn.tables import MODEL_CARDS
from analytics_platform.churn.training import walk_forward
from analytics_platform_tests.churn.conftest import Trained
from analytics_platform_tests.churn.leavers import user_days, write_log


@pytest.fixture(scope="module")
def cards(trained: Trained) -> pl.DataFrame:
    return pl.DataFrame(model_cards(trained.history, trained.cut_offs))


def one(cards: pl.DataFrame, **equal: object) -> Mapping[str, object]:
    rows = cards.filter(
        *(pl.col(name).is_null() if value is None else pl.col(name) == value for name, value in equal.items())
    )
    (row,) = rows.to_dicts()
    return row


def test_every_candidate_is_measured_on_every_day_tried_and_on_average(cards: pl.DataFrame, trained: Trained):
    own = cards.filter(
        pl.col("metric") == "auc", pl.col("split") == "walk_forward", pl.col("dimension") == "overall"
    )
    tried = [each.date for each in trained.cut_offs if each.predicted]
    assert own.height == 4 * (len(tried) + 1)
    assert own.filter(pl.col("low") > pl.col("estimate")).is_empty()
    assert own.filter(pl.col("high") < pl.col("estimate")).is_empty()


def test_the_model_beats_the_base_rate_and_the_paired_difference_is_the_difference(cards: pl.DataFrame):
    average = {"split": "walk_forward", "cut_off_date": None, "dimension": "overall"}
    for model in ("boosted", "logistic", "blend"):
        at = {**average, "model": model}
        assert (
            one(cards, **at, metric="brier")["estimate"]
            < one(cards, **at, metric="brier_base_rate")["estimate"]
        )
        rule = one(cards, **average, model="recency_rule", metric="auc")["estimate"]
        gain = one(cards, **at, metric="auc_over_rule")["estimate"]
        assert gain == pytest.approx(one(cards, **at, metric="auc")["estimate"] - rule)


def test_the_random_split_is_a_warning_and_nothing_else(cards: pl.DataFrame):
    rows = cards.filter(pl.col("split") == "random_split_warning")
    assert set(rows["metric"]) == {"auc", "average_precision", "lift_10"}
    assert rows["sentence"].str.contains("as one should not").all()


def test_calibration_bins_hold_every_user_tried(cards: pl.DataFrame, trained: Trained):
    bins = cards.filter(pl.col("metric") == "calibration_bin")
    assert bins["n"].sum() == sum(len(each.has_left) for each in trained.cut_offs if each.predicted)
    assert bins["position"].is_sorted()


def test_the_card_says_data_choice_drift_and_limits(cards: pl.DataFrame, trained: Trained):
    own = cards.filter(pl.col("split") == "in_force")
    assert {"data_window", "champion", "calibration", "psi", "limit"} == set(own["metric"])
    assert set(own.filter(pl.col("metric") == "psi")["item"]) == set(
        trained.cut_offs[-1].model.design.features
    )
    assert own["model_version"].n_unique() == 1


def test_segments_are_measured_or_said_to_be_too_few(cards: pl.DataFrame):
    own = cards.filter(pl.col("dimension") == "role")
    assert set(own["segment"]) == {"student", "teacher"}
    assert own.filter(pl.col("estimate").is_null() & pl.col("sentence").is_null()).is_empty()


def test_classes_that_leave_together_widen_the_intervals(trained: Trained):
    """In one log users leave on their own, in the other with their whole class."""
    widths: list[float] = []
    for members in (1, 40):
        head = pl.col("user_id") // members
        cut_offs = [
            replace(
                each,
                asked=each.asked.with_columns(classroom_id=head, has_left=head.hash(1) % 2 == 0),
            )
            for each in trained.cut_offs
            if each.asked is not None
        ]
        (trial, *_) = _trials(cut_offs)
        found = estimate(trial.found["blend"]["observed_share"])
        widths.append(found.high - found.low)
    assert widths[1] > 2 * widths[0]


def test_columns_and_rows_are_the_same_every_time(trained: Trained, cards: pl.DataFrame):
    again = model_cards(trained.history, trained.cut_offs)
    assert again.schema == MODEL_CARDS
    assert pl.DataFrame(again).equals(cards)


def test_nothing_learnt_is_one_row_with_the_reason(trained: Trained):
    some = History(trained.history.rows.head(60), trained.history.known_date, 1.0)
    (row,) = model_cards(some, []).to_pylist()
    assert row["metric"] == "reason"
    assert "too few" in row["sentence"]


def test_a_young_log_is_scored_by_the_rule_and_says_that_nothing_was_tried(tmp_path: Path):
    engine, window = write_log(tmp_path, user_days(length=60), 60)
    history = read_history(engine, window)
    cut_offs = walk_forward(history)
    cards = pl.DataFrame(model_cards(history, cut_offs))
    assert [each.champion for each in cut_offs] == ["recency_rule"]
    assert "No day could be tried yet" in one(cards, metric="champion")["sentence"]


def test_stability_is_nought_without_a_move_and_grows_with_it():
    values = pl.Series(range(1000)).cast(pl.Float64).to_numpy()
    assert stability(values, values) == pytest.approx(0)
    assert stability(values, values + 100) < stability(values, values + 500)
    assert stability(values, values + 500) > 0.25
