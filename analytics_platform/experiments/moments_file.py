"""A table of moments as an experiment: one row a variant and metric, with a count, a mean and a spread."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from analytics_platform.errors import AnalyticsError
from analytics_platform.experiments.analysis_config import AnalysisConfig, FileMetric, check_columns
from analytics_platform.experiments.sample import Sample
from analytics_platform.experiments.segments import SegmentMoments
from analytics_platform.experiments.users_file import ARM, ROW, Read, arm_names
from analytics_platform.stats.moments import Moments
from analytics_platform.stats.power import MOST_UNITS

Row = Mapping[str, Any]

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
    check_columns(table, [("variant", config.variant)], file)
    rows = table.rename({"units": "n"} if "n" not in table.columns else {}).with_row_index(ROW, 1)
    rows = rows.with_columns(pl.col("metric").cast(pl.String), arm_names(rows[config.variant]).alias(ARM))
    samples: dict[str, dict[str, Sample]] = {}
    for metric in config.metrics:
        own = rows.filter(pl.col("metric") == metric.name)
        if own.is_empty():
            raise AnalyticsError(
                f"{file}, column metric: {metric.name!r} is not there; it has "
                f"{', '.join(rows['metric'].drop_nulls().unique().sort())}."
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
        arm = row[ARM]
        if arm not in config.shares:
            said = "the variant is missing" if arm is None else f"{arm!r} is none of the variants"
            raise AnalyticsError(
                f"{file}: row {row[ROW]}, column {config.variant}: {said}; write one of "
                f"{', '.join(config.shares)}."
            )
        if arm in found:
            raise AnalyticsError(
                f"{file}: row {row[ROW]}: {metric.name} of {arm} stands twice; leave one of the rows."
            )
        found[arm] = Sample(_moments(row, metric, file))
    return found


def _moments(row: Row, metric: FileMetric, file: str) -> Moments:
    n = _number(row, "n", file)
    if not 0 <= n <= MOST_UNITS or n % 1:
        raise AnalyticsError(
            f"{file}: row {row[ROW]}, column n: {n:g} units cannot be; write a whole number."
        )
    if row.get("mean_y") is not None:
        return _full(row, n, file)
    if metric.kind == "ratio":
        raise AnalyticsError(
            f"{file}: row {row[ROW]}: a ratio needs mean_y, mean_k, cross_yy, cross_yk and cross_kk."
        )
    has_mean = row.get("mean") is not None
    mean = _number(row, "mean", file) if has_mean else _number(row, "sum", file) / max(n, 1.0)
    if metric.kind == "proportion" and not 0.0 <= mean <= 1.0:
        raise AnalyticsError(
            f"{file}: row {row[ROW]}, column {'mean' if has_mean else 'sum'}: a share of {mean:g} cannot be; "
            "a proportion lies between 0 and 1."
        )
    spread = _spread(row, n, mean, metric, file)
    if spread < 0.0:
        raise AnalyticsError(
            f"{file}: row {row[ROW]}, column sum_squares: the squares are too small for this mean; "
            "write the sum of the squared values."
        )
    return Moments(np.array(float(n)), np.array([mean, 1.0]), np.array([[spread, 0.0], [0.0, 0.0]]))


def _spread(row: Row, n: float, mean: float, metric: FileMetric, file: str) -> float:
    """Centred sum of squares from whichever column there is."""
    if row.get("variance") is not None:
        return _not_negative(row, "variance", file) * max(n - 1.0, 0.0)
    if row.get("sd") is not None:
        return _not_negative(row, "sd", file) ** 2 * max(n - 1.0, 0.0)
    if row.get("sum_squares") is not None:
        return _not_negative(row, "sum_squares", file) - n * mean**2
    if metric.kind == "proportion":
        return n * mean * (1.0 - mean)
    raise AnalyticsError(
        f"{file}: row {row[ROW]}: a spread is missing; add a column variance, sd or sum_squares."
    )


def _full(row: Row, n: float, file: str) -> Moments:
    names = [name for name in NAMES if row.get(f"mean_{name}") is not None]
    if "k" not in names:
        names = ["y", "k", *names[1:]]
        of_ones = {f"cross_{a}{b}": 0.0 for a, b in _pairs(names) if "k" in (a, b)}
        row = {**row, "mean_k": 1.0, **of_ones}
    cross = np.empty((len(names), len(names)))
    for one, other in _pairs(names):
        value = (_not_negative if one == other else _number)(row, f"cross_{one}{other}", file)
        i, j = names.index(one), names.index(other)
        cross[i, j] = cross[j, i] = value
    return Moments(
        np.array(float(n)), np.array([_number(row, f"mean_{name}", file) for name in names]), cross
    )


def _pairs(names: list[str]) -> list[tuple[str, str]]:
    return [(one, other) for place, one in enumerate(names) for other in names[place:]]


def _not_negative(row: Row, name: str, file: str) -> float:
    value = _number(row, name, file)
    if value < 0.0:
        raise AnalyticsError(
            f"{file}: row {row[ROW]}, column {name}: {value:g} is negative, as no spread is."
        )
    return value


def _number(row: Row, name: str, file: str) -> float:
    value = row.get(name)
    place = f"{file}: row {row[ROW]}, column {name}"
    if value is None:
        raise AnalyticsError(f"{place}: a number is missing.")
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise AnalyticsError(f"{place}: {value!r} is no number; correct it.") from None
    if not np.isfinite(number):
        raise AnalyticsError(f"{place}: {number:g} is not finite; correct it, or leave it empty.")
    return number
