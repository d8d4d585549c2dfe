"""The gap between groups of raters against a dense mixed model, and coverage in panels and among users."""

from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from analytics_platform.errors import AnalyticsError
from analytics_platform.stats.crossed_ratings import CrossedRatings
from analytics_platform.stats.rater_severity import group_gap
from analytics_platform_tests.stats.samples import is_near

GAP = 0.3


class Ratings(NamedTuple):
    item: NDArray
    rater: NDArray
    score: NDArray
    is_first: NDArray


def panel(random: np.random.Generator, raters: int, items: int = 40, varies: float = 0.0) -> Ratings:
    """Half of the raters in either group, each rating half of the items; the gap may vary between items."""
    item, rater = np.divmod(np.flatnonzero(random.random(items * raters) < 0.5), raters)
    is_first = rater < raters // 2
    level, severity = random.normal(size=items), random.normal(0.0, 0.4, raters)
    gap = random.normal(GAP, varies, items)[item]
    return Ratings(
        item, rater, level[item] - severity[rater] + gap * is_first + random.normal(size=len(item)), is_first
    )


def users(random: np.random.Generator) -> Ratings:
    """A third of 400 users in the first group, who prefer the better items; one to five ratings each."""
    rater = np.repeat(np.arange(400), random.integers(1, 6, 400))
    is_first, level = rater < 133, np.sort(random.normal(size=200))
    item = np.where(is_first, random.integers(60, 200, len(rater)), random.integers(0, 200, len(rater)))
    score = (
        level[item] + GAP * is_first + random.normal(0.0, 0.5, 400)[rater] + random.normal(size=len(rater))
    )
    return Ratings(item, rater, score, is_first)


def test_the_gap_is_that_of_a_dense_mixed_model():
    data = panel(np.random.default_rng(1), 12)
    noise, between = CrossedRatings.of(*data[:3]).variances((np.arange(12) < 6).astype(float))
    items, raters = np.eye(40)[data.item], np.eye(12)[data.rater]
    design = np.column_stack([data.is_first, items]).astype(float)
    weight = np.linalg.inv(noise * np.eye(len(data.score)) + between * raters @ raters.T)
    expected = np.linalg.solve(design.T @ weight @ design, design.T @ weight @ data.score)[0]
    found = group_gap(*data)
    assert found.gap == pytest.approx(expected, abs=1e-6)
    assert found.raw_gap == pytest.approx(
        data.score[data.is_first].mean() - data.score[~data.is_first].mean()
    )
    assert (found.first_raters, found.second_raters) == (6, 6)
    assert found.items == sum(len(set(data.is_first[data.item == item])) == 2 for item in range(40))


@pytest.mark.parametrize("raters", [16, 40])
def test_intervals_cover_in_panels(raters: int):
    random = np.random.default_rng(raters)
    found = [group_gap(*panel(random, raters), draws=60) for _ in range(800)]
    assert is_near(float(np.mean([one.low <= GAP <= one.high for one in found])), 0.95, 800)
    assert is_near(float(np.mean([one.raw_low <= GAP <= one.raw_high for one in found])), 0.95, 800)


def test_intervals_cover_where_the_gap_varies_between_items():
    random = np.random.default_rng(9)
    found = [group_gap(*panel(random, 40, varies=1.0), draws=60) for _ in range(300)]
    assert is_near(float(np.mean([one.low <= GAP <= one.high for one in found])), 0.95, 300)


def test_intervals_cover_among_users_and_the_raw_gap_says_what_they_chose():
    random = np.random.default_rng(7)
    found = [group_gap(*users(random), draws=60) for _ in range(200)]
    assert is_near(float(np.mean([one.low <= GAP <= one.high for one in found])), 0.95, 200)
    assert np.mean([one.raw_low > GAP for one in found]) > 0.5


def test_the_same_seed_gives_the_same_interval():
    data = panel(np.random.default_rng(2), 12)
    assert group_gap(*data, seed=3) == group_gap(*data, seed=3) != group_gap(*data, seed=4)


def test_a_rating_without_score_does_not_count():
    data = panel(np.random.default_rng(3), 12)
    more = [np.append(side, one) for side, one in zip(data, (0, 99, np.nan, True), strict=True)]
    assert group_gap(*more) == group_gap(*data)


def test_names_do_as_well_as_numbers():
    data = panel(np.random.default_rng(4), 12)
    named = group_gap(
        np.char.add("i", data.item.astype(str)), np.char.add("r", data.rater.astype(str)), *data[2:]
    )
    assert named.gap == pytest.approx(group_gap(*data).gap)


def test_without_an_item_of_both_groups_there_is_a_raw_gap_alone():
    found = group_gap([0, 0, 1, 1], [0, 1, 2, 3], [1.0, 2.0, 4.0, 4.0], [True, True, False, False])
    assert (found.raw_gap, found.items) == (-2.5, 0)
    assert np.isnan([found.gap, found.low, found.high]).all()
    assert found.raw_low < -2.5 < found.raw_high


def test_one_rater_in_a_group_has_no_interval():
    found = group_gap([0, 1, 0, 1, 0, 1], [0, 0, 1, 1, 2, 2], [1.0, 2, 3, 4, 4, 4], [1, 1, 0, 0, 0, 0])
    assert found.gap == pytest.approx(-2.25)
    assert np.isnan([found.low, found.high, found.raw_low, found.raw_high]).all()


def test_one_group_alone_has_no_gap():
    found = group_gap([0, 1], [0, 1], [1.0, 2.0], [True, True])
    assert np.isnan([found.gap, found.low, found.raw_gap, found.raw_high]).all()
    assert (found.first_raters, found.second_raters) == (2, 0)


def test_scores_that_are_all_alike_have_a_gap_of_zero():
    data = panel(np.random.default_rng(5), 8)
    found = group_gap(data.item, data.rater, np.full(len(data.item), 4.0), data.is_first)
    assert (found.gap, found.raw_gap) == (pytest.approx(0.0), pytest.approx(0.0))


def test_mistakes_are_named():
    with pytest.raises(AnalyticsError, match="Rater 7 rated as a member of both groups"):
        group_gap([0, 1], [7, 7], [1.0, 2.0], [True, False])
    with pytest.raises(AnalyticsError, match="2 ratings need as many groups, but there are 1"):
        group_gap([0, 1], [7, 7], [1.0, 2.0], [True])
