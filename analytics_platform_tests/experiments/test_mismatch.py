"""Sample-ratio mismatch: found overall, by day and by group; quiet where there is none."""

from datetime import date

import polars as pl
import pytest
from scipy.stats import chisquare

from analytics_platform.experiments.mismatch import is_broken, srm
from analytics_platform_tests.experiments.arms_of import plan
from analytics_platform_tests.experiments.counts_of import counts

DAYS = [date(2026, 1, 1 + offset) for offset in range(10)]


def by_platform(android: int) -> pl.DataFrame:
    """A thousand web users an arm, and Android users of which the treatment has fewer."""
    return pl.DataFrame(
        {
            "variant": ["control", "treatment"] * 2,
            "platform": ["web", "web", "android", "android"],
            "units": [1000, 1000, 300, android],
        }
    )


def test_scipy_agrees_on_the_chi_square():
    row = srm(plan(), counts(control=5012, treatment=4830))[0]

    assert (row["chi_square"], row["p_value"]) == pytest.approx(tuple(chisquare([5012, 4830])))
    assert row["observed"] == "control 5,012 · treatment 4,830"
    assert row["expected"] == "control 4,921 · treatment 4,921"
    assert not row["is_mismatch"]


def test_a_loss_on_one_platform_is_found_there():
    rows = srm(plan(), by_platform(android=180))

    assert is_broken(rows)
    assert [(row["segment"], row["is_mismatch"]) for row in rows if row["scope"] == "platform"] == [
        ("android", True),
        ("web", False),
    ]


def test_even_arms_are_quiet():
    assert not is_broken(srm(plan(), by_platform(android=290)))


def test_days_are_tested_one_by_one_and_all_together():
    lost = pl.DataFrame(
        {
            "variant": ["control", "treatment"] * 10,
            "event_date": [day for day in DAYS for _ in range(2)],
            "units": [500, 420] * 10,
        }
    )
    rows = srm(plan(), lost)
    days = [row for row in rows if row["scope"] == "day"]

    assert len(days) == 10
    assert days[0]["sequential_p_value"] > days[-1]["sequential_p_value"]
    assert rows[0]["sequential_p_value"] == days[-1]["sequential_p_value"]
    assert rows[0]["is_mismatch"]


def test_shares_other_than_half_are_what_is_expected():
    planned = plan(shares={"control": 0.9, "treatment": 0.1})

    assert not is_broken(srm(planned, counts(control=9000, treatment=1000)))
    assert is_broken(srm(planned, counts(control=5000, treatment=5000)))


def test_too_few_units_give_a_reason():
    row = srm(plan(), counts(control=3))[0]

    assert row["reason"] == "a variant expects 1.5 units, and the test needs 5"
    assert row["p_value"] is None
    assert not row["is_mismatch"]
