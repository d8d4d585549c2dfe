from typing import Any

import pytest

from analytics_platform.validation.recovery_summary import bias_left, coverage_summary, findings

Row = dict[str, Any]


def _row(covers: bool | None = True, **columns: Any) -> Row:
    return {
        "effect_id": "a",
        "metric": "events",
        "population": "all",
        "method": "cuped",
        "truth": 0.1,
        "error": 0.0,
        "covers": covers,
        "verdict": None,
        "expected_verdict": None,
        "is_decisive": True,
        "is_fair": True,
        **columns,
    }


def test_decisive_intervals_are_counted_once_and_every_method_by_itself():
    rows = [_row(), _row(covers=False, is_decisive=False, method="unadjusted"), _row(method="segment")]
    found = {one.scope: (one.covering, one.intervals) for one in coverage_summary(rows)}
    assert found == {"decisive": (2, 2), "cuped": (1, 1), "unadjusted": (0, 1), "segment": (1, 1)}


def test_what_is_not_meant_to_hit_or_has_no_interval_is_not_counted():
    (one,) = coverage_summary([_row(is_fair=False), _row(covers=None)])
    assert (one.scope, one.intervals, one.is_within) == ("decisive", 0, True)


def test_the_band_is_that_of_the_binomial_distribution():
    """scipy: binom.ppf(.005, 100, .95) = 89 and binom.ppf(.995, 100, .95) = 100."""
    rows = [_row(covers=number >= 12) for number in range(100)]
    (decisive, _) = coverage_summary(rows)
    assert (decisive.fewest, decisive.most, decisive.covering) == (89, 100, 88)
    assert not decisive.is_within
    assert coverage_summary([*rows[1:], _row()])[0].is_within


def test_bias_left_compares_each_method_with_the_naive_one_on_the_same_metric():
    rows = [
        _row(method="naive", error=0.2, is_fair=False),
        _row(method="dml", error=-0.01),
        _row(method="dml", error=0.5, metric="sessions"),
        _row(method="dml", error=0.5, population="teacher"),
        _row(method="ipw", error=None),
    ]
    (one,) = bias_left(rows)
    assert (one.method, one.naive) == ("dml", "naive")
    assert one.share == pytest.approx(0.05)


def test_a_naive_estimate_without_error_has_no_bias_to_mend():
    assert bias_left([_row(method="twfe", error=0.0, is_fair=False), _row(method="did2s", error=0.1)]) == []


def test_what_was_found_is_told_in_sentences():
    tested = {"method": "sample_ratio_test", "metric": "sample_ratio", "covers": None, "is_decisive": False}
    decided = {"method": "decision", "covers": None, "is_decisive": False, "error": None}
    rows = [
        _row(),
        _row(effect_id="aa", truth=0.0, covers=False),
        _row(effect_id="aa", truth=0.0, metric="sessions"),
        _row(effect_id="quiet", truth=0.0, covers=None),
        _row(effect_id="b", method="naive", error=0.2, is_fair=False, is_decisive=False),
        _row(effect_id="b", method="dml", error=0.02),
        _row(**decided, verdict="Hold", expected_verdict="Ship or Hold"),
        _row(**decided, effect_id="x", verdict="Ship", expected_verdict="Hold"),
        _row(**decided, effect_id="y", verdict="Hold", expected_verdict="Ship"),
        _row(**decided, verdict="Ship"),
        _row(**tested, verdict="mismatch", expected_verdict="mismatch"),
        _row(**tested, effect_id="x", verdict="mismatch", expected_verdict="as planned"),
    ]
    assert findings(rows) == [
        "3 of 4 decisive intervals hold the planted effect; chance allows 2 to 4.",
        "1 of 3 verdicts are those that the planted effects call for, 1 leave them open; wrong: x.",
        "Sample-ratio mismatches caught: a; missed or raised for nothing: x.",
        "aa changes nothing, and 1 of 2 intervals hold zero.",
        "b, events: naive is off by +20.0 points, dml by +2.0: 10% of the bias is left.",
    ]
