"""The benchmark of forecasts on two made-up series."""

import json
from datetime import timedelta
from pathlib import Path

import polars as pl

from analytics_platform_tests.forecasts.made_series import MONDAY, made
from benchmarks.forecasts import main, results


def written(folder: Path) -> Path:
    rows = [
        (name, MONDAY + timedelta(days=at), float(value))
        for name, seed in (("a", 1), ("b", 2))
        for at, value in enumerate(made(90, seed=seed))
    ]
    file = folder / "series.parquet"
    pl.DataFrame(rows, ["unique_id", "ds", "y"], orient="row").write_parquet(file)
    return file


def test_every_method_is_judged_on_each_series_and_on_all(tmp_path: Path):
    found = results(written(tmp_path), origins=4, methods=("calendar_ets", "seasonal_naive"))
    assert [row.series for row in found] == ["a", "a", "b", "b", "all series", "all series"]
    assert found[-1].owa == 1


def test_the_command_writes_json(tmp_path: Path):
    main([str(written(tmp_path)), "--origins", "1", "--json", str(tmp_path / "found.json")])
    found = json.loads((tmp_path / "found.json").read_text())
    assert {row["model"] for row in found} >= {"prophet", "calendar_ets"}
