import pytest

from analytics_platform.stats.causal.sensitivity import e_value, robustness_value


def test_the_e_value_of_the_paper_on_maternal_milk():
    """VanderWeele and Ding (2017): risk ratio 3.9 (1.8 to 8.7) has E-values 7.26 and 3.0."""
    point, limit = e_value(0.1, 0.29, 0.08, 0.77)
    assert point == pytest.approx(7.26, abs=0.005)
    assert limit == pytest.approx(3.0, abs=0.005)


def test_a_protective_effect_is_judged_by_its_inverse():
    assert e_value(0.4, -0.2, -0.3, -0.1)[0] == pytest.approx(e_value(0.2, 0.2, 0.1, 0.3)[0])


def test_an_interval_that_holds_nothing_needs_no_hidden_cause():
    assert e_value(0.1, 0.02, -0.01, 0.05)[1] == 1.0
    with pytest.raises(ValueError, match="above 0"):
        e_value(0.0, 0.1, 0.0, 0.2)


def test_the_robustness_values_of_the_paper_on_darfur():
    """Cinelli and Hazlett (2020): 0.097 (SE 0.023) with 783 degrees of freedom: 13.9 % and 7.6 %."""
    assert robustness_value(0.09732, 0.02326, 783) == pytest.approx(0.1388, abs=5e-4)
    assert robustness_value(0.09732, 0.02326, 783, alpha=0.05) == pytest.approx(0.0763, abs=5e-4)
    assert robustness_value(0.01, 0.1, 100, alpha=0.05) == 0.0
