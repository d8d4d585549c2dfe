"""The ledger on a large made-up experiment: `python -m benchmarks.ledger [--users N] [--json FILE]`.

From users' totals to moments by arm, metric and cohort: by the ledger's own SQL, by the same sums taken
bare (which cancel where a mean is large), and by tea-tasting. Then a readout with covariates of all metrics,
from the ledger's rows and by tea-tasting from the aggregates that it keeps.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import combinations_with_replacement
from pathlib import Path

import polars as pl
import tea_tasting as tt
from duckdb import DuckDBPyConnection
from rich.console import Console
from rich.table import Table
from sqlglot import exp
from tea_tasting.aggr import Aggregates, read_aggregates

from analytics_platform.experiments.ledger import LEDGER
from analytics_platform.experiments.moments_of import VARIABLES, by_row
from analytics_platform.lakehouse.duckdb_engine import connector
from analytics_platform.lakehouse.model import DIALECT
from analytics_platform.stats import adjustment, arms
from analytics_platform.stats.moments import Moments

METRICS = ("sessions", "events", "engagement_seconds", "active_days")
COHORTS = 28
RUNS = 3
PARTS = ("origins", "deviations", "sums")

PEOPLE = """
CREATE TABLE people AS
SELECT
  user_id, user_id % 2 AS variant, user_id // 2 % {cohorts} AS cohort, x,
  x + floor(10 * random()) AS sessions,
  3 * x + floor(30 * random()) AS events,
  60 * x + 900 * random() AS engagement_seconds,
  x + floor(5 * random()) AS active_days
FROM (SELECT range AS user_id, floor(20 * random()) AS x FROM range({users})) AS drawn
"""

UNITS = """
CREATE TABLE units AS
SELECT
  DATE '2025-09-28' AS event_date, ({metric} * 2 + variant) * {cohorts} + cohort AS group_number,
  {name} AS y, 1.0::DOUBLE AS k, x AS x1, NULL::DOUBLE AS x2, NULL::DOUBLE AS x3, NULL::DOUBLE AS x4
FROM people
"""


@dataclass(frozen=True)
class Timing:
    """What one way took.

    Attributes:
        way: what was done.
        seconds: by the clock, the fastest of the runs.
        ratio: seconds over those of the first way to do the same.
    """

    way: str
    seconds: float
    ratio: float


def timings(users: int) -> list[Timing]:
    """Make so many users and time every way; the ways to moments first, the ways to a readout after."""
    with connector({"memory_limit": "6GB"})() as connection:
        make_users(connection, users)
        bare = _fastest(lambda: connection.sql(bare_sums()).fetchall())
        ledger = _fastest(lambda: ledger_rows(connection))
        theirs = _fastest(lambda: tea_tasting_aggregates(connection))
        rows, aggregates = ledger_rows(connection), tea_tasting_aggregates(connection)
    readout = _fastest(lambda: readouts(rows))
    their_readout = _fastest(lambda: tea_tasting_test().analyze(aggregates, control=0))
    return [
        Timing("moments: bare power sums in DuckDB", bare, 1.0),
        Timing("moments: the ledger's SQL, centred", ledger, ledger / bare),
        Timing("moments: tea-tasting's aggregates", theirs, theirs / bare),
        Timing("readout: from the ledger's rows", readout, 1.0),
        Timing("readout: tea-tasting from its aggregates", their_readout, their_readout / readout),
    ]


def make_users(connection: DuckDBPyConnection, users: int) -> None:
    """Tables `people`, a row each, and `units`, a row for each person and metric as the ledger has it."""
    connection.execute("SELECT setseed(0.5)")
    connection.execute(PEOPLE.format(users=users, cohorts=COHORTS))
    for number, name in enumerate(METRICS):
        sql = UNITS.format(metric=number, name=name, cohorts=COHORTS)
        connection.execute(sql if number == 0 else sql.replace("CREATE TABLE units AS", "INSERT INTO units"))


def bare_sums() -> str:
    """The ledger's sums about 0 instead of about the mean, and nothing else."""
    pairs = combinations_with_replacement(VARIABLES, 2)
    sums = [*(f"sum({v})" for v in VARIABLES), *(f"sum({a} * {b})" for a, b in pairs)]
    return f"SELECT event_date, group_number, count(*), {', '.join(sums)} FROM units GROUP BY 1, 2"  # noqa: S608


def ledger_rows(connection: DuckDBPyConnection) -> pl.DataFrame:
    """Moments of every group by the parts of the ledger's SQL that make them."""
    parts = {part.alias: part.this.sql(DIALECT) for part in LEDGER.tree.find_all(exp.CTE)}
    chain = ", ".join(f"{name} AS ({parts[name]})" for name in PARTS)
    means = [f"{v}_origin + {v} / units AS mean_{v}" for v in VARIABLES]
    pairs = combinations_with_replacement(VARIABLES, 2)
    crosses = [f"{a}{b} - {a} * {b} / units AS cross_{a}{b}" for a, b in pairs]
    columns = ", ".join(["group_number", "units", *means, *crosses])
    merged = "sums JOIN origins USING (event_date, group_number) ORDER BY group_number"
    return connection.sql(f"WITH {chain} SELECT {columns} FROM {merged}").pl()  # noqa: S608


def readouts(rows: pl.DataFrame) -> arms.Interval:
    """The relative effect on every metric, adjusted for the covariate."""
    groups = by_row(rows, ("y", "x1"))
    shape = (len(METRICS), 2, COHORTS)
    by_arm = Moments.total(
        Moments(groups.n.reshape(shape), groups.mean.reshape(*shape, 2), groups.cross.reshape(*shape, 2, 2)),
        axis=2,
    )
    control, treatment = (
        Moments(by_arm.n[:, arm], by_arm.mean[:, arm], by_arm.cross[:, arm]) for arm in (0, 1)
    )
    return arms.relative(adjustment.adjusted(control, treatment))


def tea_tasting_test() -> tt.Experiment:
    """The same readout: CUPED on every metric."""
    return tt.Experiment({name: tt.Mean(name, "x") for name in METRICS})


def tea_tasting_aggregates(connection: DuckDBPyConnection) -> dict[object, Aggregates]:
    """What tea-tasting reads of these users to make that readout."""
    return read_aggregates(
        connection.table("people"),
        "variant",
        has_count=True,
        mean_cols=(*METRICS, "x"),
        var_cols=(*METRICS, "x"),
        cov_cols=tuple((name, "x") for name in METRICS),
    )


def table(found: list[Timing], users: int) -> Table:
    """The timings as a table."""
    shown = Table(title=f"{users:,} users, {len(METRICS)} metrics, {COHORTS} cohorts", box=None)
    shown.add_column("way", no_wrap=True)
    shown.add_column("seconds", justify="right")
    shown.add_column("ratio", justify="right")
    for timing in found:
        shown.add_row(timing.way, f"{timing.seconds:.4f}", f"{timing.ratio:.2f}")
    return shown


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ledger", description=__doc__)
    parser.add_argument("--users", type=int, default=10_000_000, help="users in the experiment")
    parser.add_argument("--json", type=Path, help="file for the same figures as JSON")
    given = parser.parse_args()
    found = timings(given.users)
    Console(width=None if sys.stdout.isatty() else 120).print(table(found, given.users))
    if given.json:
        given.json.write_text(json.dumps([asdict(timing) for timing in found], indent=2) + "\n")


def _fastest(work: Callable[[], object]) -> float:
    def once() -> float:
        started = time.perf_counter()
        work()
        return time.perf_counter() - started

    return min(once() for _ in range(RUNS))


if __name__ == "__main__":
    main()
