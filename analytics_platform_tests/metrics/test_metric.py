"""A metric as data, and the SQL it stands for."""

from dataclasses import FrozenInstanceError, replace

import pytest

from analytics_platform.metrics import METRICS, Metric


def test_a_metric_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        METRICS["dau"].label = "Users"  # pyright: ignore[reportAttributeAccessIssue]


def test_a_ratio_divides_doubles_and_is_null_over_zero():
    assert (
        METRICS["rating_mean"].expression().sql("duckdb") == "CAST(rating_sum AS DOUBLE) / NULLIF(ratings, 0)"
    )


def test_a_count_is_its_column():
    assert METRICS["dau"].expression().sql("duckdb") == "CAST(dau AS DOUBLE)"


def test_a_metric_names_the_counts_it_needs():
    assert METRICS["rating_mean"].counts == ("rating_sum", "ratings")
    assert METRICS["dau"].counts == ("dau",)
    assert not METRICS["dau"].is_ratio


def test_metrics_are_equal_by_value():
    assert replace(METRICS["dau"]) == METRICS["dau"]
    assert isinstance(METRICS["dau"], Metric)
