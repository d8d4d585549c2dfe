"""`validation.certificates`: how often each method is right, where the truth is known.

Belongs here: the table, its rows, and which methods they certify. Does not: cells (`matrix`), running
them (`runner`).
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from math import isfinite
from typing import Any, Literal

import pyarrow as pa

from analytics_platform.errors import AnalyticsError
from analytics_platform.lakehouse.described import described
from analytics_platform.validation.bands import FULL_REPLICATIONS, QUICK_REPLICATIONS
from analytics_platform.validation.cells import Cell
from analytics_platform.validation.code_version import code_version
from analytics_platform.validation.matrix import matrix
from analytics_platform.validation.runner import Measured, measure_all
from analytics_platform.validation.state import State

TABLE = "validation.certificates"
SEED = 20_260_101

FOIL = "foil:"
"""Opens the note of a method that is wrong on purpose, and must be caught; a limit's note opens otherwise."""

Mode = Literal["quick", "full"]
REPLICATIONS: Mapping[Mode, int] = {"quick": QUICK_REPLICATIONS, "full": FULL_REPLICATIONS}

Row = Mapping[str, Any]
Progress = Callable[[str, int, int], None]
"""Told each cell's name, how many are done, and of how many."""

COLUMNS: dict[str, tuple[pa.DataType, str]] = {
    "method": (pa.string(), "Method, by its name in experiments.readouts or observational_effects."),
    "metric_kind": (
        pa.string(),
        "Kind of metric: mean, binary, count, heavy_tail, ratio, quantile, clustered …",
    ),
    "design": (pa.string(), "Shares of control and treatment, number of clusters, or looks."),
    "sample": (pa.string(), "`small` or `large`; the note has the numbers."),
    "quantity": (
        pa.string(),
        "What was observed: false_positives, coverage, lower_miss (truth below), power …",
    ),
    "effect_kind": (pa.string(), "`absolute`, `relative`, or empty where that makes no difference."),
    "nominal": (pa.float64(), "What the method promises."),
    "lower_band": (pa.float64(), "Least value that counts as right."),
    "upper_band": (pa.float64(), "Largest value that counts as right."),
    "observed": (pa.float64(), "What was seen; null where the method gave no answer."),
    "monte_carlo_error": (pa.float64(), "Standard error of the observed value for want of replications."),
    "replications": (pa.int64(), "Simulated experiments."),
    "seed": (pa.int64(), "Seed of the run."),
    "mode": (pa.string(), "`quick` or `full`."),
    "is_within_band": (pa.bool_(), "Whether the observed value counts as right."),
    "is_shipped": (pa.bool_(), "False for a foil or a limit: shown because it fails."),
    "note": (pa.string(), "Sizes; for a foil or a limit, why it fails."),
    "versions": (pa.string(), "Digest of the code that was run, and versions of its libraries."),
    "certified_at": (pa.timestamp("us", tz="UTC"), "When the cell was run (UTC)."),
}
CERTIFICATES_SCHEMA = described(COLUMNS)


@dataclass(frozen=True)
class Verdict:
    """What a run of the matrix found.

    Attributes:
        outside: shipped quantities outside their band.
        not_caught: names of foils all of whose quantities lie inside theirs.
    """

    outside: list[Row]
    not_caught: list[str]

    @property
    def passed(self) -> bool:
        """Whether every shipped method is right and every foil was caught."""
        return not self.outside and not self.not_caught


def certify(
    mode: Mode = "quick",
    seed: int = SEED,
    *,
    methods: Collection[str] = (),
    state: State | None = None,
    progress: Progress | None = None,
    workers: int = 2,
) -> pa.Table:
    """Run the matrix and return it as the table `validation.certificates`.

    Args:
        mode: `quick` for 1,000 replications, `full` for 10,000.
        seed: the same one gives the same numbers.
        methods: only these; all by default.
        state: cells already run with this code, seed and mode, which are not run again.
        progress: called after each cell.
        workers: processes; 1 stays in this one.

    Raises:
        AnalyticsError: a method is not in the matrix.
    """
    rows = certificate_rows(mode, seed, methods=methods, state=state, progress=progress, workers=workers)
    return pa.Table.from_pylist(rows, CERTIFICATES_SCHEMA)


def certificate_rows(
    mode: Mode = "quick",
    seed: int = SEED,
    *,
    methods: Collection[str] = (),
    state: State | None = None,
    progress: Progress | None = None,
    workers: int = 2,
) -> list[Row]:
    """The rows of `certify`, in the order of the matrix."""
    state = state or State()
    keys = {name: _key(name, mode, seed) for name in _chosen(methods)}
    missing = [name for name, key in keys.items() if key not in state]
    for done, (name, found) in enumerate(measure_all(missing, seed, REPLICATIONS[mode], workers), start=1):
        state.put(keys[name], list(_rows(matrix()[name], found, mode, seed)))
        if progress:
            progress(name, done, len(missing))
    return [row for key in keys.values() for row in state.get(key)]


def judge(rows: Iterable[Row]) -> Verdict:
    """Whether certificates lie inside their bands, and foils outside."""
    rows = list(rows)
    outside = [row for row in rows if row["is_shipped"] and not row["is_within_band"]]
    foils = [row for row in rows if row["note"].startswith(FOIL)]
    caught = {_cell_name(row) for row in foils if not row["is_within_band"]}
    return Verdict(
        outside, list(dict.fromkeys(name for name in map(_cell_name, foils) if name not in caught))
    )


def certified(rows: Iterable[Row]) -> dict[str, bool]:
    """Whether all certificates of each shipped method lie inside their bands, by method."""
    shipped = [row for row in rows if row["is_shipped"]]
    methods = dict.fromkeys(row["method"] for row in shipped)
    failing = {row["method"] for row in shipped if not row["is_within_band"]}
    return {method: method not in failing for method in methods}


def _chosen(methods: Collection[str]) -> Sequence[str]:
    known = {cell.method for cell in matrix().values()}
    for method in methods:
        if method not in known:
            raise AnalyticsError(
                f"No certificate is of method {method!r}; there are {', '.join(sorted(known))}."
            )
    return [name for name, cell in matrix().items() if not methods or cell.method in methods]


def _key(name: str, mode: Mode, seed: int) -> str:
    return f"{name}|{mode}|{seed}|{_versions(name)}"


def _versions(name: str) -> str:
    return f"code {code_version(name)}, numpy {version('numpy')}, scipy {version('scipy')}"


def _cell_name(row: Row) -> str:
    return "/".join(row[column] for column in ("method", "metric_kind", "design", "sample"))


def _rows(cell: Cell, found: Iterable[Measured], mode: Mode, seed: int) -> Iterator[Row]:
    certified_at = datetime.now(UTC)
    for one in found:
        is_number = isfinite(one.observed)
        yield {
            "method": cell.method,
            "metric_kind": cell.metric_kind,
            "design": cell.design,
            "sample": cell.sample,
            "quantity": one.target.quantity,
            "effect_kind": one.target.effect_kind,
            "nominal": one.band.nominal,
            "lower_band": one.band.low,
            "upper_band": one.band.high,
            "observed": one.observed if is_number else None,
            "monte_carlo_error": one.monte_carlo_error if is_number else None,
            "replications": one.replications,
            "seed": seed,
            "mode": mode,
            "is_within_band": one.is_within_band,
            "is_shipped": cell.is_shipped,
            "note": cell.note,
            "versions": _versions(cell.name),
            "certified_at": certified_at,
        }
