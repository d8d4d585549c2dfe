"""Histograms: added up until a day they are the distribution of totals as of it."""

import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from analytics_platform.experiments import HISTOGRAMS
from analytics_platform.lakehouse import Lake
from analytics_platform.lakehouse.portability import violations
from analytics_platform.stats.histogram import ZERO_BIN, bin_of
from analytics_platform_tests.derived_rows import day, days, user_day
from analytics_platform_tests.experiments.small_experiments import Written, planned, shown, write
from analytics_platform_tests.experiments.unit_totals import user_totals

MEDIAN = "engagement_seconds_p50"


def _written(root: Path) -> Written:
    rng = np.random.default_rng(3)
    user_days = [
        user_day(person, offset, engagement_seconds=float(rng.lognormal(5, 1)))
        for person in range(1, 40)
        for offset in range(4, 16)
        if rng.random() < 0.3
    ]
    exposures = [
        shown(person, 5 + person % 8, ("control", "treatment")[person % 2]) for person in range(1, 41)
    ]
    exposures.append(shown(7, 14))
    return write(Lake(root), planned(primary=MEDIAN), user_days=user_days, exposures=exposures)


def _until(written: Written, offset: int) -> pl.DataFrame:
    return (
        written.rows("experiments.histograms")
        .filter(pl.col("event_date") <= day(offset))
        .group_by("variant", "bin")
        .agg(pl.col("units", "sum_y", "sum_yy").sum())
        .filter(pl.col("units") != 0)
        .sort("variant", "bin")
    )


@pytest.mark.parametrize("offset", [5, 9, 13, 14])
def test_days_add_up_to_the_distribution_as_of_a_day(tmp_path: Path, offset: int):
    written = _written(tmp_path)

    found = _until(written, offset)

    users = user_totals(written.engine, written.catalogue.experiments["hint"], day(offset))
    expected = (
        users.with_columns(pl.Series("bin", bin_of(users["y"].to_numpy())))
        .group_by("variant", "bin")
        .agg(
            pl.len().cast(pl.Int64).alias("units"),
            pl.col("y").sum().alias("sum_y"),
            (pl.col("y") ** 2).sum().alias("sum_yy"),
        )
        .sort("variant", "bin")
    )
    assert found.select("variant", "bin", "units").equals(expected.select("variant", "bin", "units"))
    for name in ("sum_y", "sum_yy"):
        assert found[name].to_list() == pytest.approx(expected[name].to_list(), rel=1e-12, abs=1e-6)


def test_days_built_one_by_one_add_up_to_the_same(tmp_path: Path):
    written = _written(tmp_path)
    whole = _until(written, 24)

    for offset in range(24, 4, -3):
        written.engine.run(HISTOGRAMS, days(offset - 3, offset))

    assert (
        _until(written, 24).select("variant", "bin", "units").equals(whole.select("variant", "bin", "units"))
    )


def test_after_the_end_nothing_changes_any_more(tmp_path: Path):
    rows = _written(tmp_path).rows("experiments.histograms")

    assert rows["event_date"].max() == day(14)
    assert rows["units"].sum() == 39, "user 7 crossed over and left"


def test_the_bins_are_those_that_quantiles_are_read_from(tmp_path: Path):
    user_days = [user_day(1, 6, engagement_seconds=1.0), user_day(2, 6, engagement_seconds=250.5)]

    written = write(
        Lake(tmp_path),
        planned(primary=MEDIAN),
        user_days=user_days,
        exposures=[shown(n, 6) for n in (1, 2, 3)],
    )

    assert _until(written, 6)["bin"].to_list() == [ZERO_BIN, 0, math.floor(math.log(250.5) / math.log(1.01))]


def test_the_histograms_are_portable():
    assert violations(HISTOGRAMS) == []
    assert HISTOGRAMS.has_history
