"""The decomposition against its definition, its sums by hypothesis, its intervals by simulation."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analytics_platform.stats.decomposition import (
    Totals,
    chosen,
    count_split,
    count_terms,
    ratio_split,
    ratio_terms,
    totals_of,
)

Rows = list[tuple[int, int, tuple[int, ...]]]

EXACT = 1e-9
COUNTS = st.integers(0, 5)


def made(rows: Rows) -> Totals:
    """Totals of rows of (cluster, segment, y and d before, y and d after)."""
    merged: dict[tuple[int, int], np.ndarray] = {}
    for cluster, segment, counts in rows:
        merged[cluster, segment] = merged.get((cluster, segment), np.zeros(4)) + np.array(counts, float)
    cluster, segment = np.array([*merged], np.int64).T
    return chosen(totals_of(cluster, segment, np.array([*merged.values()]), 3), 0, 1)


ROWS = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 2), st.tuples(*[COUNTS] * 4)), min_size=1, max_size=30
)


@settings(max_examples=150, deadline=None)
@given(ROWS)
def test_parts_add_up_exactly_whatever_the_counts(rows: Rows):
    totals = made(rows)
    y0, d0, y1, d1 = totals.overall
    counted, split = count_terms(totals), count_split(totals)
    scale = max(1.0, y0, y1)
    assert counted["total"].value.sum() == pytest.approx(y1 - y0, abs=EXACT * scale)
    assert split["total"].value[0] == pytest.approx(y1 - y0, abs=EXACT * scale)
    if y0:
        both = counted["proportional"].value + counted["excess"].value
        assert both == pytest.approx(counted["total"].value, abs=EXACT * scale)
        assert counted["excess"].value.sum() == pytest.approx(0, abs=EXACT * scale)
    if not d0 or not d1:
        return
    change, terms, parts = y1 / d1 - y0 / d0, ratio_terms(totals), ratio_split(totals)
    assert terms["total"].value.sum() == pytest.approx(change, abs=EXACT)
    assert (terms["mix"].value + terms["rate"].value).sum() == pytest.approx(change, abs=EXACT)
    assert parts["numerator"].value + parts["denominator"].value == pytest.approx(change, abs=EXACT)
    assert (split["users"].value + split["per_user"].value) == pytest.approx(y1 - y0, abs=EXACT * scale)


@settings(max_examples=100, deadline=None)
@given(ROWS)
def test_mix_and_rate_are_those_of_the_definition(rows: Rows):
    totals = made(rows)
    y0, d0, y1, d1 = totals.segments.T
    if not (d0.all() and d1.all()):
        return
    w0, w1, r0, r1 = d0 / d0.sum(), d1 / d1.sum(), y0 / d0, y1 / d1
    overall = ((w0 * r0).sum() + (w1 * r1).sum()) / 2
    terms = ratio_terms(totals)
    assert terms["mix"].value == pytest.approx((w1 - w0) * ((r0 + r1) / 2 - overall), abs=EXACT)
    assert terms["rate"].value == pytest.approx((r1 - r0) * (w0 + w1) / 2, abs=EXACT)
    moved = (r1 - r0) - ((w1 * r1).sum() - (w0 * r0).sum())
    assert terms["excess"].value == pytest.approx(moved * (w0 + w1) / 2, abs=EXACT)


def test_a_segment_that_comes_or_goes_changes_the_mix_alone():
    totals = made([(0, 0, (2, 4, 2, 4)), (1, 1, (3, 3, 0, 0)), (2, 2, (0, 0, 4, 5))])
    rate = ratio_terms(totals)["rate"].value
    assert rate == pytest.approx([0, 0, 0], abs=1e-12)


def test_a_count_that_nobody_had_before_has_no_proportional_part():
    terms = count_terms(made([(0, 0, (0, 1, 3, 1)), (1, 1, (0, 1, 2, 1))]))
    assert list(terms) == ["total"]
    assert terms["total"].value.tolist() == [3, 2, 0]


@dataclass(frozen=True)
class World:
    """Classes of about ten people in three segments, some of which change from one period to the next.

    Attributes:
        classes: how many there are on average.
        shares: of the segments among people.
        activity: mean d of a person in each segment, before and after, (2, 3).
        rates: y for each d in each segment, before and after, (2, 3).
        spread: of what members of a class have in common; 0: people are independent.
    """

    classes: int = 150
    shares: tuple[float, ...] = (0.6, 0.3, 0.1)
    activity: tuple[tuple[float, ...], ...] = ((2.0, 3.0, 4.0), (2.2, 3.0, 2.8))
    rates: tuple[tuple[float, ...], ...] = ((1.0, 2.0, 0.5), (1.0, 2.3, 0.5))
    spread: float = 0.3

    def draw(self, draws: np.random.Generator) -> Totals:
        classes = draws.poisson(self.classes)
        people = draws.multinomial(10, self.shares, classes).reshape(-1)
        segment, cluster = np.tile(np.arange(3), classes), np.repeat(np.arange(classes), 3)
        habit = draws.gamma(2.0, 0.5, (classes, 1)) ** self.spread
        habit /= np.mean(draws.gamma(2.0, 0.5, 20_000) ** self.spread) if self.spread else 1.0
        counts = np.zeros((len(people), 4))
        for period in (0, 1):
            shared = draws.lognormal(-(self.spread**2) / 2, self.spread, (classes, 1))
            weight = np.repeat(habit * shared, 3, axis=1).reshape(-1)
            d = draws.poisson(people * np.array(self.activity[period])[segment] * weight)
            counts[:, 2 * period + 1] = d
            counts[:, 2 * period] = draws.poisson(d * np.array(self.rates[period])[segment])
        return chosen(totals_of(cluster, segment, counts, 3), 0, 1)

    def truth(self) -> Totals:
        """The totals to be expected."""
        people = 10 * self.classes * np.array(self.shares)
        d = people * np.array(self.activity)
        y = d * np.array(self.rates)
        segments = np.stack([y[0], d[0], y[1], d[1]], axis=1)
        return Totals(segments.sum(0), segments, np.zeros((3, 8, 8)), np.ones((3, 4), np.int64))


WAYS = (ratio_terms, count_terms, ratio_split, count_split)


def values(totals: Totals) -> tuple[np.ndarray, np.ndarray]:
    """Every contribution and its standard error, in a fixed order."""
    terms = [term for way in WAYS for term in way(totals).values()]
    return np.concatenate([t.value for t in terms]), np.concatenate([t.standard_error for t in terms])


def coverage(world: World, experiments: int, seed: int) -> np.ndarray:
    """Share of 95 % intervals that hold the truth, by contribution."""
    truth, draws = values(world.truth())[0], np.random.default_rng(seed)
    hits = np.zeros(len(truth))
    for _ in range(experiments):
        totals = world.draw(draws)
        found, error = values(totals)
        reach = stats.t.ppf(0.975, totals.clusters.max() - 1) * error
        hits += np.abs(found - truth) <= reach
    return hits / experiments


@pytest.mark.parametrize(
    "world", [World(), World(spread=0.0), World(classes=60)], ids=["classes", "alone", "few"]
)
def test_intervals_of_planted_changes_hold_as_often_as_they_say(world: World):
    found = coverage(world, 500, seed=3)
    assert 0.93 <= found.mean() <= 0.975
    assert found.min() >= 0.91


def test_standard_errors_of_people_in_classes_are_how_much_changes_vary():
    world, draws = World(), np.random.default_rng(4)
    totals = [world.draw(draws) for _ in range(200)]
    changes = [count_terms(each)["total"] for each in totals]
    spread = np.std([each.value for each in changes], axis=0)
    assert np.mean([each.standard_error for each in changes], axis=0) == pytest.approx(spread, rel=0.15)


def test_standard_errors_are_those_of_a_bootstrap_of_clusters():
    draws = np.random.default_rng(5)
    clusters = 400
    cluster, segment = np.repeat(np.arange(clusters), 3), np.tile(np.arange(3), clusters)
    counts = draws.poisson((1.0, 2.0, 1.5, 2.0), (3 * clusters, 4)).astype(float)
    counts[:, 2:] *= np.where(segment == 1, 2.0, 1.0)[:, None]
    found = []
    for _ in range(400):
        weights = draws.poisson(1.0, clusters)[cluster][:, None]
        found.append(values(chosen(totals_of(cluster, segment, counts * weights, 3), 0, 1))[0])
    said = values(chosen(totals_of(cluster, segment, counts, 3), 0, 1))[1]
    assert np.std(found, axis=0) == pytest.approx(said, rel=0.15)
