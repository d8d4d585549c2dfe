"""Survival of users until their first silence of 28 days: rows of `behaviour.survival`.

Whether a silence began on a day is known 28 days later, so that everyone is watched up to 28 days before
the last day of the data: censoring depends on when a person began and not on what it did. (Censoring at the
last active day would keep those at risk who are seen until the end and drop those who are not.)
"""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from analytics_platform.lakehouse import Engine
from analytics_platform.lakehouse.described import described
from analytics_platform.stats.survival import LogRank, kaplan_meier, log_rank

TABLE = "behaviour.survival"
LIFETIMES = "behaviour.user_lifetimes"
DESCRIPTION = "One row per segment and day: the share of people whose first 28 silent days have not begun."
TIMES = Path(__file__).with_suffix(".sql").read_text()

_TEXT, _COUNT, _NUMBER = pa.string(), pa.int64(), pa.float64()
_COLUMNS = {
    "dimension": (_TEXT, "overall, role, acquisition_channel or first_feature."),
    "segment": (_TEXT, "Value of the dimension; `all` for overall."),
    "day": (_COUNT, "Days since the first active day."),
    "at_risk_users": (_COUNT, "People whose silence had not begun before the day and whose day is known."),
    "churned_users": (_COUNT, "Those of at_risk_users whose first 28 silent days begin on the day."),
    "survival": (_NUMBER, "Share not yet silent on the day (Kaplan–Meier)."),
    "survival_low": (_NUMBER, "Lower limit of its 95 % interval (Greenwood, log −log)."),
    "survival_high": (_NUMBER, "Upper limit of its 95 % interval."),
    "log_rank_statistic": (_NUMBER, "Chi-square of equal curves of the dimension's segments; null for one."),
    "log_rank_degrees_of_freedom": (_COUNT, "Segments that can be told apart less one; null for one."),
    "log_rank_p_value": (_NUMBER, "Of equal curves of the dimension's segments; null for one."),
}
SURVIVAL_SCHEMA = described(_COLUMNS)

Row = dict[str, object]
Counts = NDArray[np.float64]


def survival(engine: Engine) -> pa.Table:
    """The rows of `behaviour.survival`, from `behaviour.user_lifetimes`."""
    times = pl.DataFrame(engine.query(TIMES)).sort("dimension", "segment", "day", "is_silent")
    rows = [
        row for _, dimension in times.group_by("dimension", maintain_order=True) for row in _of(dimension)
    ]
    return pa.Table.from_pylist(rows, SURVIVAL_SCHEMA)


def counted(times: pl.DataFrame, width: int) -> tuple[Counts, Counts]:
    """People by day who fell silent, and by the last day known of those who did not, each (width,)."""
    events, censored = np.zeros(width), np.zeros(width)
    for counts, part in ((events, times.filter("is_silent")), (censored, times.filter(~pl.col("is_silent")))):
        np.add.at(counts, part["day"].to_numpy(), part["users"].to_numpy())
    return events, censored


def _of(dimension: pl.DataFrame) -> Iterator[Row]:
    """Rows of all segments of one dimension."""
    width = int(dimension.select(pl.col("day").max()).item()) + 1
    segments = {str(name): part for (name,), part in dimension.group_by("segment", maintain_order=True)}
    counts = {name: counted(part, width) for name, part in segments.items()}
    test = log_rank(*(np.stack(side) for side in zip(*counts.values(), strict=True)))
    known = {"dimension": dimension["dimension"][0], **_told(test)}
    for name, (events, censored) in counts.items():
        curve = kaplan_meier(events, censored)
        for day in range(int(np.count_nonzero(curve.at_risk))):
            yield {
                **known,
                "segment": name,
                "day": day,
                "at_risk_users": int(curve.at_risk[day]),
                "churned_users": int(curve.events[day]),
                "survival": float(curve.survival[day]),
                "survival_low": float(curve.low[day]),
                "survival_high": float(curve.high[day]),
            }


def _told(test: LogRank) -> Row:
    is_known = not math.isnan(test.statistic)
    return {
        "log_rank_statistic": test.statistic if is_known else None,
        "log_rank_degrees_of_freedom": test.degrees_of_freedom if is_known else None,
        "log_rank_p_value": test.p_value if is_known else None,
    }
