"""Samples: several arms as one."""

import numpy as np

from analytics_platform.experiments.sample import Sample, pooled
from analytics_platform.stats.moments import Moments
from analytics_platform_tests.experiments.arms_of import clusters, drawn


def test_pooled_arms_hold_the_units_of_each():
    one, other = drawn(1, 30), drawn(2, 20)
    both = pooled([one, other])

    assert both.moments.n == 50
    assert both.values is not None
    assert both.moments.mean[0] == np.concatenate([one.values, other.values]).mean()  # pyright: ignore[reportCallIssue, reportArgumentType]
    assert both.histogram is not None
    assert both.histogram.n == 50
    assert sum(float(part.n) for part in both.strata.values()) == 50


def test_a_stratum_of_one_arm_alone_is_kept():
    one = Sample(drawn(1, 5).moments, strata={"a": Moments.of(np.ones((5, 2)))})

    assert set(pooled([one, drawn(2, 5)]).strata) == {"0", "1", "a"}


def test_clusters_are_put_side_by_side():
    both = pooled([clusters(1, 4), clusters(2, 5)])

    assert both.clusters is not None
    assert both.clusters.shape == (9, 2)


def test_an_empty_arm_adds_nothing():
    assert pooled([Sample.empty(3), drawn(1, 5)]).moments.n == 5
    assert pooled([drawn(1, 5), Sample.empty(3)]).moments.n == 5
