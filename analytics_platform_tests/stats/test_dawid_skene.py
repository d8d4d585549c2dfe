"""Dawid–Skene against a plain second implementation, planted confusion matrices, and its own promises."""

from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from analytics_platform.errors import AnalyticsError
from analytics_platform.stats import dawid_skene as module
from analytics_platform.stats.dawid_skene import Consensus, dawid_skene


class Panel(NamedTuple):
    item: NDArray
    rater: NDArray
    label: NDArray
    truth: NDArray
    confusion: NDArray


def panel(seed: int, items: int = 600, raters: int = 12, each: int = 5) -> Panel:
    """Items of three classes, each labelled by five of twelve raters with rows of their own."""
    random = np.random.default_rng(seed)
    truth = random.choice(3, items, p=[0.5, 0.3, 0.2])
    confusion = np.stack([
        [random.dirichlet(np.where(np.arange(3) == true, 12.0, 2.0)) for true in range(3)]
        for _ in range(raters)
    ])  # fmt: skip
    item = np.repeat(np.arange(items), each)
    rater = np.concatenate([random.choice(raters, each, replace=False) for _ in range(items)])
    label = (random.random((len(item), 1)) > confusion[rater, truth[item]].cumsum(axis=1)).sum(axis=1)
    return Panel(item, rater, np.minimum(label, 2), truth, confusion)


def plainly(data: Panel, steps: int) -> tuple[list[list[float]], list[float]]:
    """The same by loops over ratings: posterior and prevalence after so many steps."""
    items, raters, k = data.item.max() + 1, data.rater.max() + 1, 3
    ratings = list(zip(data.item.tolist(), data.rater.tolist(), data.label.tolist(), strict=True))
    votes = [[0.1] * k for _ in range(items)]
    for i, _, said in ratings:
        votes[i][said] += 1
    chance = [[v / sum(row) for v in row] for row in votes]
    shares: list[float] = []
    for _ in range(steps):
        shares = [sum(row[c] for row in chance) + 0.5 for c in range(k)]
        shares = [s / sum(shares) for s in shares]
        everyone = [[2.0 if c == d else 0.5 for d in range(k)] for c in range(k)]
        own = [[[0.0] * k for _ in range(k)] for _ in range(raters)]
        for i, r, said in ratings:
            for c in range(k):
                everyone[c][said] += chance[i][c]
                own[r][c][said] += chance[i][c]
        for matrix in own:
            for c in range(k):
                row = [matrix[c][d] + 4.0 * everyone[c][d] / sum(everyone[c]) for d in range(k)]
                matrix[c] = [value / sum(row) for value in row]
        new = [list(shares) for _ in range(items)]
        for i, r, said in ratings:
            new[i] = [new[i][c] * own[r][c][said] for c in range(k)]
        chance = [[v / sum(row) for v in row] for row in new]
    return chance, shares


def test_it_agrees_with_a_plain_second_implementation(monkeypatch: pytest.MonkeyPatch):
    data = panel(1, items=60, raters=5, each=3)
    monkeypatch.setattr(module, "STEPS", 15)
    monkeypatch.setattr(module, "TOLERANCE", 0.0)
    found = dawid_skene(*data[:3], 3)
    chance, shares = plainly(data, 15)
    np.testing.assert_allclose(found.posterior, chance, atol=1e-10)
    np.testing.assert_allclose(found.prevalence, shares, atol=1e-10)
    assert not found.is_converged, "no step was enough"


@pytest.fixture(scope="module")
def world() -> tuple[Panel, Consensus]:
    data = panel(3, items=4_000)
    return data, dawid_skene(*data[:3], 3)


def test_planted_confusion_matrices_and_shares_come_back(world: tuple[Panel, Consensus]):
    """Each rater has some 1,700 ratings, a class 330 or more of them: errors near .025."""
    data, found = world
    assert found.is_converged
    assert np.abs(found.confusion - data.confusion).max() < 0.1
    assert np.sqrt(((found.confusion - data.confusion) ** 2).mean()) < 0.03
    np.testing.assert_allclose(found.prevalence, [0.5, 0.3, 0.2], atol=0.03)


def test_the_posterior_is_calibrated(world: tuple[Panel, Consensus]):
    """Of items given a class with chance p, a share p is of it."""
    data, found = world
    chance, is_so = found.posterior.ravel(), np.eye(3)[data.truth].ravel()
    bins = np.digitize(chance, [0.05, 0.2, 0.4, 0.6, 0.8, 0.95])
    for at in range(7):
        told, came = chance[bins == at].mean(), is_so[bins == at].mean()
        error = np.sqrt(told * (1 - told) / (bins == at).sum())
        assert abs(told - came) < 4 * error + 0.01


def test_it_finds_the_class_more_often_than_the_majority(world: tuple[Panel, Consensus]):
    data, found = world
    votes = np.zeros((4_000, 3))
    np.add.at(votes, (data.item, data.label), 1.0)
    by_vote = (votes.argmax(axis=1) == data.truth).mean()
    assert (found.posterior.argmax(axis=1) == data.truth).mean() > by_vote + 0.005


def test_a_rater_of_few_items_is_taken_for_one_of_the_many():
    data = panel(5)
    item, rater, label = np.append(data.item, [0, 1]), np.append(data.rater, [12, 12]), data.label
    found = dawid_skene(item, rater, np.append(label, (data.truth[:2] + 1) % 3), 3)
    typical = found.confusion[:12].mean(axis=0)
    assert np.abs(found.confusion[12] - typical).max() < 0.35, "two errors do not make a liar"
    assert (found.confusion > 0).all()


def test_a_rater_who_says_the_opposite_is_recognised():
    """Nine raters right in nine of ten; the tenth says the contrary, and so tells as much."""
    random = np.random.default_rng(2)
    truth = random.integers(0, 2, 500)
    is_right = random.random((500, 10)) < np.where(np.arange(10) == 9, 0.1, 0.9)
    said = np.where(is_right, truth[:, None], 1 - truth[:, None])
    item, rater = np.divmod(np.arange(5_000), 10)
    found = dawid_skene(item, rater, said.ravel(), 2)
    assert found.confusion[9, 0, 0] < 0.2
    assert found.confusion[0, 0, 0] > 0.8


def test_an_item_that_nobody_rated_has_the_chances_of_all():
    found = dawid_skene([0, 0, 2, 2], [0, 1, 0, 1], [0, 0, 0, 1], 2)
    np.testing.assert_allclose(found.posterior[1], found.prevalence, atol=1e-4)


@pytest.mark.parametrize(
    ("ratings", "message"),
    [
        (([], [], []), "no ratings"),
        (([0, 1], [0], [0, 1]), "2, 1 and 2"),
        (([0], [0], [2]), "Label 2 is none of 2"),
        (([0], [0], [-1]), "Label -1"),
    ],
)
def test_mistakes_are_named(ratings: tuple[list[int], list[int], list[int]], message: str):
    with pytest.raises(AnalyticsError, match=message):
        dawid_skene(*ratings, 2)
