"""A table of users as an experiment: one row a unit, in the columns that the configuration names."""

import difflib
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from analytics_platform.errors import AnalyticsError
from analytics_platform.experiments.analysis_config import AnalysisConfig, FileMetric
from analytics_platform.experiments.reasons import counted
from analytics_platform.experiments.sample import Sample
from analytics_platform.experiments.segments import SegmentMoments
from analytics_platform.stats.moments import Moments

ROW, ARM = "_row", "_arm"

Read = tuple[dict[str, dict[str, Sample]], dict[str, SegmentMoments], pl.DataFrame, tuple[str, ...]]


def read(table: pl.DataFrame, config: AnalysisConfig, file: str) -> Read:
    """Samples, segments, units by variant and notes.

    Args:
        table: one row a unit.
        config: what its columns mean.
        file: its name, for messages.

    Raises:
        AnalyticsError: a column is missing or holds what it must not; column and row are named.
    """
    _check_columns(table, config, file)
    rows = table.with_row_index(ROW, 1).with_columns(_arm_names(table[config.variant]).alias(ARM))
    notes: list[str] = []
    rows = _assigned(rows, config, notes)
    _check_arms(rows, config, file)
    _check_units(rows, config, file)
    _check_times(rows, config, file)
    samples: dict[str, dict[str, Sample]] = {}
    segments: dict[str, SegmentMoments] = {}
    for metric in config.metrics:
        values = _values(rows, config, metric, file, notes)
        arms = {str(key[0]): part for key, part in values.partition_by(ARM, as_dict=True).items()}
        samples[metric.name] = {arm: _sample(part, config, metric) for arm, part in arms.items()}
        if metric.kind != "quantile":
            segments[metric.name] = _segments(values, config)
    return samples, segments, _counts(rows, config), tuple(dict.fromkeys(notes))


def _check_columns(table: pl.DataFrame, config: AnalysisConfig, file: str) -> None:
    named: list[tuple[str, str | None]] = [
        ("variant", config.variant),
        ("unit", config.unit),
        ("cluster", config.cluster),
        ("exposed_at", config.exposed_at),
        ("outcome_at", config.outcome_at),
        *(("covariates", name) for name in config.covariates),
        *(("segments", name) for name in config.segments),
        *(("strata", name) for name in config.strata),
    ]
    for place, metric in enumerate(config.metrics):
        named += [
            (f"metrics[{place}].{field}", name)
            for field, name in (
                ("column", metric.value),
                ("denominator", metric.denominator),
                ("before", metric.before),
            )
        ]
    for field, name in named:
        if name is not None and name not in table.columns:
            near = difflib.get_close_matches(name, table.columns, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(table.columns)}."
            raise AnalyticsError(
                f"{file} has no column {name!r}, which the configuration names as {field}; {hint}"
            )


def _arm_names(arms: pl.Series) -> pl.Series:
    """Names of arms as texts: a 1.0 that stands for 1 is the arm "1"."""
    whole = arms.dtype.is_float() and bool((arms.drop_nulls() % 1 == 0).all())
    return (arms.cast(pl.Int64) if whole else arms).cast(pl.String)


def _assigned(rows: pl.DataFrame, config: AnalysisConfig, notes: list[str]) -> pl.DataFrame:
    """The rows that have a variant; the others are left out, and said to be."""
    without = rows[ARM].null_count()
    if without:
        notes.append(f"{config.variant}: {counted(without, 'row')} without a variant left out.")
    return rows.filter(pl.col(ARM).is_not_null())


def _check_arms(rows: pl.DataFrame, config: AnalysisConfig, file: str) -> None:
    arms = list(config.shares)
    unknown = rows.filter(~pl.col(ARM).is_in(arms))
    if unknown.height:
        first = unknown.row(0, named=True)
        raise AnalyticsError(
            f"{file}: row {first[ROW]}, column {config.variant}: {first[config.variant]!r} is none of the "
            f"variants {', '.join(arms)} ({counted(unknown.height, 'row')} in all)."
        )


