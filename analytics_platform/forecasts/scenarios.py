"""Scenarios as tables: every scenario by day, the levers of the page, the rates of the growth model.

A scenario's level is the forecast of the metric times the ratio of two projections of the growth model, with
the scenario's changes and without. Where there is no forecast, the level is the growth model's own, and has
no interval.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analytics_platform.forecasts.growth_states import RATES, REPORTED, flows
from analytics_platform.forecasts.scenarios_changes import Plan, Planner
from analytics_platform.forecasts.scenarios_definitions import KINDS, Scenarios
from analytics_platform.forecasts.scenarios_growth import METRICS, USER_METRICS, Growth, Outcome
from analytics_platform.forecasts.scenarios_levels import Level, Levels
from analytics_platform.forecasts.scenarios_record import EPOCH
from analytics_platform.forecasts.scenarios_subscribers import MINIMUM_CONVERSIONS
from analytics_platform.lakehouse.described import described

Floats = NDArray[np.float64]
Row = dict[str, object]

BASELINE = "baseline"
_SHARES = tuple(step / 100 for step in range(-30, 31, 5))
LEVERS = {
    "acquisition": _SHARES,
    "nurr": _SHARES,
    "curr": tuple(step / 100 for step in range(-10, 11, 2)),
    "resurrection": _SHARES,
    "quality": tuple(step / 10 for step in range(-5, 6)),
    "price": _SHARES,
}
"""Each lever with the steps that it is told at: relative changes, of quality stars."""
QUANTILES = {"low_95": 0.025, "low_80": 0.1, "high_80": 0.9, "high_95": 0.975}

_TEXT, _COUNT, _NUMBER, _DATE = pa.string(), pa.int64(), pa.float64(), pa.date32()


def _ends(name: str, what: str) -> dict[str, tuple[pa.DataType, str]]:
    return {
        f"{name}_{end}": (
            _NUMBER,
            f"{'Lower' if 'low' in end else 'Upper'} end of the {end[-2:]} % interval {what}.",
        )
        for end in QUANTILES
    }


SCENARIOS_SCHEMA = described(
    {
        "scenario_id": (_TEXT, "The scenario; baseline changes nothing."),
        "title": (_TEXT, "What happens, in words."),
        "metric": (_TEXT, "dau, wau, mau, active_subscribers or mrr_usd (USD a month)."),
        "segment": (_TEXT, "Whose metric: overall."),
        "event_date": (_DATE, "Day to come; null where the scenario cannot be told."),
        "horizon_days": (_COUNT, "Days after the last day of data."),
        "baseline": (_NUMBER, "Forecast without the changes, in the metric's unit."),
        **_ends("baseline", "of the baseline; null where there is no forecast"),
        "scenario": (_NUMBER, "Baseline × ratio."),
        **_ends(
            "scenario", "of the scenario: the forecast's and the ratio's together; null without a forecast"
        ),
        "ratio": (_NUMBER, "Scenario / baseline by the growth model."),
        **_ends("ratio", "of the ratio: rates, effects, days unlike the past, and users' own chance"),
        "difference": (_NUMBER, "Scenario - baseline, in the metric's unit."),
        **_ends("difference", "of the difference, given the baseline"),
        "baseline_source": (_TEXT, "forecast, or growth_model where there is none."),
        "sources": (_TEXT, "Where the effects come from, a sentence a line."),
        "reason": (_TEXT, "Why the scenario cannot be told; null where it can."),
    }
)
LEVERS_SCHEMA = described(
    {
        "lever": (_TEXT, "What changes: acquisition, nurr, curr, resurrection, quality or price."),
        "change": (
            _NUMBER,
            "Relative change from the first day to come on; of quality, stars of the mean rating.",
        ),
        "metric": (_TEXT, "dau, wau, mau, active_subscribers or mrr_usd."),
        "event_date": (_DATE, "Day to come."),
        "ratio": (_NUMBER, "With the change / without, all else equal."),
        "low_80": (_NUMBER, "Lower end of its 80 % interval."),
        "high_80": (_NUMBER, "Upper end of its 80 % interval."),
        "low_95": (_NUMBER, "Lower end of its 95 % interval."),
        "high_95": (_NUMBER, "Upper end of its 95 % interval."),
        "source": (_TEXT, "Where the effect comes from."),
    }
)
RATES_SCHEMA = described(
    {
        "rate": (_TEXT, "nurr, curr, rurr, surr, iwaurr, reactivation or resurrection."),
        "state": (_TEXT, "Reported state on the day before."),
        "weekday": (_COUNT, "1 Monday to 7 Sunday: the day of coming."),
        "user_days": (_COUNT, "User-days in the state on the day before, in the window."),
        "visits": (_COUNT, "Those on which the user came."),
        "observed_rate": (_NUMBER, "visits / user_days; null below 20 user-days."),
        "rate_used": (_NUMBER, "After pulling each fine state towards its like; what the model uses."),
        "low_95": (_NUMBER, "Lower end of its 95 % interval, by bootstrap over buckets of users."),
        "high_95": (_NUMBER, "Upper end of its 95 % interval."),
        "left_share": (_NUMBER, "Share of the user-days of people taken to have left for good."),
        "shrinkage": (_NUMBER, "rate_used / observed_rate - 1: what the pull did."),
        "first_date": (_DATE, "First day of the window."),
        "last_date": (_DATE, "Last day of the window."),
    }
)
STATES_SCHEMA = described(
    {
        "scenario_id": (_TEXT, "The scenario."),
        "event_date": (_DATE, "Day to come."),
        **{
            state: (_NUMBER, f"Users who are {state.replace('_', ' ')} by the growth model.")
            for state in REPORTED
        },
        "ever_seen": (_NUMBER, "Everybody ever seen: those before, and the new users since."),
    }
)
TABLES = {
    "forecasts.scenarios": SCENARIOS_SCHEMA,
    "forecasts.scenario_levers": LEVERS_SCHEMA,
    "forecasts.scenario_states": STATES_SCHEMA,
    "forecasts.growth_rates": RATES_SCHEMA,
}


def scenario_tables(growth: Growth, definitions: Scenarios, levels: Levels) -> dict[str, pa.Table]:
    """Every table of scenarios.

    Args:
        growth: the fitted model.
        definitions: the scenarios.
        levels: forecasts of the metrics.
    """
    planner = Planner(growth, definitions.assumptions, definitions.horizon_days)
    rows: list[Row] = []
    states: list[Row] = []
    for name, title, plan in plans(planner, definitions):
        told = growth.outcome(plan.changes, planner.days)
        rows += scenario_rows(name, title, plan, told, growth, levels)
        if plan.reason is None:
            states += list(_states(name, told, growth))
    return {
        "forecasts.scenarios": pa.Table.from_pylist(rows, SCENARIOS_SCHEMA),
        "forecasts.scenario_levers": pa.Table.from_pylist(list(lever_rows(planner)), LEVERS_SCHEMA),
        "forecasts.scenario_states": pa.Table.from_pylist(states, STATES_SCHEMA),
        "forecasts.growth_rates": pa.Table.from_pylist(list(rate_rows(growth)), RATES_SCHEMA),
    }


def plans(planner: Planner, definitions: Scenarios) -> Iterator[tuple[str, str, Plan]]:
    """The baseline and each scenario, as (id, title, plan)."""
    yield BASELINE, "Nothing changes", Plan((), ())
    for scenario in definitions.scenarios:
        yield scenario.id, scenario.title, planner.plan(scenario)


def scenario_rows(
    name: str, title: str, plan: Plan, told: Outcome, growth: Growth, levels: Levels
) -> Iterator[Row]:
    """Rows of `forecasts.scenarios` for one scenario."""
    about = {
        "scenario_id": name,
        "title": title,
        "segment": "overall",
        "sources": "\n".join(plan.sources) or None,
    }
    if plan.reason is not None:
        yield {**about, "metric": "dau", "reason": plan.reason}
        return
    for metric in _metrics(growth):
        ratio = told.ratio(metric)
        ends = {end: np.quantile(ratio[:, 1:], share, axis=1) for end, share in QUANTILES.items()}
        dates = _days(growth, len(ratio))
        joined = _joined(levels, metric, dates, told.baseline[metric][:, 0])
        for at, day in enumerate(dates):
            level = levels.get((metric, day))
            own = float(joined[at])
            yield {
                **about,
                "metric": metric,
                "event_date": day,
                "horizon_days": at + 1,
                **_told(
                    level, own, float(ratio[at, 0]), {end: float(each[at]) for end, each in ends.items()}
                ),
            }


def _joined(levels: Levels, metric: str, dates: list[date], own: Floats) -> Floats:
    """The growth model's levels, scaled to go on where the last week of forecasts ends."""
    known = [at for at, day in enumerate(dates) if (metric, day) in levels][-7:]
    forecast = sum(levels[metric, dates[at]].value for at in known)
    return own * (forecast / max(float(own[known].sum()), 1e-9)) if known else own


