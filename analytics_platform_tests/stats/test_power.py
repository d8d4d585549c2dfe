import numpy as np
import pytest
from statsmodels.stats.power import TTestIndPower

from analytics_platform.stats import arms
from analytics_platform.stats.means import arm_means
from analytics_platform.stats.moments import Moments
from analytics_platform.stats.power import Design
from analytics_platform_tests.stats.samples import is_near

RANDOM = np.random.default_rng(55)


@pytest.mark.parametrize("share", [0.5, 0.2])
@pytest.mark.parametrize("units", [20, 400])
def test_power_is_that_of_statsmodels(share: float, units: int):
    treated = units * share
    expected = TTestIndPower().power(0.3, units - treated, 0.05, ratio=treated / (units - treated))
    assert Design(1.0, treatment_share=share).power(0.3, units) == pytest.approx(expected, abs=1e-6)


def test_size_and_detectable_effect_answer_each_other():
    design = Design(4.0, alpha=0.01, treatment_share=0.3)
    units = design.required_units(0.5, power=0.9)
    assert design.power(0.5, units) >= 0.9 > design.power(0.5, units - 1)
    assert design.minimum_detectable_effect(units, power=0.9) == pytest.approx(0.5, rel=1e-3)


def test_effects_are_found_as_often_as_planned():
    replications = 4000
    design = Design(1.0, treatment_variance=4.0, treatment_share=0.4)
    units = design.required_units(0.5)
    treated = round(units * 0.4)
    control = Moments.of(RANDOM.normal(0.0, 1.0, size=(replications, units - treated, 1)))
    treatment = Moments.of(RANDOM.normal(0.5, 2.0, size=(replications, treated, 1)))
    found = arms.p_value(arm_means(control, treatment)) < 0.05
    assert is_near(float(found.mean()), 0.8, replications)


def test_clusters_need_as_many_times_more_units_as_they_are_alike():
    alone, together = Design(1.0), Design(1.0, cluster_size=25, intraclass_correlation=0.15)
    assert together.design_effect == pytest.approx(4.6)
    units = together.required_units(0.2)
    assert units % 25 == 0
    assert units / alone.required_units(0.2) == pytest.approx(4.6, rel=0.05)
    uneven = Design(1.0, cluster_size=25, cluster_size_variation=0.5, intraclass_correlation=0.15)
    assert uneven.design_effect > together.design_effect


def test_huge_effects_need_the_fewest_units_and_tiny_ones_are_refused():
    assert Design(1.0).required_units(1e6) == 3
    assert Design(1.0).power(8.0, 1e9) == 1.0
    assert Design(1.0).minimum_detectable_effect(4, 0.8) > 3.0
    with pytest.raises(ValueError, match="no sample finds an effect of 0"):
        Design(1.0).required_units(0.0)
    with pytest.raises(ValueError, match="no sample finds"):
        Design(1.0).required_units(1e-9)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"variance": 0.0}, "variance is 0"),
        ({"variance": 1.0, "treatment_variance": -1.0}, "treatment_variance is -1"),
        ({"variance": 1.0, "treatment_share": 1.0}, "treatment_share is 1"),
        ({"variance": 1.0, "alpha": 0.0}, "alpha is 0"),
        ({"variance": 1.0, "cluster_size": 0.0}, "cluster_size is 0"),
    ],
    ids=["variance", "treatment_variance", "share", "alpha", "cluster size"],
)
def test_a_design_that_cannot_be_is_refused(wrong: dict[str, float], words: str):
    with pytest.raises(ValueError, match=words):
        Design(**wrong)
    with pytest.raises(ValueError, match="power is 1"):
        Design(1.0).required_units(0.2, power=1.0)