def _check_units(rows: pl.DataFrame, config: AnalysisConfig, file: str) -> None:
    """A unit stands once, and a cluster in one arm."""
    if config.unit is not None:
        twice = rows.filter(pl.col(config.unit).is_duplicated()).sort(config.unit, ROW)
        if twice.height:
            one, other = twice.row(0, named=True), twice.row(1, named=True)
            where = (
                f"{file}: rows {one[ROW]} and {other[ROW]}, column {config.unit}: unit {one[config.unit]!r}"
            )
            if one[ARM] != other[ARM]:
                raise AnalyticsError(
                    f"{where} is in two variants, {one[ARM]} and {other[ARM]}; leave such units out."
                )
            raise AnalyticsError(f"{where} stands twice; add its rows up to one.")
    if config.cluster is not None:
        arms = rows.group_by(config.cluster).agg(pl.col(ARM).n_unique().alias("arms"), pl.col(ROW).min())
        split = arms.filter(pl.col("arms") > 1).sort(ROW)
        if split.height:
            raise AnalyticsError(
                f"{file}: row {split[ROW][0]}, column {config.cluster}: {split[config.cluster][0]!r} has "
                "units in several variants; name a cluster only where whole clusters were randomised."
            )


def _check_times(rows: pl.DataFrame, config: AnalysisConfig, file: str) -> None:
    if config.exposed_at is None or config.outcome_at is None:
        return
    for name in (config.exposed_at, config.outcome_at):
        if not rows.schema[name].is_temporal():
            raise AnalyticsError(f"{file}: column {name} holds no times; write them as 2026-01-31T09:00:00.")
    early = rows.filter(pl.col(config.outcome_at) < pl.col(config.exposed_at))
    if early.height:
        first = early.row(0, named=True)
        raise AnalyticsError(
            f"{file}: row {first[ROW]}: {config.outcome_at} {first[config.outcome_at]} lies before "
            f"{config.exposed_at} {first[config.exposed_at]} ({counted(early.height, 'row')} in all); "
            "leave out what came before the exposure."
        )


def _values(
    rows: pl.DataFrame, config: AnalysisConfig, metric: FileMetric, file: str, notes: list[str]
) -> pl.DataFrame:
    """The rows of a metric with y, k and x1…; missing outcomes left out, missing covariates marked."""
    parts = [_numbers(rows, metric.value, file).alias("y")]
    parts.append(_numbers(rows, metric.denominator, file).alias("k") if metric.denominator else _ones(rows))
    kept = rows.with_columns(parts)
    missing = kept.filter(pl.col("y").is_null() | pl.col("k").is_null())
    if missing.height:
        by_arm = ", ".join(
            f"{arm} {count:,}" for arm, count in missing[ARM].value_counts(sort=True).iter_rows()
        )
        notes.append(f"{metric.name}: {counted(missing.height, 'row')} without a value left out ({by_arm}).")
        kept = kept.filter(pl.col("y").is_not_null() & pl.col("k").is_not_null())
    _check_values(kept, metric, file)
    if metric.kind == "winsorised":
        kept = kept.with_columns(pl.col("y").clip(upper_bound=metric.cap))
    names = [*((metric.before,) if metric.before else ()), *config.covariates]
    return kept.with_columns(_covariates(kept, names, file, notes))


def _check_values(kept: pl.DataFrame, metric: FileMetric, file: str) -> None:
    if metric.kind == "proportion":
        wrong = kept.filter(~pl.col("y").is_in([0.0, 1.0]))
        said = "a proportion holds 0 and 1 only"
    else:
        wrong, said = (
            kept.filter(~(pl.col("y").is_finite() & pl.col("k").is_finite())),
            "a value must be finite",
        )
    if wrong.height:
        first = wrong.row(0, named=True)
        raise AnalyticsError(f"{file}: row {first[ROW]}, column {metric.value}: {first['y']:g}, and {said}.")


