"""A table of moments as an experiment: one row a variant and metric, with a count, a mean and a spread."""

import numpy as np
import polars as pl

from analytics_platform.errors import AnalyticsError
from analytics_platform.experiments.analysis_config import AnalysisConfig, FileMetric
from analytics_platform.experiments.sample import Sample
from analytics_platform.experiments.segments import SegmentMoments
from analytics_platform.experiments.users_file import Read
from analytics_platform.stats.moments import Moments

NAMES = ("y", "k", "x1", "x2", "x3", "x4")


def is_moments(table: pl.DataFrame) -> bool:
    """Whether a table holds moments and not users."""
    return "metric" in table.columns and bool({"n", "units"} & set(table.columns))


def read(table: pl.DataFrame, config: AnalysisConfig, file: str) -> Read:
    """Samples, no segments, units by variant and no notes.

    A spread is `variance`, `sd`, `sum_squares` (with `sum`), or `cross_yy`; ratios and covariates need the
    columns of the ledger, `mean_k`, `cross_yk` and so on.

    Raises:
        AnalyticsError: a column, a metric or a variant is missing, or a number cannot be one of a sample.
    """
    if config.variant not in table.columns:
        raise AnalyticsError(
            f"{file} has no column {config.variant!r}, which the configuration names as variant."
        )
    rows = table.rename({"units": "n"} if "n" not in table.columns else {}).with_row_index("_row", 1)
    samples: dict[str, dict[str, Sample]] = {}
    for metric in config.metrics:
        own = rows.filter(pl.col("metric") == metric.name)
        if own.is_empty():
            raise AnalyticsError(
                f"{file}, column metric: {metric.name!r} is not there; it has "
                f"{', '.join(map(str, table['metric'].unique().sort()))}."
            )
        samples[metric.name] = _arms(own, config, metric, file)
    first = samples[config.metrics[0].name]
    counts = pl.DataFrame(
        {"variant": list(first), "units": [int(sample.moments.n) for sample in first.values()]},
        schema={"variant": pl.String, "units": pl.Int64},
    )
    segments: dict[str, SegmentMoments] = {}
    return samples, segments, counts, ()


def _arms(own: pl.DataFrame, config: AnalysisConfig, metric: FileMetric, file: str) -> dict[str, Sample]:
    found: dict[str, Sample] = {}
    for row in own.iter_rows(named=True):
        arm = str(row[config.variant])
        if arm not in config.shares:
            raise AnalyticsError(
                f"{file}: row {row['_row']}, column {config.variant}: {arm!r} is none of the variants "
                f"{', '.join(config.shares)}."
            )
        if arm in found:
            raise AnalyticsError(f"{file}: row {row['_row']}: {metric.name} of {arm} stands twice.")
        found[arm] = Sample(_moments(row, metric, file))
    return found


def _moments(row: dict[str, float], metric: FileMetric, file: str) -> Moments:
    n = _number(row, "n", file)
    if n < 0:
        raise AnalyticsError(f"{file}: row {row['_row']}, column n: {n:g} units cannot be.")
    if row.get("mean_y") is not None:
        return _full(row, n, file)
    mean = row["mean"] if row.get("mean") is not None else _number(row, "sum", file) / max(n, 1.0)
    if metric.kind == "ratio":
        raise AnalyticsError(
            f"{file}: row {row['_row']}: a ratio needs mean_y, mean_k, cross_yy, cross_yk and cross_kk."
        )
    spread = _spread(row, n, mean, metric, file)
    if spread < 0.0:
        raise AnalyticsError(
            f"{file}: row {row['_row']}: the squares are too small for this mean; a variance is not negative."
        )
    return Moments(np.array(float(n)), np.array([mean, 1.0]), np.array([[spread, 0.0], [0.0, 0.0]]))


def _spread(row: dict[str, float], n: float, mean: float, metric: FileMetric, file: str) -> float:
    """Centred sum of squares from whichever column there is."""
    if row.get("variance") is not None:
        return row["variance"] * max(n - 1.0, 0.0)
    if row.get("sd") is not None:
        return row["sd"] ** 2 * max(n - 1.0, 0.0)
    if row.get("sum_squares") is not None:
        return row["sum_squares"] - n * mean**2
    if metric.kind == "proportion":
        return n * mean * (1.0 - mean)
    raise AnalyticsError(
        f"{file}: row {row['_row']}: a spread is missing; add a column variance, sd or sum_squares."
    )


def _full(row: dict[str, float], n: float, file: str) -> Moments:
    names = [name for name in NAMES if row.get(f"mean_{name}") is not None]
    if "k" not in names:
        row, names = (
            {
                **row,
                "mean_k": 1.0,
                **{f"cross_{a}{b}": 0.0 for a, b in _pairs(["y", "k", *names[1:]]) if "k" in (a, b)},
            },
            ["y", "k", *names[1:]],
        )
    cross = np.empty((len(names), len(names)))
    for one, other in _pairs(names):
        value = _number(row, f"cross_{one}{other}", file)
        i, j = names.index(one), names.index(other)
        cross[i, j] = cross[j, i] = value
    return Moments(np.array(float(n)), np.array([float(row[f"mean_{name}"]) for name in names]), cross)


def _pairs(names: list[str]) -> list[tuple[str, str]]:
    return [(one, other) for place, one in enumerate(names) for other in names[place:]]


def _number(row: dict[str, float], name: str, file: str) -> float:
    value = row.get(name)
    if value is None or not np.isfinite(value):
        raise AnalyticsError(f"{file}: row {row['_row']}, column {name}: a number is missing.")
    return float(value)
