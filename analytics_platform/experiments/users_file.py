"""A table of users as an experiment: one row a unit, in the columns that the configuration names."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import polars as pl
from scipy import stats

from analytics_platform.errors import AnalyticsError
from analytics_platform.experiments.analysis_config import AnalysisConfig, FileMetric, check_columns
from analytics_platform.experiments.reasons import counted
from analytics_platform.experiments.sample import Sample
from analytics_platform.experiments.segments import SegmentMoments
from analytics_platform.stats.moments import Moments

ROW, ARM, VALUE, BELOW, COVARIATE = "\0row", "\0arm", "\0y", "\0k", "\0x"
"""Columns of our own, beside those of the user, whom no name is forbidden."""

DIFFERS = 0.001
"""A p-value under which missing outcomes are more frequent in one arm than in another."""

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
    check_columns(table, config.columns, file)
    named = table.with_columns(pl.col(pl.Float32, pl.Float64).fill_nan(None)).with_row_index(ROW, 1)
    rows = named.with_columns(arm_names(named[config.variant]).alias(ARM))
    notes: list[str] = []
    rows = _assigned(rows, config, notes)
    _check_arms(rows, config, file)
    _check_units(rows, config, file)
    _check_times(rows, config, file)
    samples: dict[str, dict[str, Sample]] = {}
    segments: dict[str, SegmentMoments] = {}
    for metric in config.metrics:
        values, names = _values(rows, config, metric, file, notes)
        arms = {str(key[0]): part for key, part in values.partition_by(ARM, as_dict=True).items()}
        samples[metric.name] = {arm: _sample(part, names, config, metric) for arm, part in arms.items()}
        if metric.kind != "quantile":
            segments[metric.name] = _segments(values, names, config)
    return samples, segments, _counts(rows, config), tuple(dict.fromkeys(notes))


def arm_names(arms: pl.Series) -> pl.Series:
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
    """Units and clusters are known; a unit stands once, and a cluster in one arm."""
    for what, name in (("unit", config.unit), ("cluster", config.cluster)):
        unknown = rows.filter(pl.col(name).is_null()) if name is not None else rows.clear()
        if unknown.height:
            raise AnalyticsError(
                f"{file}: row {unknown[ROW][0]}, column {name}: the {what} is missing "
                f"({counted(unknown.height, 'row')} in all); fill it in, or leave the row out."
            )
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
    names = config.exposed_at, config.outcome_at
    kinds = [rows.schema[name] for name in names]
    for name, kind in zip(names, kinds, strict=True):
        if not isinstance(kind, (pl.Date, pl.Datetime)):
            raise AnalyticsError(
                f"{file}: column {name} holds no times with their dates; write them as 2026-01-31T09:00:00."
            )
    zones = [kind.time_zone for kind in kinds if isinstance(kind, pl.Datetime)]
    if len(zones) == 2 and (zones[0] is None) != (zones[1] is None):
        zoned, bare = names if zones[0] else names[::-1]
        raise AnalyticsError(
            f"{file}: column {zoned} has a time zone and column {bare} has none; write both in one way, "
            "as 2026-01-31T09:00:00Z."
        )
    exposed, outcome = (_comparable(rows[name], is_day=pl.Date in kinds) for name in names)
    early = rows.filter(outcome < exposed)
    if early.height:
        first = early.row(0, named=True)
        raise AnalyticsError(
            f"{file}: row {first[ROW]}: {config.outcome_at} {first[config.outcome_at]} lies before "
            f"{config.exposed_at} {first[config.exposed_at]} ({counted(early.height, 'row')} in all); "
            "leave out what came before the exposure."
        )


def _comparable(times: pl.Series, *, is_day: bool) -> pl.Series:
    """Times as days where the other ones are, else in one time zone."""
    if is_day:
        return times.cast(pl.Date)
    zoned = isinstance(times.dtype, pl.Datetime) and times.dtype.time_zone
    return times.dt.convert_time_zone("UTC") if zoned else times


def _values(
    rows: pl.DataFrame, config: AnalysisConfig, metric: FileMetric, file: str, notes: list[str]
) -> tuple[pl.DataFrame, list[str]]:
    """The rows of a metric, and their columns of value, divisor and covariates.

    Missing outcomes are left out, missing covariates marked.
    """
    below = (
        _numbers(rows, metric.denominator, file) if metric.denominator else pl.Series(np.ones(rows.height))
    )
    kept = rows.with_columns(_numbers(rows, metric.value, file).alias(VALUE), below.alias(BELOW))
    missing = pl.any_horizontal(pl.col(VALUE, BELOW).is_null())
    notes += _missing_outcomes(kept.with_columns(missing.alias(VALUE)), metric, config)
    kept = kept.filter(~missing)
    if metric.kind == "proportion":
        wrong = kept.filter(~pl.col(VALUE).is_in([0.0, 1.0]))
        if wrong.height:
            raise AnalyticsError(
                f"{file}: row {wrong[ROW][0]}, column {metric.value}: {wrong[VALUE][0]:g}, "
                "and a proportion holds 0 and 1 only."
            )
    if metric.kind == "winsorised":
        kept = kept.with_columns(pl.col(VALUE).clip(upper_bound=metric.cap))
    names = [*((metric.before,) if metric.before else ()), *config.covariates]
    found = _covariates(kept, names, file, notes)
    return kept.with_columns(found), [VALUE, BELOW, *(values.name for values in found)]


def _missing_outcomes(rows: pl.DataFrame, metric: FileMetric, config: AnalysisConfig) -> list[str]:
    """How many outcomes each arm lacks, and a warning where one lacks more than another.

    Args:
        rows: whether the outcome is missing, as VALUE.
        metric: the metric.
        config: its arms, and its clusters.
    """
    arms = rows.group_by(ARM).agg(pl.col(VALUE).sum().alias("missing"), pl.len().alias("all")).sort(ARM)
    if not arms["missing"].sum():
        return []
    told = ", ".join(
        f"{missing:,} of {units:,} in {arm} ({missing / units:.1%})".replace("%", " %")
        for arm, missing, units in arms.iter_rows()
    )
    without = counted(int(arms["missing"].sum()), "row")
    notes = [f"{metric.name}: {without} without a value left out: {told}."]
    if _differ(rows, arms, config.cluster):
        notes.append(
            f"{metric.name}: outcomes are missing more often in one variant than in another (p < .001), "
            "so that the effect may be biased; find out why before you believe it."
        )
    return notes


def _differ(rows: pl.DataFrame, arms: pl.DataFrame, cluster: str | None) -> bool:
    """Whether arms differ in missing outcomes: Fisher's exact test of each against the others, by Bonferroni.

    Rows of a cluster are alike, so that clusters are ranked by their share of missing outcomes instead.
    """
    if arms.height < 2:
        return False
    if cluster is not None:
        shares = rows.group_by(ARM, cluster).agg(pl.col(VALUE).mean())
        parts = [part[VALUE].to_numpy() for part in shares.partition_by(ARM)]
        return shares[VALUE].n_unique() > 1 and bool(stats.kruskal(*parts)[1] < DIFFERS)
    counts = arms.select("missing", pl.col("all") - pl.col("missing")).to_numpy().astype(np.int64)
    tests = [cast("float", stats.fisher_exact([own, counts.sum(0) - own])[1]) for own in counts]
    return min(tests) * (1 if len(tests) == 2 else len(tests)) < DIFFERS


def _covariates(kept: pl.DataFrame, names: Sequence[str], file: str, notes: list[str]) -> list[pl.Series]:
    """The mean where a value is missing, with a covariate that marks those rows.

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
            found.append(values.fill_null(cast("float", values.mean() or 0.0)))
            found.append(missing.cast(pl.Float64))
        else:
            found.append(values)
    return [values.alias(f"{COVARIATE}{number}") for number, values in enumerate(found, start=1)]


