"""Measures of a labelled set, against scikit-learn and by hand."""

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, brier_score_loss, roc_auc_score

from analytics_platform.llm_quality.detector import DETECTOR
from analytics_platform.llm_quality.evaluation import MEASURES, measures, threshold


@pytest.fixture
def cases() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    chance = rng.beta(1, 4, 2000)
    return rng.random(2000) < chance, chance


def test_measures_agree_with_another_implementation(cases: tuple[np.ndarray, np.ndarray]):
    y, chance = cases
    found = measures(y, chance)
    assert list(found) == list(MEASURES)
    assert found["auroc"].estimate == pytest.approx(roc_auc_score(y, chance))
    assert found["brier"].estimate == pytest.approx(brier_score_loss(y, chance))
    flagged = chance >= DETECTOR.threshold
    assert found["balanced_accuracy"].estimate == pytest.approx(balanced_accuracy_score(y, flagged))
    assert found["calibration_in_the_large"].estimate == pytest.approx(y.mean() - chance.mean())


def test_true_chances_are_found_calibrated_and_doubled_ones_are_not(cases: tuple[np.ndarray, np.ndarray]):
    y, chance = cases
    assert measures(y, chance)["calibration_error"].low < 0.01
    assert measures(y, np.minimum(2 * chance, 1))["calibration_error"].low > 0.1


def test_a_threshold_of_the_other_half_does_not_profit_from_chance():
    rng = np.random.default_rng(6)
    reached = [
        measures(rng.random(200) < 0.3, rng.random(200))["balanced_accuracy_refitted"].estimate
        for _ in range(100)
    ]
    assert np.mean(reached) == pytest.approx(0.5, abs=0.015)


def test_the_threshold_parts_what_can_be_parted():
    chance = np.linspace(0, 1, 101)
    assert threshold(chance > 0.6, chance) == pytest.approx(0.61, abs=0.01)