def _covariates(kept: pl.DataFrame, names: Sequence[str], file: str, notes: list[str]) -> list[pl.Series]:
    """x1, x2…: the mean where a value is missing, with a covariate that marks those rows.

    Source: Zhao and Ding (2024), To adjust or not to adjust? Estimating the average treatment effect in
    randomized experiments with missing covariates.
    """
    found: list[pl.Series] = []
    for name in names:
        values = _numbers(kept, name, file)
        missing = values.is_null()
        if missing.any():
            notes.append(
                f"{name}: {counted(int(missing.sum()), 'row')} without a value kept; the mean stands in, "
                "and a covariate marks them."
            )
            found.append(values.fill_null(values.mean() or 0.0))
            found.append(missing.cast(pl.Float64))
        else:
            found.append(values)
    return [values.alias(f"x{number}") for number, values in enumerate(found, start=1)]


def _numbers(rows: pl.DataFrame, name: str, file: str) -> pl.Series:
    values = rows[name]
    if values.dtype.is_numeric() or values.dtype.base_type() in {pl.Boolean, pl.Null}:
        return values.cast(pl.Float64).fill_nan(None)
    numbers = values.cast(pl.String).cast(pl.Float64, strict=False)
    wrong = rows.filter(numbers.is_null() & values.is_not_null())
    if wrong.height:
        first = wrong.row(0, named=True)
        raise AnalyticsError(f"{file}: row {first[ROW]}, column {name}: {first[name]!r} is no number.")
    return numbers


def _ones(rows: pl.DataFrame) -> pl.Series:
    return pl.Series("k", np.ones(rows.height))


def _variables(values: pl.DataFrame) -> list[str]:
    return ["y", "k", *(name for name in values.columns if name[0] == "x" and name[1:].isdecimal())]


def _sample(values: pl.DataFrame, config: AnalysisConfig, metric: FileMetric) -> Sample:
    details: dict[str, Any] = {}
    if config.cluster is not None:
        totals = _clustered(values, config.cluster)
        details |= {
            "clusters": totals.select("y", "k").to_numpy(),
            "cluster_of": values[config.cluster].to_numpy(),
        }
        details["values"] = values["y"].to_numpy()
        return Sample(_moments(totals), **details)
    if metric.kind == "quantile":
        details["values"] = values["y"].to_numpy()
    if config.strata:
        parts = values.partition_by(*config.strata, as_dict=True)
        details["strata"] = {
            " × ".join(map(str, key)): Moments.of(part.select("y", "k").to_numpy())
            for key, part in parts.items()
        }
    return Sample(_moments(values), **details)


def _segments(values: pl.DataFrame, config: AnalysisConfig) -> SegmentMoments:
    found: dict[tuple[str, str], dict[str, Moments]] = {}
    for dimension in config.segments:
        parts = values.filter(pl.col(dimension).is_not_null()).partition_by(dimension, ARM, as_dict=True)
        for key, part in sorted(parts.items(), key=lambda item: str(item[0])):
            units = part if config.cluster is None else _clustered(part, config.cluster)
            found.setdefault((dimension, str(key[0])), {})[str(key[1])] = _moments(units)
    return found


def _clustered(values: pl.DataFrame, cluster: str) -> pl.DataFrame:
    return values.group_by(cluster, maintain_order=True).agg(pl.col(_variables(values)).sum())


def _moments(values: pl.DataFrame) -> Moments:
    return Moments.of(values.select(_variables(values)).to_numpy())


def _counts(rows: pl.DataFrame, config: AnalysisConfig) -> pl.DataFrame:
    units = pl.len() if config.cluster is None else pl.col(config.cluster).n_unique()
    return rows.group_by(pl.col(ARM).alias("variant")).agg(units.alias("units"))
