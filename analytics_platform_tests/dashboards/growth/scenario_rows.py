"""Small rows of the tables that the Scenarios view reads."""

from datetime import date, timedelta

import pyarrow as pa

from analytics_platform.forecasts.scenarios import LEVERS, LEVERS_SCHEMA, SCENARIOS_SCHEMA
from analytics_platform.lakehouse import Lake
from analytics_platform.validation.scenario_replays import REPLAYS_SCHEMA

LAST = date(2026, 2, 27)
DAYS = 28


def scenario(name: str, title: str, ratio: float, *, sure: float = 0.02, metric: str = "dau") -> list[dict]:
    """Rows of one scenario whose effect grows to `ratio` on the last day."""
    rows = []
    for ahead in range(1, DAYS + 1):
        now = 1 + (ratio - 1) * ahead / DAYS
        reach = 0.0 if name == "baseline" else sure
        ends = {"low_95": -1.5, "low_80": -1, "high_80": 1, "high_95": 1.5}
        row = {
            "scenario_id": name,
            "title": title,
            "metric": metric,
            "segment": "overall",
            "event_date": LAST + timedelta(days=ahead),
            "horizon_days": ahead,
            "baseline": 1000.0,
            "scenario": 1000 * now,
            "ratio": now,
            "difference": 1000 * (now - 1),
            "baseline_source": "forecast",
            "sources": None if name == "baseline" else f"Set by the scenario: {title}",
            "reason": None,
        }
        for end, side in ends.items():
            row |= {f"baseline_{end}": 1000 + 100 * side, f"scenario_{end}": 1000 * now + 120 * side}
            row |= {f"ratio_{end}": now + side * reach, f"difference_{end}": 1000 * (now + side * reach - 1)}
        rows.append(row)
    return rows


def untold(name: str, title: str) -> dict:
    return {
        "scenario_id": name,
        "title": title,
        "segment": "overall",
        "metric": "dau",
        "event_date": None,
        "ratio": None,
        "reason": "Nobody was exposed.",
    }


def scenarios() -> list[dict]:
    return [
        *scenario("baseline", "Nothing changes", 1.0),
        *scenario("more", "30% more sign-ups", 1.12),
        *scenario("maybe", "Class challenges for all", 1.01, sure=0.05),
        *scenario("worse", "Slower answers", 0.93),
        untold("unknown", "An unknown launch"),
    ]


def levers(metric: str = "dau") -> list[dict]:
    """Each lever moves the metric by half its step on the last day, stars by a tenth."""
    return [
        {
            "lever": lever,
            "change": step,
            "metric": metric,
            "event_date": LAST + timedelta(days=ahead),
            "ratio": 1 + 0.5 * step * ahead / DAYS,
            "low_80": 1 + 0.4 * step * ahead / DAYS - 1e-4,
            "high_80": 1 + 0.6 * step * ahead / DAYS + 1e-4,
            "low_95": 1 + 0.3 * step * ahead / DAYS - 1e-4,
            "high_95": 1 + 0.7 * step * ahead / DAYS + 1e-4,
            "source": f"Assumed, not measured: {lever}",
        }
        for lever, steps in LEVERS.items()
        for step in steps
        for ahead in range(1, DAYS + 1)
    ]


def replayed(held: int = 3, of: int = 4) -> list[dict]:
    return [
        {"scenario": "more", "seed": at // 2, "is_headline": True, "covers_80": at < held, "covers_95": True}
        for at in range(of)
    ]


def write_scenarios(lake: Lake) -> None:
    """The tables in a lake."""
    tables = (
        ("forecasts.scenarios", scenarios(), SCENARIOS_SCHEMA),
        ("forecasts.scenario_levers", levers(), LEVERS_SCHEMA),
        ("validation.scenario_replays", replayed(), REPLAYS_SCHEMA),
    )
    for table, rows, schema in tables:
        lake.replace(table, [pa.Table.from_pylist(rows, schema)], schema)
