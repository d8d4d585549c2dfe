"""Running cells: the same numbers in any order, in any number of blocks and workers."""

import numpy as np
import pytest

from analytics_platform.validation.bands import FALSE_POSITIVES, Band
from analytics_platform.validation.cells import Cell, Outcomes, Target, largest, share, size, uniformity
from analytics_platform.validation.matrix import matrix
from analytics_platform.validation.runner import measure, measure_all


def coin(chance: float, band: Band = FALSE_POSITIVES, block: int = 100, effort: float = 1.0) -> Cell:
    """A test that errs with a given chance."""

    def simulate(random: np.random.Generator, replications: int) -> Outcomes:
        return {("false_positives", "absolute"): random.random(replications) < chance}

    return Cell("coin", "none", "50/50", "small", simulate, (size(band=band),), block=block, effort=effort)


def test_the_seed_decides_and_nothing_else():
    assert measure(coin(0.05), 1, 1_000) == measure(coin(0.05), 1, 1_000)
    assert measure(coin(0.05), 1, 1_000) != measure(coin(0.05), 2, 1_000)


def test_cells_draw_from_generators_of_their_own():
    whole = [measure(matrix()[name], 3, 20) for name in NAMES]
    backwards = [measure(matrix()[name], 3, 20) for name in reversed(NAMES)]

    assert whole == backwards[::-1]


def test_two_workers_find_what_one_does():
    alone = dict(measure_all(NAMES, 3, 20, workers=1))

    assert dict(measure_all(NAMES, 3, 20, workers=2)) == alone


def test_more_replications_continue_what_fewer_began():
    fewer, more = (measure(coin(0.5, Band(0.5, 0.0, 1.0)), 1, count)[0] for count in (150, 250))

    drawn = np.concatenate([more_of(block) for block in range(3)])
    assert fewer.observed == pytest.approx(np.mean(drawn[:150] < 0.5))
    assert more.observed == pytest.approx(np.mean(drawn[:250] < 0.5))


def more_of(block: int) -> np.ndarray:
    """What the generator of a block of the coin gives."""
    from zlib import crc32  # noqa: PLC0415

    return np.random.default_rng([1, crc32(b"coin/none/50/50/small"), block]).random(100)


def test_a_cell_outside_its_band_is_repeated_against_the_same_band():
    [found] = measure(coin(0.2), 1, 500)

    assert found.replications == 2_000
    assert found.band == FALSE_POSITIVES.at(500)
    assert not found.is_within_band


def test_a_foil_is_not_repeated():
    [found] = measure(coin(0.2).shown_failing("foil: a loaded coin"), 1, 500)

    assert (found.replications, found.is_within_band) == (500, False)


def test_effort_scales_the_replications():
    [found] = measure(coin(0.05, Band(0.05, 0.0, 1.0), effort=0.1), 1, 1_000)

    assert found.replications == 100
    assert found.monte_carlo_error == pytest.approx(np.sqrt(found.observed * (1 - found.observed) / 100))


def test_p_values_that_are_not_uniform_are_seen():
    random = np.random.default_rng(1)
    even = random.random(5_000)

    assert uniformity(even)[0] > 0.001
    assert uniformity(even**1.2)[0] < 0.001
    assert uniformity(np.append(even, np.nan)) == uniformity(even)
    assert np.isnan(uniformity(np.array([np.nan]))[0])


def test_the_largest_difference_counts_where_nothing_is_random():
    target = Target("difference", "", Band(0.0, 0.0, 1e-12, spread=0.0), largest)

    assert target.summary(np.array([1e-14, 3e-13])) == (3e-13, 0.0)
    assert share(np.array([True, False]))[0] == 0.5


NAMES = ["holm/none/10 tests/large", "cluster_delta/clustered/G=20/small", "sample_ratio/none/50/50/large"]
