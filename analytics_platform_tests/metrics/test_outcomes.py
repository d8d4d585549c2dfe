import re

import pytest

from analytics_platform.activity import USER_DAYS
from analytics_platform.metrics import METRICS
from analytics_platform.metrics.outcomes import ACTIVE_DAYS, OUTCOMES, Outcome

each_outcome = pytest.mark.parametrize("outcome", OUTCOMES.values(), ids=list(OUTCOMES))


@each_outcome
def test_its_counts_are_columns_of_user_days(outcome: Outcome):
    assert set(outcome.counts) <= {*USER_DAYS.columns, ACTIVE_DAYS}


@each_outcome
def test_it_is_named_labelled_and_defined(outcome: Outcome):
    assert re.fullmatch(r"[a-z][a-z0-9_]*", outcome.name)
    assert outcome.label[0].isupper()
    assert outcome.description.endswith(".")
    assert ".." not in outcome.description


@each_outcome
def test_it_has_what_its_kind_needs_and_nothing_else(outcome: Outcome):
    assert (outcome.denominator is not None) == (outcome.kind == "ratio")
    assert (outcome.quantile is not None) == (outcome.kind == "quantile")
    assert (outcome.cap_quantile is not None) == (outcome.kind == "winsorised")
    assert (outcome.last_day is not None) == (outcome.kind == "retention")
    if outcome.is_share:
        assert outcome.unit == "share"


@each_outcome
def test_a_ratio_means_what_the_metric_of_its_name_means(outcome: Outcome):
    if outcome.kind == "ratio":
        metric = METRICS[outcome.name]
        assert outcome.counts == metric.counts
        assert (outcome.unit, outcome.direction) == (metric.unit, metric.direction)


def test_every_metric_that_a_person_can_have_is_an_outcome():
    assert {name for name, metric in METRICS.items() if metric.grain == USER_DAYS.name} <= OUTCOMES.keys()
