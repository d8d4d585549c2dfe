"""Newcombe's interval of a difference against the paper's examples, and the test that agrees with it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics_platform.stats.newcombe import newcombe, p_value

# Newcombe (1998), Statistics in Medicine 17, 873–890, table II: method 10, 95 %.
PUBLISHED = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0000),
]


@pytest.mark.parametrize(("did", "units", "others_did", "others", "low", "high"), PUBLISHED)
def test_the_published_intervals_come_out(
    did: int, units: int, others_did: int, others: int, low: float, high: float
):
    assert newcombe(did, units, others_did, others) == pytest.approx((low, high), abs=6e-5)


@settings(max_examples=100, deadline=None)
@given(
    did=st.integers(0, 40),
    fails=st.integers(1, 40),
    others_did=st.integers(0, 40),
    others_fail=st.integers(1, 40),
)
def test_the_test_rejects_just_where_the_interval_excludes_zero(
    did: int, fails: int, others_did: int, others_fail: int
):
    counts = (did, did + fails, others_did, others_did + others_fail)
    p = float(p_value(*counts))
    for alpha in (0.01, 0.05, 0.3):
        low, high = newcombe(*counts, alpha)
        if abs(p - alpha) > 1e-6:
            assert (low > 0 or high < 0) == (p < alpha)


def test_without_units_nothing_is_known():
    assert np.isnan(p_value([0, 3], [0, 5], [1, 1], [2, 0])).all()
    assert p_value(3, 6, 2, 4) == 1.0
