"""Ours against Prophet on daily series: `python -m benchmarks.forecasts FILE [--origins N] [--json FILE]`.

The file has columns unique_id, ds, y, such as the four public series of the tests. Every method forecasts
from the same past days with the same calendar, in one process; OWA as M4 sums it up, coverage out of fold.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from analytics_platform.forecasts.backtest import ORIGINS
from analytics_platform.forecasts.calendar_file import SHIPPED, load_calendar
from analytics_platform.forecasts.file_outlook import ALL, METHODS, accuracy_rows, file_outlooks
from analytics_platform.forecasts.file_series import read_series

HORIZON = 28


@dataclass(frozen=True)
class Result:
    """What a method did on a series, or on all.

    Attributes:
        series: its name.
        model: the method.
        owa: below 1 is better than seasonal naive.
        coverage_80: share of the days that 80 % intervals held; None after too few origins.
        coverage_95: share of the days that 95 % intervals held.
        seconds_per_fit: CPU-seconds.
    """

    series: str
    model: str
    owa: float
    coverage_80: float | None
    coverage_95: float | None
    seconds_per_fit: float


def results(file: Path, origins: int = ORIGINS, methods: Sequence[str] = METHODS) -> list[Result]:
    """Back-test every method on every series of a file."""
    series, _ = read_series(file, "ds", "y", "unique_id")
    found = file_outlooks(series, load_calendar(SHIPPED), HORIZON, methods, origins)
    seconds = {
        model: float(np.mean([outlook.tests[model].seconds for outlook in found.values() if outlook.tests]))
        for model in methods
    }
    fields = ("series", "model", "owa", "coverage_80", "coverage_95")
    return [
        Result(
            **{name: row[name] for name in fields},
            seconds_per_fit=row.get("seconds_per_fit", seconds[row["model"]]),
        )
        for row in accuracy_rows(found)
        if row.get("owa") is not None
    ]


def _held(share: float | None) -> str:
    return "too few" if share is None else f"{share:.1%}"


def main(words: Sequence[str] | None = None) -> None:
    """Print the results, those over all series last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--origins", type=int, default=ORIGINS)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args(words)
    found = results(given.file, given.origins)
    table = Table("series", "model", "OWA", "80 % held", "95 % held", "CPU-s a fit")
    for row in found:
        held = [_held(share) for share in (row.coverage_80, row.coverage_95)]
        end = row.series == ALL
        table.add_row(
            row.series,
            row.model,
            f"{row.owa:.3f}",
            *held,
            f"{row.seconds_per_fit:.4f}",
            style="bold" if end else "",
        )
    Console().print(table)
    if given.json is not None:
        given.json.write_text(json.dumps([asdict(row) for row in found], indent=2) + "\n")


if __name__ == "__main__":
    main()
