from datetime import date

import numpy as np
import pytest

from analytics_platform.forecasts.scenarios_levels import levels_of, new_users

DAY = date(2026, 3, 1)


def row(metric: str, value: float | None, **changed: object) -> dict[str, object]:
    ends = {"low_95": 1.0, "low_80": 2.0, "high_80": 8.0, "high_95": 9.0}
    return {
        "metric": metric,
        "dimension": "overall",
        "is_champion": True,
        "made_on_date": date(2026, 2, 28),
        "event_date": DAY,
        "forecast": value,
        **ends,
        **changed,
    }


def test_the_newest_champion_of_all_users_counts_and_subscribers_bring_revenue():
    rows = [
        row("dau", 5.0),
        row("dau", 6.0, made_on_date=date(2026, 2, 21)),
        row("dau", 7.0, is_champion=False),
        row("dau", 8.0, dimension="role"),
        row("wau", None),
        row("active_subscribers", 4.0),
    ]
    found = levels_of(rows, 10.0)
    assert {metric: level.value for (metric, _), level in found.items()} == {
        "dau": 5.0,
        "active_subscribers": 4.0,
        "mrr_usd": 40.0,
    }
    assert found["mrr_usd", DAY].ends["low_80"] == 20.0
    assert levels_of([], 10.0) == {}


def test_new_users_are_known_on_the_days_that_have_a_forecast():
    levels = levels_of([row("new_users", 3.0)], 1.0)
    assert new_users(levels, [DAY, date(2026, 3, 2)]) == pytest.approx([3.0, np.nan], nan_ok=True)
    assert new_users(levels, [date(2026, 3, 2)]) is None
    assert new_users(levels, []) is None
