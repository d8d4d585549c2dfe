import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_platform.stats.moments import Moments, stacked

RANDOM = np.random.default_rng(5)


def agree(one: Moments, other: Moments, relative: float = 1e-12) -> None:
    np.testing.assert_array_equal(one.n, other.n)
    np.testing.assert_allclose(one.mean, other.mean, rtol=relative)
    scale = np.sqrt(np.diagonal(other.cross, axis1=-2, axis2=-1))
    np.testing.assert_allclose(one.cross, other.cross, atol=relative * float(scale.max()) ** 2)


def test_they_are_what_numpy_says_of_the_same_rows():
    rows = RANDOM.gamma(2.0, size=(4, 50, 3))
    found = Moments.of(rows)
    for sample in range(4):
        np.testing.assert_allclose(found.covariance[sample], np.cov(rows[sample], rowvar=False))
        np.testing.assert_allclose(found.mean[sample], rows[sample].mean(axis=0))


def test_a_mean_far_above_its_spread_costs_no_digits():
    rows = RANDOM.normal(size=(20_000, 1))
    parts = [Moments.of(part + 1e8) for part in np.split(rows, 10)]
    merged = Moments.total(stacked(parts))
    assert merged.covariance[0, 0] == pytest.approx(rows.var(ddof=1), rel=1e-6)
    naive = ((rows + 1e8) ** 2).sum() - 20_000 * (rows + 1e8).mean() ** 2
    assert naive / 20_000 != pytest.approx(1.0, rel=0.5), "power sums lose everything here"


@given(
    sizes=st.lists(st.integers(0, 30), min_size=1, max_size=6),
    scale=st.sampled_from([1e-3, 1.0, 1e5]),
    seed=st.integers(0, 1000),
)
def test_parts_merge_into_the_whole_and_can_be_taken_out_again(sizes: list[int], scale: float, seed: int):
    random = np.random.default_rng(seed)
    rows = [scale * random.lognormal(size=(size, 2)) for size in (*sizes, 3)]
    parts = [Moments.of(part) for part in rows]
    whole = Moments.of(np.concatenate(rows))
    agree(Moments.total(stacked(parts)), whole)
    one_by_one = parts[-1]
    for part in parts[:-1]:
        one_by_one += part
    agree(one_by_one, whole)
    agree(whole - parts[0], Moments.of(np.concatenate(rows[1:])), relative=1e-9)


def test_merging_works_along_any_leading_axis():
    rows = RANDOM.normal(size=(3, 4, 10, 2))
    found = Moments.total(Moments.of(rows), axis=1)
    agree(found, Moments.of(rows.reshape(3, 40, 2)), relative=1e-10)


def test_no_units_add_nothing_and_have_no_variance_nor_has_one():
    nothing = Moments.total(Moments.of(np.zeros((2, 0, 1))))
    assert nothing.n == 0
    assert np.isnan(nothing.covariance).all()
    agree(Moments.of([[1.0], [2.0]]) + nothing, Moments.of([[1.0], [2.0]]))
    agree(nothing + nothing, nothing)
    assert np.isnan(Moments.of([[4.0]]).covariance).all()


def test_variables_can_be_chosen_and_combined():
    rows = RANDOM.normal(size=(30, 3))
    moments = Moments.of(rows)
    agree(moments.select(2, 0), Moments.of(rows[:, [2, 0]]))
    matrix = np.array([[1.0, 0.0, -2.0], [0.0, 3.0, 1.0]])
    agree(moments.transform(matrix, 7.0), Moments.of(rows @ matrix.T + 7.0), relative=1e-10)
    assert moments.variables == 3
