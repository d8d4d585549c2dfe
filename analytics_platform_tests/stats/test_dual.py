import numpy as np
import pytest

from analytics_platform.stats.dual import Dual


def formula(a: Dual, b: Dual, c: Dual) -> Dual:
    return (a * b - c) / (a + c) + (b / c).halved()


def plain(values: np.ndarray) -> float:
    a, b, c = values
    return (a * b - c) / (a + c) + b / c / 2


def test_values_and_gradients_equal_finite_differences():
    points = np.random.default_rng(1).uniform(1, 3, (20, 3))
    found = formula(*Dual.inputs(points))
    assert found.value == pytest.approx([plain(point) for point in points])
    for at, step in enumerate(np.eye(3) * 1e-6):
        slopes = [(plain(point + step) - plain(point - step)) / 2e-6 for point in points]
        assert found.gradient[:, at] == pytest.approx(slopes, rel=1e-6)


def test_a_zero_divisor_gives_no_number_and_a_choice_leaves_it_out():
    above, below = Dual.inputs(np.array([[1.0, 0.0], [1.0, 2.0]]))
    ratio = above / below
    assert np.isnan(ratio.value).tolist() == [True, False]
    mended = ratio.where(below.value != 0, above)
    assert mended.value.tolist() == [1.0, 0.5]
    assert mended.gradient.tolist() == [[1.0, 0.0], [0.5, -0.25]]


def test_the_standard_error_is_that_of_a_simulation():
    draws = np.random.default_rng(2)
    covariance = np.array([[0.04, 0.01], [0.01, 0.02]])
    above, below = Dual.inputs(np.array([[5.0, 10.0]]))
    said = (above / below).standard_error(covariance[None])[0]
    sampled = draws.multivariate_normal([5, 10], covariance, 50_000)
    assert said == pytest.approx(np.std(sampled[:, 0] / sampled[:, 1]), rel=0.02)
