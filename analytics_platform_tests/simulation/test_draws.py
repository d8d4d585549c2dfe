import numpy as np
import pytest

from analytics_platform.simulation import draws


def test_uniforms_are_uniform() -> None:
    sample = np.sort(draws.uniforms(draws.key(7, "stream", 3), np.arange(100_000)))
    distance = np.abs(sample - (np.arange(100_000) + 0.5) / 100_000).max()
    assert distance * np.sqrt(100_000) < 1.63  # Kolmogorov-Smirnov, 1 %


def test_normals_have_the_standard_moments() -> None:
    sample = draws.normals(draws.key(7, "normal"), np.arange(200_000))
    assert abs(sample.mean()) < 0.01
    assert sample.std() == pytest.approx(1.0, abs=0.01)
    assert (sample**4).mean() == pytest.approx(3.0, abs=0.1)


def test_a_draw_depends_on_its_counter_alone() -> None:
    stream = draws.key(7, "active", 12)
    everybody = draws.words(stream, np.arange(1000))
    some = np.array([5, 999, 17])
    assert (draws.words(stream, some) == everybody[some]).all()


@pytest.mark.parametrize("other", [(8, "active", 12), (7, "leave", 12), (7, "active", 13)])
def test_another_seed_stream_or_day_gives_unrelated_draws(other: tuple[int, str, int]) -> None:
    one = draws.uniforms(draws.key(7, "active", 12), np.arange(50_000))
    two = draws.uniforms(draws.key(*other), np.arange(50_000))
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.02


def test_neighbouring_counters_are_uncorrelated() -> None:
    sample = draws.uniforms(draws.key(1, "x"), np.arange(100_001))
    assert abs(np.corrcoef(sample[:-1], sample[1:])[0, 1]) < 0.015


def test_the_four_quarters_of_a_word_are_independent() -> None:
    parts = draws.quarters(draws.words(draws.key(1, "x"), np.arange(100_000))).astype(float)
    correlations = np.corrcoef(parts.T) - np.eye(4)
    assert np.abs(correlations).max() < 0.015