def _told(level: Level | None, own: float, ratio: float, ends: Mapping[str, float]) -> Row:
    baseline = own if level is None else level.value
    row: Row = {
        "baseline": baseline,
        "scenario": baseline * ratio,
        "ratio": ratio,
        "difference": baseline * (ratio - 1.0),
        "baseline_source": "growth_model" if level is None else "forecast",
    }
    for end, value in ends.items():
        row |= {f"ratio_{end}": value, f"difference_{end}": baseline * (value - 1.0)}
        if level is not None and baseline > 0 and ratio > 0:
            sign = -1.0 if end.startswith("low") else 1.0
            widths = [np.log(max(level.ends[end], 1e-9) / baseline), np.log(max(value, 1e-9) / ratio)]
            row |= {
                f"baseline_{end}": level.ends[end],
                f"scenario_{end}": float(baseline * ratio * np.exp(sign * np.hypot(*widths))),
            }
    return row


def lever_rows(planner: Planner) -> Iterator[Row]:
    """Rows of `forecasts.scenario_levers`: each lever alone, moved by each step."""
    growth, days = planner.growth, planner.days
    dates = _days(growth, days)
    for lever, steps in LEVERS.items():
        for step in steps:
            kind = lever if lever in KINDS else "transition"
            change, source = planner.always(kind, step, None if kind == lever else lever)
            told = growth.outcome((change,), days)
            for metric in _metrics(growth):
                ratio = told.ratio(metric)
                ends = {end: np.quantile(ratio[:, 1:], share, axis=1) for end, share in QUANTILES.items()}
                for at, day in enumerate(dates):
                    yield {
                        "lever": lever,
                        "change": step,
                        "metric": metric,
                        "event_date": day,
                        "ratio": float(ratio[at, 0]),
                        "source": source,
                        **{end: float(each[at]) for end, each in ends.items()},
                    }


