"""The launch on drawn cells in which the effect is a known ratio and holidays halve activity."""

from datetime import date

import numpy as np
import pytest

from analytics_platform.experiments.causal.country import choose, one_country
from analytics_platform.experiments.causal.launch import staggered_launch, why_not
from analytics_platform.experiments.causal.launch_cells import NEVER, PARTS, Cells
from analytics_platform.lakehouse import Window

WEEKS = 20
DAYS = Window(date(2025, 9, 1), date(2026, 1, 18))
RATIO = 0.3


def cells(launch: tuple[int, ...] = (5, 8, 11, 14, NEVER), seed: int = 0) -> Cells:
    draw = np.random.default_rng(seed)
    countries = len(launch)
    shape = (countries, PARTS, WEEKS, WEEKS)
    place, _, age, week = np.indices(shape)
    calendar = (draw.random((countries, 2, WEEKS)) < 0.2) * 1.0
    known = np.where(week >= age, 7.0 * 40, 0.0)
    rate = 0.2 * np.exp(-0.05 * (week - age) + 0.1 * place - 0.7 * calendar[place, 0, week])
    treated = week >= np.array(launch)[place]
    active = draw.poisson(known * rate * (1 + RATIO * treated)).astype(float)
    return Cells([f"C{n}" for n in range(countries)], np.array(launch), calendar, active, known)


def test_the_recommended_method_finds_the_ratio():
    found = staggered_launch(cells(), DAYS)
    rows = {row["method"]: row for row in found.effects}
    assert list(rows) == ["twfe", "did2s", "saturated", "imputation"]
    best = rows["imputation"]
    assert [row["method"] for row in found.effects if row["is_recommended"]] == ["imputation"]
    assert best["relative_low"] < RATIO < best["relative_high"]
    assert best["relative_effect"] == pytest.approx(RATIO, abs=0.05)
    assert {row["diagnostic"] for row in found.diagnostics} == {"pre_trend", "weights", "event_study"}


@pytest.mark.parametrize(
    ("launch", "told"),
    [
        ((NEVER, NEVER), "in no country"),
        ((0, 5, NEVER), "no time before"),
        ((5, 5), "everywhere in the same week"),
    ],
)
def test_a_launch_that_cannot_be_analysed_says_why(launch: tuple[int, ...], told: str):
    reason = why_not(cells(launch), DAYS)
    assert reason is not None
    assert told in reason
    for found in (staggered_launch(cells(launch), DAYS), one_country(cells(launch), DAYS)):
        assert all(told in row["reason"] for row in found.effects)


def test_the_synthetic_country_has_donors_that_launched_later():
    drawn = cells()
    chosen = choose(drawn)
    assert chosen is not None
    place, end = chosen
    assert (drawn.launch >= end).sum() >= 3
    row = one_country(drawn, DAYS).effects[0]
    assert row["relative_effect"] == pytest.approx(RATIO, abs=0.1)
    assert drawn.launch[place] < end


def test_too_few_donors_are_told():
    row = one_country(cells((5, 8, NEVER)), DAYS).effects[0]
    assert "launched later" in row["reason"]
