from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from analytics_platform_tests.dashboards.llm import quality_lake
from dashboards.llm import periods

LAST = date(2026, 2, 27)


def days(above: list[float], below: list[float]) -> pl.DataFrame:
    shown = [LAST - timedelta(days=len(above) - 1 - at) for at in range(len(above))]
    return pl.DataFrame({"event_date": shown, "above": above, "below": below})


def test_the_interval_holds_the_share_in_about_95_of_100_samples():
    draws, held = np.random.default_rng(7), 0
    for _ in range(600):
        n = draws.poisson(200, 28)
        shares = draws.beta(70, 30, 28)
        found = periods.level(days(draws.binomial(n, shares).tolist(), n.tolist()), "above", "below", LAST)
        assert found is not None
        held += abs(found.value - 0.7) <= found.reach
    assert 0.92 <= held / 600 <= 0.975


def test_days_outside_the_window_or_without_a_denominator_do_not_count():
    rows = days([1000.0] + [5.0] * 28, [1.0] + [10.0] * 27 + [0.0])
    found = periods.level(rows, "above", "below", LAST)
    assert found is not None
    assert (found.value, found.days, found.n) == (0.5, 27, 270)
    assert periods.level(rows.tail(10), "above", "below", LAST) is None


@pytest.mark.parametrize(
    ("step", "verdict", "delta"), [(0.08, "better", "+8"), (-0.08, "worse", "-8"), (0.0, "neutral", None)]
)
def test_a_change_is_judged_against_the_spread_of_days(step: float, verdict: str, delta: str | None):
    base = [70.0 + at % 3 for at in range(28)]
    rows = days([*base, *(value + 100 * step for value in base)], [100.0] * 56)
    card = periods.satisfied(rows.rename({"above": "satisfied_ratings", "below": "ratings"}))
    assert card.verdict == verdict
    assert card.delta is not None
    assert card.delta.startswith(delta or "")
    assert card.comparison.endswith("noise") == (verdict == "neutral")
    assert card.detail.startswith("95%: ")
    assert ", n = 2,800 ratings, 28 days to Fri 27 Feb 2026" in card.detail


def test_slower_and_dearer_answers_are_worse():
    rows = quality_lake.quality_rows().filter(pl.col("dimension") == "overall")
    slow = rows.with_columns(
        latency_p95_ms=pl.col("latency_p95_ms")
        + pl.when(pl.col("event_date") > date(2025, 12, 1)).then(900).otherwise(0)
    )
    assert periods.latency(slow).verdict == "worse"
    assert periods.latency(rows).value == "6.00 s"
    assert periods.cost(rows).value.startswith("$2.")


def test_without_data_or_days_a_card_says_so():
    assert periods.cost(pl.DataFrame()).value == "no data"
    few = days([7.0] * 5, [10.0] * 5).rename({"above": "satisfied_ratings", "below": "ratings"})
    assert periods.satisfied(few).value == "too few"
    alone = days([7.0] * 20, [10.0] * 20).rename({"above": "satisfied_ratings", "below": "ratings"})
    assert periods.satisfied(alone).delta is None
