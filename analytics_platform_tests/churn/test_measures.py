import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from analytics_platform.churn.measures import (
    Groups,
    Outcomes,
    auc,
    average_precision,
    estimate,
    lift,
    measured,
    tenths,
    weights_of,
)


@st.composite
def predictions(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    n = draw(st.integers(4, 60))
    y = np.array(draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    y[:2] = [True, False]
    levels = draw(st.lists(st.integers(0, 9), min_size=n, max_size=n))
    return y, np.array(levels) / 10


@settings(max_examples=60, deadline=None)
@given(predictions(), st.lists(st.integers(0, 3), min_size=60, max_size=60))
def test_weighted_measures_equal_those_of_repeated_rows(
    given_: tuple[np.ndarray, np.ndarray], counts: list[int]
):
    y, p = given_
    weights = np.array(counts[: len(y)])
    weights[:2] = 1
    repeated_y, repeated_p = np.repeat(y, weights), np.repeat(p, weights)
    groups = Groups.of(y, p, np.column_stack([np.ones(len(y)), weights]).astype(float))
    assert auc(groups) == pytest.approx([roc_auc_score(y, p), roc_auc_score(repeated_y, repeated_p)])
    assert average_precision(groups) == pytest.approx(
        [average_precision_score(y, p), average_precision_score(repeated_y, repeated_p)]
    )


def test_lift_divides_a_tie():
    y = np.array([True] * 5 + [False] * 15)
    assert lift(Groups.of(y, np.where(y, 0.9, 0.1), np.ones((20, 1)))) == pytest.approx([4.0])
    assert lift(Groups.of(y, np.full(20, 0.5), np.ones((20, 1)))) == pytest.approx([1.0])


def test_a_perfect_forecast_has_no_loss_and_a_constant_one_the_base_rate_s():
    y = np.arange(100) < 30
    outcomes = Outcomes(np.arange(100), y, 0.3)
    weights = np.ones((100, 1))
    perfect, constant = (
        measured(outcomes, y.astype(float), weights),
        measured(outcomes, np.full(100, 0.3), weights),
    )
    assert perfect["brier"] == 0
    assert perfect["calibration_error"] == 0
    assert constant["brier"] == pytest.approx(constant["brier_base_rate"])
    assert constant["calibration_error"] == pytest.approx(0, abs=1e-12)
    assert constant["auc"] == 0.5


def test_a_user_seen_twice_is_drawn_together():
    one, other = weights_of([np.array([1, 2, 3]), np.array([3, 1])])
    assert np.array_equal(one[[2, 0]], other)
    assert (one[:, 0] == 1).all()


def test_intervals_cover_as_often_as_they_say():
    """AUC of normal scores one apart is .7602; its interval covers it in about 95 of 100 samples."""
    draw, covered = np.random.default_rng(1), 0
    for _ in range(100):
        y = draw.random(300) < 0.4
        p = 1 / (1 + np.exp(-(draw.normal(size=300) + y)))
        found = estimate(auc(Groups.of(y, p, weights_of([np.arange(300)])[0])))
        covered += found.low <= 0.7602 <= found.high
    assert 88 <= covered <= 100


def test_tenths_hold_equal_predictions_together():
    part = tenths(np.array([0.1] * 50 + [0.2] * 50))
    assert len(set(part[:50])) == len(set(part[50:])) == 1
    assert part[0] < part[-1]
