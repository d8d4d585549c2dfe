"""The champion: the default, unless another is clearly and steadily better."""

import numpy as np

from analytics_platform.forecasts.champion import champion

OWN = np.full(10, 1.0)


def test_a_clear_and_steady_challenger_wins():
    assert champion({"calendar_ets": OWN, "ets": 0.8 * OWN, "ensemble": 0.7 * OWN}) == "ensemble"


def test_a_lead_that_one_origin_makes_is_noise():
    lucky = np.array([*[1.01] * 9, -9.0])
    assert champion({"calendar_ets": OWN, "ets": lucky}) == "calendar_ets"


def test_a_small_lead_is_not_clear():
    assert champion({"calendar_ets": OWN, "ets": 0.95 * OWN}) == "calendar_ets"


def test_few_origins_do_not_tell():
    assert champion({"calendar_ets": OWN[:5], "ets": 0.1 * OWN[:5]}) == "calendar_ets"


def test_unknown_losses_do_not_count():
    unknown = np.full(10, np.nan)
    assert champion({"calendar_ets": OWN, "ets": unknown}) == "calendar_ets"


def test_a_default_that_does_not_beat_the_benchmark_gives_way_to_the_least_loss():
    """As of weekly users: the ensemble lost less in the mean, though not at seven origins of ten."""
    unsteady = np.array([*[1.05] * 4, *[0.6] * 6])
    losses = {"calendar_ets": OWN, "ets": 0.95 * OWN, "ensemble": unsteady}
    assert champion({**losses, "seasonal_naive": 1.3 * OWN}) == "calendar_ets"
    assert champion({**losses, "seasonal_naive": 1.05 * OWN}) == "ensemble"
    assert champion({"calendar_ets": OWN, "ets": 0.95 * OWN, "seasonal_naive": 1.05 * OWN}) == "calendar_ets"
    assert champion({"calendar_ets": OWN, "seasonal_naive": 0.98 * OWN}) == "seasonal_naive"
    assert champion({"calendar_ets": OWN, "seasonal_naive": 1.01 * OWN}) == "calendar_ets"


def test_equal_methods_are_rarely_told_apart():
    """Challengers as good as a default that beats the benchmark: it is rarely given up."""
    random = np.random.default_rng(3)
    names = {"calendar_ets": 1.0, "ets": 1.0, "seasonal_naive": 1.5, "ensemble": 1.0}
    kept = [
        champion({name: level * np.exp(random.normal(0, 0.3, 12)) for name, level in names.items()})
        == "calendar_ets"
        for _ in range(500)
    ]
    assert np.mean(kept) > 0.85
