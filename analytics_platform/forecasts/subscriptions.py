"""`forecasts.subscriptions_daily`: trials, conversions, cancellations, subscribers and revenue.

Days past as they were, days to come as expected. Trial starts have their own forecast; what follows from
them, and from the trials and subscriptions of today, comes from their cohorts (`subscription_cohorts.py`).
The whole of it is back-tested from the same past days as the trial starts, and its intervals are conformal.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from analytics_platform.forecasts.backtest import HORIZON
from analytics_platform.forecasts.calendar import Calendar
from analytics_platform.forecasts.conformal import LEVELS, Bands, bands
from analytics_platform.forecasts.life_table import NEVER, Lives
from analytics_platform.forecasts.models import FAST
from analytics_platform.forecasts.outlook import Outlook, Row, number, outlooks
from analytics_platform.forecasts.product_series import OVERALL, Segment, read_families
from analytics_platform.forecasts.series import Scale, Values
from analytics_platform.forecasts.subscription_cohorts import Flows, lived_on
from analytics_platform.lakehouse import Engine
from analytics_platform.lakehouse.described import Columns, described

SUBSCRIPTIONS_TABLE = "forecasts.subscriptions_daily"
LEAST = 20
"""Subscribers from which on a past forecast of them says something of the next."""

COUNTS = Scale(offset=1.0)
EPOCH = date(1970, 1, 1).toordinal()

_NUMBER = pa.float64()
_COLUMNS: Columns = {
    "dimension": (pa.string(), "overall or role."),
    "segment": (pa.string(), "Value of the dimension; `all` for overall."),
    "metric": (pa.string(), "trial_starts, conversions, cancellations, active_subscribers or mrr_usd."),
    "is_forecast": (pa.bool_(), "Whether the day is to come."),
    "value": (
        _NUMBER,
        "What came; of a day to come, what is expected. Users, or US dollars a month of mrr_usd.",
    ),
    **{
        f"{end}_{level * 100:.0f}": (
            _NUMBER,
            f"{said} limit of the {level * 100:.0f} % interval; null of a day past or with few past errors.",
        )
        for level in LEVELS
        for end, said in (("low", "Lower"), ("high", "Upper"))
    },
    "event_date": (pa.date32(), "Reporting day."),
}
SUBSCRIPTIONS = described(_COLUMNS)

FLOWS = ("trial_starts", "conversions", "cancellations", "active_subscribers")

HISTORY = """
SELECT event_date, dimension, segment, trial_starts, conversions, cancellations, active_subscribers
FROM behaviour.kpi_daily
WHERE dimension IN ('overall', 'role') AND event_date <= $last_day
ORDER BY dimension, segment, event_date
"""
TRIALS = Path(__file__).with_name("subscription_trials.sql").read_text()
SPELLS = Path(__file__).with_name("subscription_spells.sql").read_text()


@dataclass(frozen=True)
class _Role:
    """What is known of a role.

    Attributes:
        trials: from start to conversion.
        subscriptions: from conversion to cancellation.
        starts: the outlook of trial starts; None where there is none.
    """

    trials: Lives
    subscriptions: Lives
    starts: Outlook | None

    def flows(self, today: int, origin: int | None = None) -> Flows:
        """What is expected after a day: the last, or an origin of the back-test."""
        path = np.zeros(HORIZON)
        if self.starts is not None:
            model = self.starts.champion
            path = self.starts.paths[model] if origin is None else self.starts.tests[model].forecasts[origin]
        return lived_on(self.trials, self.subscriptions, today, path)


def subscription_rows(engine: Engine, calendar: Calendar, price_usd: float, last_day: date) -> list[Row]:
    """Rows of `forecasts.subscriptions_daily`; none for a product without subscriptions.

    Args:
        engine: answers from `behaviour.kpi_daily` and `activity.user_days`.
        calendar: events known beforehand, weighed by country.
        price_usd: what a subscriber pays a month (US dollars).
        last_day: last reporting day known.
    """
    bound = {"last_day": last_day}
    past = pl.DataFrame(engine.query(HISTORY, bound))
    if not past.select(pl.sum_horizontal(*FLOWS).sum()).item():
        return []
    rows = [row for known in past.to_dicts() for row in _past(known, price_usd)]
    spells, trials = pl.DataFrame(engine.query(SPELLS, bound)), pl.DataFrame(engine.query(TRIALS, bound))
    if spells.is_empty():
        return rows
    family = read_families(engine, last_day)["trial_starts"]
    starts = outlooks(family, calendar, FAST, adds_up=True)
    roles = {
        ("role", role): _Role(
            _lives(
                trials.filter(role=role), "trial_date", pl.col("trial_date") + pl.duration(days="age_days")
            ),
            _lives(spells.filter(role=role), "from_date", pl.col("to_date")),
            starts.get(("role", role)),
        )
        for role in sorted(past.filter(dimension="role")["segment"].unique())
    }
    tests = _back_tests(roles, past)
    for segment, flows in _with_total(
        {segment: role.flows(last_day.toordinal()) for segment, role in roles.items()}
    ).items():
        rows += _ahead(segment, flows, tests.get(segment, {}), price_usd, last_day)
    return rows


def _with_total(found: Mapping[Segment, Flows]) -> dict[Segment, Flows]:
    first, *others = found.values()
    return {OVERALL: sum(others, first), **found}


def _back_tests(
    roles: Mapping[Segment, _Role], past: pl.DataFrame
) -> dict[Segment, dict[str, tuple[Values, Values]]]:
    """Forecasts from past days and what came, each of shape (origins, horizon), by segment and metric."""
    tests = [
        role.starts.tests.get(role.starts.champion) for role in roles.values() if role.starts is not None
    ]
    if len(tests) < len(roles) or any(test is None for test in tests):
        return {}
    known = next(role.starts.series for role in roles.values() if role.starts is not None)
    sizes = tests[0].sizes if tests[0] is not None else ()
    days = {at: known.first_day + timedelta(days=size - 1) for at, size in enumerate(sizes)}
    active = dict(past.filter(dimension="overall").select("event_date", "active_subscribers").iter_rows())
    origins = {at: day for at, day in days.items() if active.get(day, 0) >= LEAST}
    made = [
        _with_total({segment: role.flows(day.toordinal(), at) for segment, role in roles.items()})
        for at, day in origins.items()
    ]
    found: dict[Segment, dict[str, tuple[Values, Values]]] = {}
    for segment in made[0] if made else ():
        own = past.filter(dimension=segment[0], segment=segment[1])
        for metric in FLOWS:
            # A role that was not yet seen has no rows: nothing came of it.
            came = dict(own.select("event_date", pl.col(metric).cast(pl.Float64)).iter_rows())
            found.setdefault(segment, {})[metric] = (
                np.array([getattr(flows[segment], metric) for flows in made]),
                np.array(
                    [
                        [came.get(day + timedelta(days=ahead), 0.0) for ahead in range(1, HORIZON + 1)]
                        for day in origins.values()
                    ]
                ),
            )
    return found


def _lives(rows: pl.DataFrame, start: str, end: pl.Expr) -> Lives:
    days = rows.select(start, end.cast(pl.Date).alias("end"), "users")
    numbers = (pl.col(start, "end").cast(pl.Int64) + EPOCH).fill_null(NEVER)
    starts, ends, users = days.with_columns(numbers).to_numpy().astype(np.int64).T.reshape(3, -1)
    return Lives(starts, ends, users)


def _past(known: Row, price_usd: float) -> list[Row]:
    key = {name: known[name] for name in ("event_date", "dimension", "segment")} | {"is_forecast": False}
    values = {name: float(known[name]) for name in FLOWS}
    values["mrr_usd"] = values["active_subscribers"] * price_usd
    return [{**key, "metric": metric, "value": value} for metric, value in values.items()]


def _ahead(
    segment: Segment,
    flows: Flows,
    tests: Mapping[str, tuple[Values, Values]],
    price_usd: float,
    last_day: date,
) -> list[Row]:
    rows: list[Row] = []
    for metric in (*FLOWS, "mrr_usd"):
        counted = "active_subscribers" if metric == "mrr_usd" else metric
        worth = price_usd if metric == "mrr_usd" else 1.0
        path: Values = getattr(flows, counted)
        limits = bands(path, *tests[counted], COUNTS) if counted in tests else None
        for at, value in enumerate(path):
            row: Row = {
                "dimension": segment[0],
                "segment": segment[1],
                "metric": metric,
                "is_forecast": True,
                "value": float(value) * worth,
                "event_date": last_day + timedelta(days=at + 1),
            }
            rows.append(row | _limits(limits, at, worth))
    return rows


def _limits(limits: Bands | None, at: int, worth: float) -> Row:
    if limits is None:
        return {}
    # People are whole: an interval of 0.2 to 0.9 of a cancellation would never hold.
    return {
        f"{end}_{level * 100:.0f}": number(whole(ends[place, at]) * worth)
        for place, level in enumerate(LEVELS)
        for end, ends, whole in (("low", limits.low, np.floor), ("high", limits.high, np.ceil))
    }