def _numbers(rows: pl.DataFrame, name: str, file: str) -> pl.Series:
    values = rows[name]
    if values.dtype.is_numeric() or values.dtype.base_type() in {pl.Boolean, pl.Null}:
        numbers = values.cast(pl.Float64)
    else:
        numbers = values.cast(pl.String).cast(pl.Float64, strict=False).fill_nan(None)
    for wrong, said in (
        (numbers.is_null() & values.is_not_null(), "is no number"),
        (numbers.is_infinite().fill_null(value=False), "is not finite"),
    ):
        if wrong.any():
            first = rows.filter(wrong).row(0, named=True)
            raise AnalyticsError(
                f"{file}: row {first[ROW]}, column {name}: {first[name]!r} {said}; "
                "correct it, or leave it empty."
            )
    return numbers


def _sample(values: pl.DataFrame, names: list[str], config: AnalysisConfig, metric: FileMetric) -> Sample:
    if config.cluster is not None:
        totals = _clustered(values, names, config.cluster)
        return Sample(
            _moments(totals, names),
            clusters=totals.select(VALUE, BELOW).to_numpy(),
            cluster_of=values[config.cluster].to_numpy(),
            values=values[VALUE].to_numpy(),
        )
    details: dict[str, Any] = {}
    if metric.kind == "quantile":
        details["values"] = values[VALUE].to_numpy()
    if config.strata:
        parts = values.partition_by(*config.strata, as_dict=True)
        details["strata"] = {
            " × ".join(map(str, key)): _moments(part, [VALUE, BELOW]) for key, part in parts.items()
        }
    return Sample(_moments(values, names), **details)


def _segments(values: pl.DataFrame, names: list[str], config: AnalysisConfig) -> SegmentMoments:
    found: dict[tuple[str, str], dict[str, Moments]] = {}
    for dimension in config.segments:
        parts = values.filter(pl.col(dimension).is_not_null()).partition_by(dimension, ARM, as_dict=True)
        for key, part in sorted(parts.items(), key=lambda item: str(item[0])):
            units = part if config.cluster is None else _clustered(part, names, config.cluster)
            found.setdefault((dimension, str(key[0])), {})[str(key[1])] = _moments(units, names)
    return found


def _clustered(values: pl.DataFrame, names: list[str], cluster: str) -> pl.DataFrame:
    return values.group_by(cluster, maintain_order=True).agg(pl.col(names).sum())


def _moments(values: pl.DataFrame, names: list[str]) -> Moments:
    return Moments.of(values.select(names).to_numpy())


def _counts(rows: pl.DataFrame, config: AnalysisConfig) -> pl.DataFrame:
    units = pl.len() if config.cluster is None else pl.col(config.cluster).n_unique()
    return rows.group_by(pl.col(ARM).alias("variant")).agg(units.alias("units"))
