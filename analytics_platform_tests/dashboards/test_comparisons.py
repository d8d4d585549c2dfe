import numpy as np
import pytest

from analytics_platform.metrics import METRICS
from dashboards.comparisons import EARLIEST_WEEKS, Change, change, share_interval
from dashboards.series import Weekly

COUNT, SHARE, MEAN = METRICS["new_users"], METRICS["retention_7d"], METRICS["engagement_seconds_per_user"]


def counts(*values: float | None) -> list[Weekly]:
    return [Weekly(value, None, 7) for value in values]


def shares(*pairs: tuple[float, float]) -> list[Weekly]:
    return [Weekly(value, n, 7) for value, n in pairs]


def test_a_jump_after_steady_weeks_is_beyond_noise():
    found = change(counts(800, 500, 505, 495, 500, 490, 510, 500, 505, 495, 500), COUNT)
    assert found is not None
    assert (found.before, found.after, found.weeks) == (500, 800, 9)
    assert not found.is_noise


def test_a_small_step_after_swinging_weeks_is_noise():
    found = change(counts(520, 500, 580, 430, 560, 450, 570, 440, 590, 470, 520), COUNT)
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert found.low < 500 < found.high
    assert found.is_noise


def test_too_few_earlier_weeks_cannot_tell_a_change_from_noise():
    found = change(counts(800, *[500.0] * EARLIEST_WEEKS), COUNT)
    assert found == Change(500, 800, None, None, EARLIEST_WEEKS - 1)
    assert found.is_noise


@pytest.mark.parametrize(
    "weeks",
    [
        counts(5),
        counts(None, 5),
        counts(5, None),
        [Weekly(5, None, 7), Weekly(5, None, 6)],
        shares((0.2, 10), (0.2, 900)),
    ],
)
def test_unlike_weeks_are_not_compared(weeks: list[Weekly]):
    metric = SHARE if weeks[0].n is not None else COUNT
    assert change(weeks, metric) is None


def test_weeks_that_never_vary_leave_the_sampling_error_of_counts_and_shares():
    still = change(counts(110, *[100.0] * 10), COUNT)
    assert still is not None
    assert still.is_noise, "a count of 100 varies by 14 a week by chance alone"
    few = change(shares((0.24, 300), *[(0.20, 300.0)] * 10), SHARE)
    assert few is not None
    assert few.is_noise, "4 points between two weeks of 300 lie within 1.96 standard errors"
    many = change(shares((0.24, 3000), *[(0.20, 3000.0)] * 10), SHARE)
    assert many is not None
    assert not many.is_noise


def test_steady_growth_is_told_from_noise():
    weeks = [1000 * 1.05 ** (-week) * (1 + 0.002 * (-1) ** week) for week in range(12)]
    found = change(counts(*weeks), MEAN)
    assert found is not None
    assert not found.is_noise


@pytest.mark.parametrize("weeks", [EARLIEST_WEEKS + 2, 14, 26])
def test_pure_noise_is_coloured_at_most_one_time_in_twenty(weeks: int):
    draws = np.random.default_rng(3).normal(600, 30, size=(3000, weeks))
    found = [change([Weekly(float(v), 5000, 7) for v in row], MEAN) for row in draws]
    coloured = sum(not one.is_noise for one in found if one is not None)
    assert coloured / len(found) <= 0.055


def test_a_real_change_of_four_standard_deviations_is_mostly_seen():
    draws = np.random.default_rng(4).normal(600, 10, size=(1000, 26))
    draws[:, 0] += 60
    found = [change([Weekly(float(v), 5000, 7) for v in row], MEAN) for row in draws]
    assert sum(not one.is_noise for one in found if one is not None) / len(found) > 0.7


@pytest.mark.parametrize(
    ("share", "n", "low", "high"),
    # Newcombe (1998), Statistics in Medicine 17, table I: method 3 (Wilson score).
    [
        (81 / 263, 263, 0.2553, 0.3662),
        (15 / 148, 148, 0.0624, 0.1605),
        (0.0, 20, 0.0, 0.1611),
        (1 / 29, 29, 0.0061, 0.1718),
    ],
)
def test_share_intervals_agree_with_published_ones(share: float, n: float, low: float, high: float):
    assert share_interval(share, n) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))
