"""The registry covers the tables and tells no lies about them."""

from typing import get_args

import pytest

from analytics_platform.behaviour import FEATURE_ADOPTION_DAILY, KPI_DAILY
from analytics_platform.metrics import METRICS, Direction, Metric, Unit
from analytics_platform.workspace import MODELS

KEYS = {"dimension", "segment", "event_date"}
PARTS = {"rating_sum", "ratings_4_plus", "trials_28d", "converted_28d"} | {
    f"{part}_{age}d" for part in ("cohort", "retained") for age in (1, 7, 30)
}


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.name)
def test_a_metric_s_grain_holds_its_counts(metric: Metric):
    assert set(metric.counts) <= MODELS[metric.grain].columns.keys()


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.name)
def test_a_metric_is_said_in_words(metric: Metric):
    assert metric.label[0].isupper()
    assert metric.description[0].isupper()
    assert metric.description.endswith(".")
    assert metric.unit in get_args(Unit)
    assert metric.direction in get_args(Direction)
    assert metric.owner
    assert metric.minimum_n >= 0


def test_metrics_go_by_their_own_names():
    assert all(name == metric.name for name, metric in METRICS.items())
    assert len({metric.label for metric in METRICS.values()}) == len(METRICS)


def test_every_kpi_column_is_a_metric_or_part_of_one():
    assert KPI_DAILY.columns.keys() - KEYS - PARTS <= METRICS.keys()
    assert {name for metric in METRICS.values() for name in metric.counts} >= PARTS


def test_the_counts_of_a_user_metric_bear_the_same_names_in_the_kpis():
    at_user_grain = {name for m in METRICS.values() if m.grain == "activity.user_days" for name in m.counts}
    assert at_user_grain <= KPI_DAILY.columns.keys()


def test_counts_are_columns_of_their_own_name():
    counts = [metric for metric in METRICS.values() if not metric.is_ratio]
    assert all(metric.numerator == metric.name for metric in counts)


def test_a_share_has_a_part_that_cannot_exceed_its_whole():
    shares = {metric.name for metric in METRICS.values() if metric.unit == "share"}
    assert shares == {
        "stickiness",
        "satisfied_share",
        "retention_1d",
        "retention_7d",
        "retention_30d",
        "conversion_rate",
        "adoption_rate",
        "repeat_rate",
    }


def test_adoption_ratios_are_columns_of_their_table():
    assert {"adoption_rate", "repeat_rate"} <= FEATURE_ADOPTION_DAILY.columns.keys()
