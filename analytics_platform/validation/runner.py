"""Running cells: the same numbers whatever the order, the workers or where a run was broken off.

Replications come in blocks. Each block draws from a generator of its own, seeded by the run's seed, the
cell's name and the block's number, so that more replications continue what fewer began.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from zlib import crc32

import numpy as np

from analytics_platform.validation.bands import AGAIN, Band
from analytics_platform.validation.cells import Cell, Outcomes, Target
from analytics_platform.validation.matrix import matrix

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Measured:
    """A quantity of a cell as observed.

    Attributes:
        target: what was judged.
        band: what it had to lie in.
        observed: the value.
        monte_carlo_error: its standard error for want of replications.
        replications: how many there were.
    """

    target: Target
    band: Band
    observed: float
    monte_carlo_error: float
    replications: int

    @property
    def is_within_band(self) -> bool:
        """Whether the value counts as right."""
        return self.band.holds(self.observed)


def measure(cell: Cell, seed: int, replications: int) -> list[Measured]:
    """Simulate a cell; a shipped one outside its band again with four times the replications.

    Args:
        cell: what is certified.
        seed: of the whole run.
        replications: of a cell with effort 1.
    """
    first = max(round(replications * cell.effort), 1)
    outcomes = _replicated(cell, seed, range(first))
    found = _judged(cell, outcomes, first, first)
    if cell.is_shipped and not all(one.is_within_band for one in found):
        more = _replicated(cell, seed, range(first, AGAIN * first))
        outcomes = {key: np.concatenate([values, more[key]]) for key, values in outcomes.items()}
        found = _judged(cell, outcomes, first, AGAIN * first)
    return found


def measure_all(
    names: Sequence[str], seed: int, replications: int, workers: int = 2
) -> Iterator[tuple[str, list[Measured]]]:
    """Measure cells of the matrix, and yield each as soon as it is there.

    Args:
        names: of cells.
        seed: of the whole run.
        replications: of a cell with effort 1.
        workers: processes; 1 stays in this one.
    """
    if workers == 1 or len(names) <= 1:
        yield from ((name, measure(matrix()[name], seed, replications)) for name in names)
        return
    # Threads of the linear algebra would fight over the cores that the workers already fill.
    os.environ.update({name: os.environ.get(name, value) for name, value in ONE_THREAD.items()})
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(_measure_named, name, seed, replications): name for name in names}
        for done in as_completed(waiting):
            yield waiting[done], done.result()


def _measure_named(name: str, seed: int, replications: int) -> list[Measured]:
    return measure(matrix()[name], seed, replications)


def _replicated(cell: Cell, seed: int, wanted: range) -> Outcomes:
    """The replications of a cell with the numbers wanted."""
    parts = []
    for block in range(wanted.start // cell.block, -(-wanted.stop // cell.block)):
        random = np.random.default_rng([seed, crc32(cell.name.encode()), block])
        drawn = cell.simulate(random, cell.block)
        place = block * cell.block
        kept = slice(max(wanted.start - place, 0), wanted.stop - place)
        parts.append({key: values[kept] for key, values in drawn.items()})
    return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}


def _judged(cell: Cell, outcomes: Outcomes, first: int, replications: int) -> list[Measured]:
    """All quantities against the band of the first replications, which more do not move."""
    return [
        Measured(
            target,
            target.band.at(first),
            *target.summary(outcomes[target.quantity, target.effect_kind]),
            replications,
        )
        for target in cell.targets
    ]
