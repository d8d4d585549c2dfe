from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from analytics_platform.metrics import METRICS, Metric
from dashboards import series
from dashboards.comparisons import Change, change, share_interval

LEVEL, FLOW, SHARE = METRICS["dau"], METRICS["new_users"], METRICS["retention_7d"]
MEAN = METRICS["engagement_seconds_per_user"]
WEEKDAYS = [1.0, 1.1, 1.05, 1.0, 0.9, 0.6, 0.65]


def compared(metric: Metric, counts: list[float | None], n: float = 1000) -> Change | None:
    """The change of a metric whose numerator is given by day, on a constant denominator."""
    days = [date(2026, 1, 5) + timedelta(days=offset) for offset in range(len(counts))]
    frame = pl.DataFrame({"event_date": days, metric.numerator: pl.Series(counts, dtype=pl.Float64)})
    if metric.denominator is not None:
        frame = frame.with_columns(pl.lit(n).alias(metric.denominator))
    return change(series.values(frame, metric), metric)


def weeks(*factors: float, base: float = 500) -> list[float | None]:
    """Weeks of the same weekdays, each at its level, the newest last."""
    return [base * factor * share for factor in factors for share in WEEKDAYS]


def test_a_shift_that_all_weekdays_share_is_more_than_noise():
    found = compared(FLOW, weeks(1.0, 1.2))
    assert found is not None
    assert (found.before, found.after) == (pytest.approx(3150), pytest.approx(3780))
    assert found.weekdays == 7
    assert not found.is_noise


def test_days_that_go_up_and_down_are_noise():
    found = compared(FLOW, [*weeks(1.0), 600, 450, 640, 420, 520, 250, 380])
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.before < found.high
    assert found.is_noise


def test_a_level_is_compared_with_its_weekday_and_judged_as_one_day():
    found = compared(LEVEL, [*weeks(1.0), 500, 560, 520, 505, 455, 305, 345])
    assert found is not None
    assert (found.before, found.after) == (pytest.approx(325), pytest.approx(345))
    assert found.is_noise


def test_a_share_and_a_mean_are_compared_as_ratios_of_sums():
    share = compared(SHARE, [200.0] * 7 + [250.0] * 7)
    assert share is not None
    assert (share.before, share.after, share.is_noise) == (pytest.approx(0.2), pytest.approx(0.25), False)
    mean = compared(MEAN, [60_000.0 + day for day in range(14)])
    assert mean is not None
    assert mean.before == pytest.approx(60.003)


@pytest.mark.parametrize(
    ("metric", "counts", "n"),
    [
        (FLOW, weeks(1.0), 1000),
        (FLOW, [*weeks(1.0), None, *weeks(1.0)[1:]], 1000),
        (LEVEL, [*weeks(1.0), *weeks(1.0)[:6], None], 1000),
        (SHARE, [1.0] * 14, 4),
        (SHARE, [0.0] * 14, 0),
    ],
)
def test_weeks_that_are_not_alike_are_not_compared(metric: Metric, counts: list[float | None], n: float):
    assert compared(metric, counts, n) is None


def test_too_few_days_cannot_tell_a_change_from_noise():
    found = compared(LEVEL, weeks(1.0, 3.0)[:9])
    assert found is not None
    assert (found.low, found.high, found.weekdays, found.is_noise) == (None, None, 0, True)


def test_weeks_without_any_variation_keep_the_sampling_error_of_counts_and_shares():
    still = compared(FLOW, [10.0] * 7 + [12.0] * 7)
    assert still is not None
    assert still.is_noise, "70 and 84 a week differ by chance alone"
    assert still.low == pytest.approx(70 * (1 - 1.96 * np.sqrt(0.5 / 7 / 10)) ** 2, rel=1e-3)
    few = compared(SHARE, [10.0] * 7 + [12.0] * 7, n=50)
    assert few is not None
    assert few.is_noise, "20 % and 24 % of 350 users differ by chance alone"
    many = compared(SHARE, [200.0] * 7 + [240.0] * 7, n=1000)
    assert many is not None
    assert not many.is_noise


@pytest.mark.parametrize("metric", [FLOW, LEVEL, SHARE, MEAN])
def test_pure_noise_is_coloured_at_most_one_time_in_twenty(metric: Metric):
    draws = np.random.default_rng(3)
    shape = np.tile(WEEKDAYS, 2) * 400 * np.exp(draws.normal(0, 0.08, (1500, 14)))
    found = [compared(metric, row) for row in draws.poisson(shape).astype(float).tolist()]
    coloured = sum(not one.is_noise for one in found if one is not None)
    assert coloured / len(found) <= 0.055


@pytest.mark.parametrize("metric", [FLOW, MEAN])
def test_a_change_of_a_quarter_is_mostly_seen(metric: Metric):
    draws = np.random.default_rng(4)
    shape = np.tile(WEEKDAYS, 2) * 400 * np.exp(draws.normal(0, 0.08, (500, 14)))
    shape[:, 7:] *= 1.25
    found = [compared(metric, row) for row in draws.poisson(shape).astype(float).tolist()]
    assert sum(not one.is_noise for one in found if one is not None) / len(found) > 0.8


@pytest.mark.parametrize(
    ("share", "n", "low", "high"),
    # Newcombe (1998), Statistics in Medicine 17, 857-872, table I: Wilson's score interval.
    [
        (81 / 263, 263, 0.2553, 0.3662),
        (15 / 148, 148, 0.0624, 0.1605),
        (0.0, 20, 0.0, 0.1611),
        (1 / 29, 29, 0.0061, 0.1718),
    ],
)
def test_share_intervals_agree_with_published_ones(share: float, n: float, low: float, high: float):
    assert share_interval(share, n) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))
