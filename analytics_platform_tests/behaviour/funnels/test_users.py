"""Funnels on random logs: the day kernel, the SQL that defines it and a reading in plain Python agree."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics_platform.behaviour.funnels import users as module
from analytics_platform.behaviour.funnels.funnel import Funnel
from analytics_platform.behaviour.funnels.users import DEFINITION, STEP_COLUMNS, funnel_users
from analytics_platform.lakehouse import DuckDBEngine, Lake
from analytics_platform_tests.behaviour.funnel_lake import DAYS, FIRST, event, write
from analytics_platform_tests.behaviour.funnels.reference import progress, reachable
from analytics_platform_tests.raw_rows import Row

UNTIL = datetime(2025, 9, 7, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")


def _step(name: str, **more: object) -> dict[str, object]:
    return {"name": name, "feature": name, "event_name": "feature_used", **more}


def _funnel(name: str, steps: list[dict[str, object]], **more: object) -> Funnel:
    window = {} if "window_days" in more or "window_hours" in more else {"window_hours": 30}
    said = {"id": name, "title": name, "steps": steps, "last_days": "whole", **window, **more}
    return Funnel.model_validate(said)


THREE = [_step("summarize"), _step("quiz"), _step("explain")]
REPEATED = [_step("quiz"), _step("quiz"), {"name": "any use", "event_name": "feature_used"}, _step("quiz")]
FUNNELS = [
    _funnel("ordered", THREE),
    _funnel("short", THREE, window_hours=2),
    _funnel("recent", THREE, last_days=2, window_days=1),
    _funnel("repeated", REPEATED, window_days=2),
    _funnel("two_platforms", [_step("quiz", platform=["web", "ios"]), _step("explain", platform="ios")]),
    _funnel("habit", [_step("quiz"), _step("quiz", on_later_day=True), _step("chat")], window_days=3),
    _funnel("strict", THREE, order="strict"),
    _funnel("strict_habit", [_step("quiz"), _step("explain", on_later_day=True)], order="strict"),
    _funnel("strict_twice", REPEATED, order="strict"),
    _funnel("any", THREE, order="any"),
    _funnel("barred", THREE, exclusions=[{"feature": "chat"}]),
    _funnel(
        "barred_late",
        THREE,
        exclusions=[{"feature": "chat", "from_step": 2}, {"platform": "ios", "to_step": 2}],
    ),
    _funnel("barred_by_step", THREE, exclusions=[{"feature": ["quiz", "chat"], "from_step": 2}]),
    _funnel("barred_any", THREE, order="any", exclusions=[{"feature": "chat"}]),
]

# Hours and few of them, so that events of a user often share an instant and lie on a window's very edge.
EVENTS = st.lists(
    st.builds(
        lambda user, hour, feature, platform: event(user, hour * 3600, feature, platform=platform),
        st.integers(1, 6),
        st.integers(0, 6 * 24 - 1).map(lambda hour: hour // 3 * 3 if hour % 2 else hour),
        st.sampled_from(("summarize", "quiz", "quiz", "explain", "chat")),
        st.sampled_from(("web", "web", "ios")),
    ),
    max_size=70,
)
DENSE = st.lists(
    st.builds(
        lambda user, hour, feature, platform: event(user, hour * 3600, feature, platform=platform),
        st.integers(1, 3),
        st.sampled_from((0, 1, 2, 20, 23, 24, 25, 30, 48, 50, 54, 143)),
        st.sampled_from(("summarize", "quiz", "explain", "chat")),
        st.sampled_from(("web", "ios")),
    ),
    max_size=50,
)


def _by_kernel(lake: Lake) -> pl.DataFrame:
    tables = list(funnel_users(lake, FUNNELS, DAYS, UTC_ZONE))
    return pl.concat([pl.DataFrame(table) for table in tables]).sort("funnel_id", "user_id")


def _by_sql(lake: Lake) -> pl.DataFrame:
    rows = DuckDBEngine(lake).query(DEFINITION.sql, {**DAYS.parameters(), "until": UNTIL})
    return pl.DataFrame(rows).sort("funnel_id", "user_id")


def _by_reading(log: list[Row]) -> dict[tuple[str, int], Row]:
    users = sorted({row["user_id"] for row in log})
    found: dict[tuple[str, int], Row] = {}
    for funnel in FUNNELS:
        first = FIRST if funnel.last_days is None else DAYS.last_day - timedelta(days=funnel.last_days - 1)
        for user in users:
            row = progress([one for one in log if one["user_id"] == user], funnel, first, UNTIL)
            if row is not None:
                found[funnel.id, user] = row
    return found


def _taken(rows: pl.DataFrame) -> dict[tuple[str, int], Row]:
    return {
        (row["funnel_id"], row["user_id"]): {
            "furthest_step": row["furthest_step"],
            "state": row["state"],
            "times": [row[name] for name in STEP_COLUMNS if row[name] is not None],
        }
        for row in rows.to_dicts()
    }


@settings(max_examples=20, deadline=None)
@given(log=EVENTS | DENSE, stretch_rows=st.sampled_from((1, 25, 10_000)))
def test_kernel_sql_and_plain_reading_agree_row_for_row(log: list[Row], stretch_rows: int):
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "STRETCH_ROWS", stretch_rows)
        lake = Lake(Path(folder))
        log = write(lake, log, FUNNELS)
        kernel, sql = _by_kernel(lake), _by_sql(lake)
    assert _taken(kernel) == _by_reading(log)
    assert kernel.select(sql.columns).equals(sql)


@settings(max_examples=150, deadline=None)
@given(log=st.lists(DENSE, max_size=1).map(lambda logs: logs[0][:14] if logs else []))
def test_no_chain_of_events_goes_further_than_the_counted_attempt(log: list[Row]):
    for funnel in FUNNELS[:5]:
        if funnel.last_days is None:
            for user in {row["user_id"] for row in log}:
                own = [{"event_id": n, **row} for n, row in enumerate(log) if row["user_id"] == user]
                row = progress(own, funnel, FIRST, UNTIL)
                assert (row["furthest_step"] if row else 0) == reachable(own, funnel)
