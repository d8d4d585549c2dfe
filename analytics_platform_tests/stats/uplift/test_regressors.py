from collections.abc import Callable

import numpy as np
import pytest

from analytics_platform.stats.uplift.regressors import BOOSTED_FROM, Predictor, fit_effect, fit_outcome
from analytics_platform.stats.uplift.trial import Floats


@pytest.mark.parametrize("fit", [fit_outcome, fit_effect])
@pytest.mark.parametrize("units", [BOOSTED_FROM - 1, BOOSTED_FROM])
def test_a_target_without_variation_is_predicted_as_it_is(
    fit: Callable[[Floats, Floats], Predictor], units: int
):
    features = np.random.default_rng(1).normal(size=(units, 2))
    assert fit(features, np.full(units, 3.0))(features[:5]) == pytest.approx(np.full(5, 3.0))


def test_few_units_give_a_straight_line_and_many_a_step():
    features = np.random.default_rng(1).uniform(-1, 1, size=(2 * BOOSTED_FROM, 1))
    step = (features[:, 0] > 0).astype(float)
    at = np.array([[0.2], [0.9]])
    few, many = (
        fit_outcome(features[: BOOSTED_FROM - 1], step[: BOOSTED_FROM - 1]),
        fit_outcome(features, step),
    )
    assert few(at)[1] - few(at)[0] > 0.3
    assert many(at) == pytest.approx([1.0, 1.0], abs=0.05)


def test_a_column_without_variation_is_harmless():
    features = np.column_stack([np.arange(100.0), np.ones(100)])
    assert fit_outcome(features, 2 * features[:, 0])(features)[-1] == pytest.approx(198.0, rel=0.05)
