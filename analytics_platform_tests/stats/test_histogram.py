import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analytics_platform.errors import AnalyticsError
from analytics_platform.stats.histogram import ZERO_BIN, Histogram, bin_of


@pytest.fixture
def values() -> np.ndarray:
    rng = np.random.default_rng(1)
    return np.where(rng.random((2, 50_000)) < 0.2, 0.0, rng.lognormal(2, 1, (2, 50_000)))


def test_bins_grow_by_one_per_cent_and_zero_stands_apart():
    assert bin_of([0.0, 1.0, 1.005, 1.011, 0.995, 100.0]).tolist() == [ZERO_BIN, 0, 0, 1, -1, 462]


@pytest.mark.parametrize("bad", [[1.0, -0.5], [np.nan]], ids=["negative", "missing"])
def test_values_without_a_bin_are_refused(bad: list[float]):
    with pytest.raises(AnalyticsError, match="leave such values out"):
        Histogram.of(bad)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_quantiles_are_close_to_those_of_the_values(values: np.ndarray, share: float):
    exact = np.quantile(values, share, axis=-1)
    np.testing.assert_allclose(Histogram.of(values).quantile(share), exact, rtol=3e-3)


def test_a_fine_quantile_of_a_million_values_is_within_a_few_ten_thousandths():
    values = np.random.default_rng(2).lognormal(0, 1, 1_000_000)
    assert Histogram.of(values).quantile(0.99) == pytest.approx(np.quantile(values, 0.99), rel=4e-4)


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.93, 1.0])
def test_quantiles_of_whole_numbers_are_exact(share: float):
    counts = np.random.default_rng(3).poisson(4, (3, 401)).astype(float)
    exact = np.quantile(counts, share, axis=-1, method="inverted_cdf" if share == 0.93 else "linear")
    np.testing.assert_allclose(Histogram.of(counts).quantile(share), exact)


@pytest.mark.parametrize("cap", [0.0, 0.4, 5.0, 60.0, 1e9])
def test_winsorised_moments_are_those_of_the_capped_values(values: np.ndarray, cap: float):
    ours, capped = Histogram.of(values).winsorised(cap), np.minimum(values, cap)
    np.testing.assert_array_equal(ours.n, 50_000)
    np.testing.assert_allclose(ours.mean[..., 0], capped.mean(-1), rtol=1e-6)
    np.testing.assert_allclose(ours.covariance[..., 0, 0], capped.var(-1, ddof=1), rtol=2e-5, atol=1e-12)


def test_each_sample_may_have_its_own_cap(values: np.ndarray):
    caps = np.array([3.0, 30.0])
    exact = np.minimum(values, caps[:, None]).mean(-1)
    np.testing.assert_allclose(Histogram.of(values).winsorised(caps).mean[..., 0], exact, rtol=1e-6)


def test_a_cap_on_a_whole_number_leaves_it_whole():
    counts = np.array([1.0, 2, 2, 5, 9])
    assert Histogram.of(counts).winsorised(5).mean[0] == pytest.approx(3.0, rel=1e-14)


def test_two_days_merge_and_part_again():
    rng = np.random.default_rng(4)
    first, second = Histogram.of(rng.lognormal(0, 1, 500)), Histogram.of(rng.lognormal(1, 2, 300))
    again = first + second - second
    np.testing.assert_array_equal(again.bins, first.bins)
    np.testing.assert_array_equal(again.units, first.units)
    np.testing.assert_allclose(again.sums, first.sums, rtol=1e-12)
    assert (first + second).n == 800
    assert (first - first).bins.size == 0


@settings(max_examples=60, deadline=None)
@given(
    arrays(float, st.integers(1, 40), elements=st.floats(0, 1e6, allow_subnormal=False)), st.integers(0, 39)
)
def test_parts_add_up_to_the_whole(values: np.ndarray, cut: int):
    whole, parts = Histogram.of(values), [values[:cut], values[cut:]]
    merged = (
        sum((Histogram.of(part) for part in parts[1:] if part.size), Histogram.of(parts[0])) if cut else whole
    )
    np.testing.assert_array_equal(merged.bins, whole.bins)
    np.testing.assert_array_equal(merged.units, whole.units)
    np.testing.assert_allclose(merged.squares, whole.squares, rtol=1e-12)


def test_stored_deltas_add_up_to_the_last_value_of_each_unit():
    # A unit that went from 2 to 5 leaves bin 69 and enters bin 161; another one stays at 3.
    old, new, other = bin_of([2.0, 5.0, 3.0])
    ours = Histogram.from_rows([old, other, old, new], [1, 1, -1, 1], [2, 3, -2, 5], [4, 9, -4, 25])
    expected = Histogram.of([3.0, 5.0])
    for name in ("bins", "units", "sums", "squares"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(expected, name))


def test_units_that_share_a_value_are_counted_and_those_of_a_smooth_bin_are_not(values: np.ndarray):
    assert Histogram.of([0.0, 0, 3, 3, 3, 4]).tied(3.0) == 3
    assert Histogram.of([0.0, 0, 3, 3, 3, 4]).tied(0.0) == 2
    assert Histogram.of(values).tied(np.array([7.0, 8.0])).tolist() == [0, 0]


def test_a_sample_without_units_has_no_quantile():
    empty = Histogram(np.array([3]), np.zeros(1), np.zeros(1), np.zeros(1))
    nothing = [empty, Histogram.of([]), Histogram.from_rows([], [], [], []), empty - empty]
    assert [(float(sample.n), np.isnan(sample.quantile(0.5))) for sample in nothing] == [(0, True)] * 4
    assert Histogram.of([]).winsorised(3.0).n == 0
    assert (Histogram.of([]) + Histogram.of([2.0])).quantile(0.5) == 2
