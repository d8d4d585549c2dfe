"""BG/NBD against its published fit of CDNOW, and under planted parameters."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from analytics_platform.errors import AnalyticsError
from analytics_platform.stats.bgnbd import fit


@pytest.fixture(scope="module")
def cdnow() -> pl.DataFrame:
    """2,357 customers over 39 weeks: frequency, recency, T. Read as a file: importing the package warns."""
    found = find_spec("lifetimes")
    assert found is not None
    assert found.origin is not None
    return pl.read_csv(Path(found.origin).parent / "datasets" / "cdnow_customers_summary.csv")


def test_the_fit_of_cdnow_is_the_published_one(cdnow: pl.DataFrame):
    """Fader, Hardie and Lee (2005), table 2."""
    fitted = fit(*(cdnow[name].to_numpy() for name in ("frequency", "recency", "T")))
    assert [round(value, 3) for value in fitted[:4]] == pytest.approx(
        [0.243, 4.414, 0.793, 2.426], abs=0.0011
    )
    assert round(fitted.log_likelihood, 1) == -9582.4


def test_who_came_lately_is_likelier_to_be_there(cdnow: pl.DataFrame):
    fitted = fit(*(cdnow[name].to_numpy() for name in ("frequency", "recency", "T")))
    alive = fitted.alive([0, 4, 4, 26], [0.0, 38.0, 10.0, 30.86], [39.0, 39.0, 39.0, 31.0])
    assert alive[0] == 1.0, "who came once alone cannot have left: chances to leave come with repeat visits"
    assert alive[1] > 0.8
    assert alive[2] < 0.2
    assert alive[3] > 0.9


def test_the_chance_to_be_there_is_calibrated_under_planted_parameters():
    random, people, end = np.random.default_rng(4), 6_000, 40.0
    rates, leaving = random.gamma(0.8, 1 / 4.0, people), random.beta(0.8, 2.5, people)
    visits, last, is_there = np.zeros(people), np.zeros(people), np.ones(people, bool)
    for person in range(people):
        now = random.exponential(1 / rates[person])
        while now < end and is_there[person]:
            visits[person], last[person] = visits[person] + 1, now
            is_there[person] = random.random() > leaving[person]
            now += random.exponential(1 / rates[person])
    fitted = fit(visits, last, np.full(people, end))
    assert np.array(fitted[:4]) == pytest.approx([0.8, 4.0, 0.8, 2.5], rel=0.25)
    came = visits > 0
    alive = fitted.alive(visits, last, np.full(people, end))[came]
    for low, high in ((0, 0.3), (0.3, 0.7), (0.7, 1)):
        part = (alive >= low) & (alive < high)
        assert is_there[came][part].mean() == pytest.approx(alive[part].mean(), abs=0.05)


def test_nobody_who_came_twice_is_refused():
    with pytest.raises(AnalyticsError, match="more than once"):
        fit([0, 0], [0, 0], [5, 5])
