"""Reconciled forecasts against the projection written as matrices."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analytics_platform.forecasts.reconcile import reconciled

SIZES = st.floats(0.1, 1e4)


@given(SIZES, st.lists(st.tuples(SIZES, SIZES), min_size=1, max_size=4), SIZES)
def test_it_is_the_weighted_projection_onto_what_adds_up(
    total: float, parts: list[tuple[float, float]], variance: float
):
    base = np.array([part for part, _ in parts])
    variances = np.array([variance, *(spread for _, spread in parts)])
    found_total, found = reconciled(np.array([total]), base[:, None], variances)
    summing = np.vstack([np.ones(len(base)), np.eye(len(base))])
    weights = np.diag(1 / variances)
    solved = np.linalg.solve(summing.T @ weights @ summing, summing.T @ weights @ np.array([total, *base]))
    if (solved >= 0).all():
        np.testing.assert_allclose(found[:, 0], solved, rtol=1e-6, atol=1e-6)
    else:
        np.testing.assert_array_equal(found[:, 0], base)
    np.testing.assert_allclose(found_total, found.sum(axis=0))


def test_what_adds_up_stays():
    parts = np.array([[3.0, 4.0], [7.0, 6.0]])
    total, found = reconciled(np.array([10.0, 10.0]), parts, np.array([1.0, 2.0, 3.0]))
    np.testing.assert_allclose(found, parts)
    np.testing.assert_allclose(total, [10, 10])
