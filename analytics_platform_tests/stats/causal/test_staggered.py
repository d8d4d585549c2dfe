import subprocess
import sys

import numpy as np
import pytest

from analytics_platform.stats.causal.staggered import (
    Panel,
    forbidden_share,
    pre_trend_test,
    saturated,
    two_stage,
    two_way,
)


def panel(*, drift: float = 0.0, seed: int = 0, covariates: tuple[str, ...] = ()) -> Panel:
    """Effects of .02 that grow with every period since treatment, which two-way fixed effects cannot bear."""
    draw = np.random.default_rng(seed)
    unit, period = np.indices((60, 20)).reshape(2, -1)
    first = np.array([4, 7, 10, 13, 16, 0])[unit % 6]
    since = np.where((first > 0) & (period + 1 >= first), period + 2 - first, 0)
    outcome = unit * 0.01 + np.sin(period) + 0.02 * since + draw.normal(0, 0.03, len(unit))
    outcome += drift * np.where(first > 0, period, 0)
    return Panel(unit, period + 1, first, outcome, {name: draw.normal(size=len(unit)) for name in covariates})


def truth(rows: Panel) -> float:
    since = rows.period - rows.first_treated + 1
    return float(0.02 * since[rows.treated].mean())


def test_growing_effects_fool_two_way_fixed_effects_and_not_the_others():
    rows = panel()
    whole, points = saturated(rows)
    for found in (two_stage(rows), whole):
        assert found.low < truth(rows) < found.high
    naive = two_way(rows)
    assert naive.high < truth(rows)
    assert naive.estimate < 0.5 * truth(rows)
    at_four = next(point for point in points if point.position == 4)
    assert at_four.low < 0.1 < at_four.high
    assert at_four.estimate == pytest.approx(0.1, abs=0.03)


def test_the_negative_weights_are_told():
    assert 0.05 < forbidden_share(panel()) < 0.6
    unit, period = np.indices((10, 6)).reshape(2, -1)
    once = Panel(unit, period + 1, np.where(unit < 5, 4, 0), period * 1.0, {})
    assert forbidden_share(once) == 0.0


def test_the_pre_trend_test_sees_a_drift_and_is_quiet_without():
    assert pre_trend_test(panel()) > 0.01
    assert pre_trend_test(panel(drift=0.02)) < 0.001


def test_covariates_are_taken_along():
    rows = panel(covariates=("holidays",))
    assert two_stage(rows).low < truth(rows) < two_stage(rows).high
    assert two_way(rows).high < truth(rows)


def test_importing_it_does_not_make_every_library_talk():
    code = (
        "import logging, analytics_platform.stats.causal.staggered; root = logging.getLogger();"
        "print(root.handlers, root.level)"
    )

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "[] 30"
