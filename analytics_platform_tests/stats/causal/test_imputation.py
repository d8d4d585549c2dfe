import numpy as np
import pytest

from analytics_platform.stats.causal.imputation import expected, imputed_effect

UNITS, PERIODS = 6, 20


def counts(effect: float, seed: int = 0):
    draw = np.random.default_rng(seed)
    unit, period = np.indices((UNITS, PERIODS)).reshape(2, -1)
    treated = period >= np.array([5, 8, 11, 14, 17, 99])[unit]
    design = np.column_stack([np.eye(UNITS)[unit], np.eye(PERIODS)[period]])
    exposure = np.full(len(unit), 4_000.0)
    rate = np.exp(-2 + 0.2 * unit - 0.1 * period) * (1 + effect * treated)
    drawn = draw.poisson(np.broadcast_to(exposure * rate, (60, len(unit)))).astype(float)
    return design, drawn[0], exposure, treated, (drawn, np.broadcast_to(exposure, drawn.shape))


@pytest.mark.parametrize("effect", [0.0, 0.2])
def test_a_multiplicative_effect_is_found(effect: float):
    found = imputed_effect(*counts(effect))
    assert found.relative_low < effect < found.relative_high
    assert found.relative_high - found.relative_low < 0.15
    assert found.effect == pytest.approx(found.control_mean * found.relative)
    assert (found.p_value < 0.001) == (effect > 0)


def test_replicates_without_spread_leave_no_doubt():
    design, outcome, exposure, treated, _ = counts(0.2)
    same = (np.stack([outcome] * 2), np.stack([exposure] * 2))
    assert imputed_effect(design, outcome, exposure, treated, same).p_value == 0.0


def test_without_treated_or_untreated_cells_there_is_nothing_to_compare():
    design, outcome, exposure, treated, drawn = counts(0.0)
    with pytest.raises(ValueError, match="no treated"):
        imputed_effect(design, outcome, exposure, treated & False, drawn)
    with pytest.raises(ValueError, match="no outcome"):
        imputed_effect(design, outcome * treated, exposure, treated, drawn)


def test_expected_counts_follow_the_exposure(monkeypatch: pytest.MonkeyPatch):
    design = np.ones((4, 1))
    outcome, exposure = np.array([1.0, 2.0, 3.0, 0.0]), np.array([10.0, 20.0, 30.0, 40.0])
    found = expected(design, outcome, exposure, np.array([True, True, True, False]))
    assert found == pytest.approx(exposure / 10)
    monkeypatch.setattr("analytics_platform.stats.causal.imputation.STEPS", 0)
    assert expected(design, outcome, exposure, exposure < 40) == pytest.approx(exposure / 10)