def rate_rows(growth: Growth) -> Iterator[Row]:
    """Rows of `forecasts.growth_rates`."""
    reported = flows().reported
    for place, rate in enumerate(RATES):
        own = np.flatnonzero(reported[: len(growth.totals.at_risk)] == place)
        for weekday in range(7):
            n, x = (float(each[own, weekday].sum()) for each in (growth.totals.at_risk, growth.totals.came))
            weight = growth.totals.at_risk[own, weekday]
            used = weight @ growth.totals.rate[:, own, weekday].T / max(n, 1e-9) if n else np.full(2, np.nan)
            observed = x / n if n >= 20 else None
            low, high = (float(end) for end in np.quantile(used[1:], (0.025, 0.975)))
            yield {
                "rate": rate,
                "state": REPORTED[place],
                "weekday": (EPOCH.weekday() + weekday) % 7 + 1,
                "user_days": int(n),
                "visits": int(x),
                "observed_rate": observed,
                "rate_used": float(used[0]) if n else None,
                "low_95": low if n else None,
                "high_95": high if n else None,
                "left_share": float(weight @ growth.totals.left[own] / n) if n else None,
                "shrinkage": float(used[0]) / observed - 1.0 if observed else None,
                "first_date": _date(growth.last_day - growth.window_days + 1),
                "last_date": _date(growth.last_day),
            }


def _states(name: str, told: Outcome, growth: Growth) -> Iterator[Row]:
    for at, day in enumerate(_days(growth, len(told.states))):
        numbers = {state: float(told.states[at, place]) for place, state in enumerate(REPORTED)}
        yield {"scenario_id": name, "event_date": day, **numbers, "ever_seen": float(told.ever_seen[at])}


def _metrics(growth: Growth) -> tuple[str, ...]:
    """Those that can be told: of subscriptions nothing where hardly any began."""
    has_money = growth.subscribers.conversions >= MINIMUM_CONVERSIONS
    return METRICS if has_money else tuple(USER_METRICS)


def _days(growth: Growth, days: int) -> list[date]:
    return [_date(growth.last_day + ahead) for ahead in range(1, days + 1)]


def _date(day: int) -> date:
    return EPOCH + timedelta(days=day)
