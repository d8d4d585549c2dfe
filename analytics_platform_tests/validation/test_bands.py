"""Bands: the notes' limits at 10,000 replications, wider by chance alone below, never tighter."""

import numpy as np
import pytest
from scipy import stats

from analytics_platform.validation.bands import (
    COVERAGE,
    EXACT,
    FALSE_POSITIVES,
    TAIL,
    UNIFORMITY,
    Band,
    about,
    at_most,
    one_sided,
)


@pytest.mark.parametrize("band", [FALSE_POSITIVES, COVERAGE, TAIL], ids=["size", "coverage", "tail"])
def test_a_method_that_is_exactly_right_leaves_a_band_once_in_a_hundred(band: Band):
    law = stats.binom(10_000, band.nominal)
    leaves = law.cdf(np.ceil(band.low * 10_000) - 1) + law.sf(np.floor(band.high * 10_000))

    assert 0.004 < leaves < 0.012


def test_four_times_the_replications_against_the_same_band_leave_almost_no_false_alarm():
    law = stats.binom(40_000, 0.05)

    leaves = law.cdf(np.ceil(FALSE_POSITIVES.low * 40_000) - 1) + law.sf(FALSE_POSITIVES.high * 40_000)
    assert leaves < 1e-6


@pytest.mark.parametrize("replications", [10_000, 40_000])
def test_a_band_is_never_tighter_than_at_ten_thousand(replications: int):
    assert TAIL.at(replications) == TAIL


def test_a_band_grows_by_the_monte_carlo_error_alone():
    wide = FALSE_POSITIVES.at(1_000)

    grown = 2.576 * np.sqrt(0.05 * 0.95) * (1_000**-0.5 - 10_000**-0.5)
    assert wide.high - FALSE_POSITIVES.high == pytest.approx(grown)
    assert FALSE_POSITIVES.low - wide.low == pytest.approx(grown)


@pytest.mark.parametrize("band", [UNIFORMITY, EXACT], ids=["uniformity", "exact"])
def test_what_is_not_a_rate_keeps_its_band(band: Band):
    assert band.at(100) == band


def test_limits_belong_to_a_band_and_no_answer_does_not():
    assert FALSE_POSITIVES.holds(0.0445)
    assert FALSE_POSITIVES.holds(0.0557)
    assert not FALSE_POSITIVES.holds(0.0444)
    assert not FALSE_POSITIVES.holds(0.0558)
    assert not FALSE_POSITIVES.holds(float("nan"))


def test_promises_kept_too_well_are_no_fault():
    assert at_most(0.05, 0.056).holds(0.0)
    assert one_sided(COVERAGE) == Band(0.95, 0.944, 1.0)
    assert one_sided(TAIL) == Band(0.025, 0.0, 0.029)
    assert about(0.8, 0.02) == Band(0.8, 0.78, 0.8200000000000001)
