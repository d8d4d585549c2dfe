import json

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from analytics_platform.churn.blend import Blend
from analytics_platform.churn.boosted import SHAPE, Boosted
from analytics_platform.churn.linear import Logistic
from analytics_platform.churn.recency import RecencyRule


def data(n: int = 1500, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Recency first, unknown values, a flag, an interaction."""
    draw = np.random.default_rng(seed)
    x = np.column_stack([draw.integers(0, 28, n), draw.normal(size=(n, 3)), draw.integers(0, 2, n)]).astype(
        float
    )
    x[draw.random(n) < 0.2, 1] = np.nan
    logit = 0.15 * x[:, 0] - 2 + np.nan_to_num(x[:, 1]) * x[:, 4]
    return x, draw.random(n) < 1 / (1 + np.exp(-logit))


X, Y = data()
SCORERS = [RecencyRule.fit(X, Y), Logistic.fit(X, Y), Boosted.fit(X, Y)]
SCORERS.append(Blend(SCORERS[2], SCORERS[1]))


def test_the_arrays_are_the_fitted_trees():
    fitted = HistGradientBoostingClassifier(**SHAPE, min_samples_leaf=30).fit(X, Y)
    new, _ = data(500, seed=1)
    assert Boosted.of_estimator(fitted).logit(new) == pytest.approx(fitted.decision_function(new), abs=1e-12)


@pytest.mark.parametrize("scorer", SCORERS, ids=lambda scorer: scorer.kind)
def test_contributions_add_up_to_the_log_odds(scorer: Boosted):
    new, _ = data(400, seed=2)
    columns, base = scorer.contributions(new)
    assert np.abs(columns.sum(axis=1) + base - scorer.logit(new)).max() < 1e-6


def test_interactions_add_up_to_contributions_and_find_the_planted_pair():
    trees = SCORERS[2]
    new, _ = data(300, seed=3)
    pairs = trees.interactions(new)
    assert pairs.sum(axis=2) == pytest.approx(trees.contributions(new)[0], abs=1e-6)
    strength = np.abs(pairs).mean(axis=0)
    np.fill_diagonal(strength, 0)
    assert set(np.unravel_index(strength.argmax(), strength.shape)) == {1, 4}


@pytest.mark.parametrize("scorer", SCORERS, ids=lambda scorer: scorer.kind)
def test_json_gives_the_same_numbers_back(scorer: Boosted):
    again = type(scorer).of_parts(json.loads(json.dumps(scorer.parts(), allow_nan=False)))
    new, _ = data(300, seed=4)
    assert np.array_equal(again.logit(new), scorer.logit(new))


def test_a_node_that_leads_nowhere_is_refused():
    parts = SCORERS[2].parts()
    parts["left"][0][0] = 99
    with pytest.raises(ValueError, match="outside its tree"):
        Boosted.of_parts(parts)


def test_the_recency_rule_rises_and_keeps_the_order_of_days():
    logits = SCORERS[0].logit(np.arange(40.0)[:, None])
    assert (np.diff(logits) > 0).all()


def test_where_the_recent_leave_the_rule_falls():
    falling = RecencyRule.fit(np.column_stack([27 - X[:, 0]]), Y)
    assert (np.diff(falling.logit(np.arange(40.0)[:, None])) < 0).all()


def test_every_scorer_beats_chance_on_new_rows():
    new, y = data(2000, seed=5)
    for scorer in SCORERS:
        assert scorer.logit(new)[y].mean() > scorer.logit(new)[~y].mean() + 0.5
