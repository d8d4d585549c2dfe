"""How many users will still be there: rows of `forecasts.retention_curves`.

The observed curve is Kaplan and Meier's by whole weeks until the first silence of 28 days, as in
`behaviour.survival`. Each form of curve is fitted to it up to the anchor, the last week through which enough
people were watched, and carried on from there. The back-test fits the first half of those weeks and compares
what follows with what was observed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from analytics_platform.lakehouse import Engine
from analytics_platform.lakehouse.described import described
from analytics_platform.stats.retention_curves import (
    FAMILIES,
    Fitted,
    anchored,
    bootstrapped,
    fit,
    last_period,
    truncated,
)
from analytics_platform.stats.survival import Survival, kaplan_meier

TABLE = "forecasts.retention_curves"
LIFETIMES = "behaviour.user_lifetimes"
DESCRIPTION = "One row per segment, form of curve and week: the share still there, observed and projected."
WEEKS = Path(__file__).with_suffix(".sql").read_text()
HORIZON_WEEKS = 52
FEWEST_USERS = 100
FEWEST_WEEKS = 4
RECOMMENDED = "beta_discrete_weibull"
FLAT = "flat"
REPLICATIONS = 200
SEED = 20260101

_TEXT, _COUNT, _NUMBER, _FLAG = pa.string(), pa.int64(), pa.float64(), pa.bool_()
_COLUMNS = {
    "dimension": (_TEXT, "overall, role or acquisition_channel."),
    "segment": (_TEXT, "Value of the dimension; `all` for overall."),
    "model": (
        _TEXT,
        "beta_discrete_weibull, shifted_beta_geometric, discrete_weibull, geometric or flat.",
    ),
    "is_recommended": (_FLAG, "Whether this is the form of curve to believe."),
    "week": (_COUNT, "Weeks since the first active day; 0 is that day."),
    "users": (_COUNT, "People of the segment."),
    "at_risk_users": (
        _COUNT,
        "Those watched through the week and not silent before it; null once projected.",
    ),
    "observed": (_NUMBER, "Share not silent by the end of the week (Kaplan–Meier); null after the anchor."),
    "observed_low": (_NUMBER, "Lower limit of its 95 % interval."),
    "observed_high": (_NUMBER, "Upper limit of its 95 % interval."),
    "anchor_week": (_COUNT, "Last week observed of enough people; null where there are too few."),
    "projected": (_NUMBER, "From the anchor on: its observed share × the fitted curve since then."),
    "projected_low": (
        _NUMBER,
        "Lower limit of its 95 % interval (bootstrap); of the recommended form alone.",
    ),
    "projected_high": (_NUMBER, "Upper limit of its 95 % interval: chance alone, not a wrong form of curve."),
    "parameters": (_TEXT, "Of the fitted curve, such as `alpha=0.70, beta=1.18`; null for flat."),
    "backtest_weeks": (_COUNT, "Weeks that the back-test was fitted to; null where there are too few."),
    "backtest_mae_points": (_NUMBER, "Mean absolute error over the weeks after them (percentage points)."),
    "reason": (_TEXT, "Why nothing is projected; null where it is."),
}
RETENTION_CURVES_SCHEMA = described(_COLUMNS)

Row = dict[str, object]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _Segment:
    """The people of one segment, by week.

    Attributes:
        whose: dimension, segment, and how many there are.
        events: people by the week in which they fell silent, shape (weeks,).
        censored: people by the last week known of those who did not, same shape.
    """

    whose: Mapping[str, object]
    events: Floats
    censored: Floats

    @cached_property
    def anchor(self) -> int:
        return last_period(self.events, self.censored, FEWEST_USERS)

    @cached_property
    def curve(self) -> Survival:
        return kaplan_meier(*truncated(self.events, self.censored, self.anchor))

    def rows(self, replications: int) -> Iterator[Row]:
        reason = self._why_not()
        if reason is not None:
            known = {"model": RECOMMENDED, "is_recommended": True, "anchor_week": None, "reason": reason}
            yield from ({**known, **row} for row in self._observed())
            return
        for model in (*FAMILIES, FLAT):
            yield from self._of(model, replications)

    def _why_not(self) -> str | None:
        if self.anchor < FEWEST_WEEKS:
            return (
                f"{FEWEST_USERS} people must have been watched for {FEWEST_WEEKS} weeks and 28 days after "
                f"them, and there are as many for {self.anchor} weeks alone."
            )
        if not self.events[1 : self.anchor + 1].any():
            return "Nobody has fallen silent yet, so that there is no curve to carry on."
        return None

    def _of(self, model: str, replications: int) -> Iterator[Row]:
        counts = truncated(self.events, self.censored, self.anchor)
        fitted = None if model == FLAT else fit(model, *counts)
        weeks = np.arange(self.anchor, max(HORIZON_WEEKS, self.anchor) + 1)
        level = float(self.curve.survival[self.anchor])
        projected = _carried_on(fitted, level, self.anchor, weeks)
        half = self.anchor // 2
        known = {
            "model": model,
            "is_recommended": model == RECOMMENDED,
            "anchor_week": self.anchor,
            "parameters": None if fitted is None else _told(fitted),
            "backtest_weeks": half if half >= FEWEST_WEEKS else None,
            "backtest_mae_points": self._backtest(model, half),
        }
        ends: Floats | None = None
        if fitted is not None and model == RECOMMENDED:
            random = np.random.default_rng(SEED)
            curves = bootstrapped(fitted, *counts, weeks, replications, random)
            ends = np.nanpercentile(curves, [2.5, 97.5], axis=0)
        for row in self._observed():
            yield {**known, **row, **_point(projected, ends, _number(row["week"]) - self.anchor)}
        for place in range(1, len(weeks)):
            yield {**known, **self.whose, "week": int(weeks[place]), **_point(projected, ends, place)}

    def _observed(self) -> Iterator[Row]:
        for week in range(self.anchor + 1):
            yield {
                **self.whose,
                "week": week,
                "at_risk_users": int(self.curve.at_risk[week]),
                "observed": float(self.curve.survival[week]),
                "observed_low": float(self.curve.low[week]),
                "observed_high": float(self.curve.high[week]),
            }

    def _backtest(self, model: str, half: int) -> float | None:
        """Mean absolute error after the first half of the weeks, in percentage points."""
        counts = truncated(self.events, self.censored, half)
        if half < FEWEST_WEEKS or not counts[0][1:].any():
            return None
        fitted = None if model == FLAT else fit(model, *counts)
        weeks = np.arange(half + 1, self.anchor + 1)
        projected = _carried_on(fitted, float(self.curve.survival[half]), half, weeks)
        return 100.0 * float(np.abs(projected - self.curve.survival[weeks]).mean())


def retention_curves(engine: Engine, replications: int = REPLICATIONS) -> pa.Table:
    """The rows of `forecasts.retention_curves`, from `behaviour.user_lifetimes`.

    Args:
        engine: answers from the lake.
        replications: of the bootstrap.
    """
    weeks = pl.DataFrame(engine.query(WEEKS)).sort("dimension", "segment", "week", "is_silent")
    segments = weeks.partition_by("dimension", "segment", maintain_order=True)
    rows = [row for part in segments for row in _segment(part).rows(replications)]
    return pa.Table.from_pylist(rows, RETENTION_CURVES_SCHEMA)


def _segment(part: pl.DataFrame) -> _Segment:
    width = int(part.select(pl.col("week").max()).item()) + 1
    counts = np.zeros((2, width))
    for week, is_silent, users in part.select("week", "is_silent", "users").iter_rows():
        counts[0 if is_silent else 1, week] += users
    whose = {"dimension": part["dimension"][0], "segment": part["segment"][0], "users": int(counts.sum())}
    return _Segment(whose, counts[0], counts[1])


def _carried_on(fitted: Fitted | None, level: float, anchor: int, weeks: NDArray[np.int64]) -> Floats:
    return np.full(len(weeks), level) if fitted is None else anchored(fitted, level, anchor, weeks)


def _point(projected: Floats, ends: Floats | None, place: int) -> Row:
    """Projection and interval of a week, counted from the anchor; none before it."""
    if place < 0:
        return {}
    low, high = (None, None) if ends is None else (float(ends[0, place]), float(ends[1, place]))
    return {"projected": float(projected[place]), "projected_low": low, "projected_high": high}


def _number(value: object) -> int:
    assert isinstance(value, int)
    return value


def _told(fitted: Fitted) -> str:
    names = FAMILIES[fitted.family].parameters
    return ", ".join(f"{name}={value:.4g}" for name, value in zip(names, fitted.parameters, strict=True))
