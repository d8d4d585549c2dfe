"""The labelling queue: exact chances, and shorter intervals that still hold the truth."""

import numpy as np
import polars as pl
import pytest

from analytics_platform.errors import AnalyticsError
from analytics_platform.llm_quality.labelling import inclusion_chances, labelling_queue
from analytics_platform.stats.ppi import ppi_mean

DRAWS = 300


def candidates(probabilities: list[float | None]) -> pl.DataFrame:
    ids = [f"i{at}" for at in range(len(probabilities))]
    return pl.DataFrame(
        {"interaction_id": ids, "unsupported_probability": probabilities},
        schema={"interaction_id": pl.String, "unsupported_probability": pl.Float64},
    )


def test_each_is_drawn_as_often_as_it_is_said():
    frame, counts = candidates([0.0, 0.02, 0.1, 0.3, 0.5, None, 0.9, 1.0]), np.zeros(8)
    for seed in range(4_000):
        drawn = labelling_queue(frame, 3, seed)
        counts[[int(name[1:]) for name in drawn["interaction_id"]]] += 1
        assert drawn["interaction_id"].n_unique() == 3
    p = np.array([0.0, 0.02, 0.1, 0.3, 0.5, 0.5, 0.9, 1.0])
    np.testing.assert_allclose(counts / 4_000, inclusion_chances(np.sqrt(p * (1 - p)), 3), atol=0.03)


def test_doubt_comes_first_and_the_certain_are_not_left_out():
    chance = inclusion_chances(np.array([0.0, 0.5]), 1)
    np.testing.assert_allclose(chance, [0.15, 0.85])
    np.testing.assert_allclose(inclusion_chances(np.zeros(4), 2), 0.5)


def test_chances_stay_within_one_and_add_up_to_the_budget():
    chance = inclusion_chances(np.array([0.5, 0.5, *[0.001] * 20]), 8)
    assert chance.max() == 1.0
    assert chance.sum() == pytest.approx(8)


def test_rows_tell_why_they_were_drawn():
    drawn = labelling_queue(candidates([0.5, None, 0.001, 0.0]), 9, 1).sort("interaction_id")
    assert drawn["reason"].to_list() == ["judge in doubt", "no probability", *["check of the rest"] * 2]
    assert drawn["sampling_probability"].to_list() == [1.0] * 4
    assert sorted(drawn["rank"]) == [1, 2, 3, 4]


def test_the_same_seed_draws_the_same():
    frame = candidates([0.1, 0.2, 0.3, 0.4, 0.5])
    assert labelling_queue(frame, 2, 7).equals(labelling_queue(frame, 2, 7))
    assert labelling_queue(frame, 0, 7).is_empty()
    assert labelling_queue(candidates([]), 5, 7).is_empty()


@pytest.mark.parametrize(("alpha", "most"), [(0.3, 0.93), (0.7, 0.99)], ids=["sure judge", "unsure judge"])
def test_intervals_are_shorter_than_after_an_even_draw_and_hold_the_truth(alpha: float, most: float):
    """Calibrated probabilities; 150 labels of 2,000 answers a draw."""
    random, truth = np.random.default_rng(3), alpha / (alpha + 1.6)
    hits, width, even_width = 0, 0.0, 0.0
    for seed in range(DRAWS):
        p = random.beta(alpha, 1.6, 2_000)
        is_wrong = (random.random(2_000) < p).astype(float)
        frame = pl.DataFrame({"unsupported_probability": p, "at": np.arange(2_000)})
        drawn = labelling_queue(frame, 150, seed)
        at, rest = drawn["at"].to_numpy(), np.delete(p, drawn["at"].to_numpy())
        found = ppi_mean(is_wrong[at], p[at], rest, weights=1 / drawn["sampling_probability"].to_numpy())
        even = ppi_mean(is_wrong[:150], p[:150], p[150:])
        hits += found.low <= truth <= found.high
        width, even_width = width + found.high - found.low, even_width + even.high - even.low
    assert hits / DRAWS >= 0.92
    assert width / even_width <= most


@pytest.mark.parametrize(
    ("frame", "budget", "words"),
    [
        (pl.DataFrame({"a": [1]}), 1, "no column unsupported_probability"),
        (candidates([0.1, 1.5]), 1, "1.5 in row 2; calibrate"),
        (candidates([0.1]), -1, "budget is -1"),
    ],
)
def test_input_that_does_not_fit_is_refused_in_words(frame: pl.DataFrame, budget: int, words: str):
    with pytest.raises(AnalyticsError, match=words):
        labelling_queue(frame, budget, 1)
