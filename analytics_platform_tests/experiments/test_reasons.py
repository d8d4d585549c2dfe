"""Sentences made from numbers."""

import pytest

from analytics_platform.experiments.reasons import (
    amount,
    interval_text,
    number_or_none,
    p_text,
    percent,
    sentences,
)

ROW = {
    "alpha": 0.05, "kind": "mean", "relative_effect": 0.113, "relative_low": 0.098, "relative_high": 0.129,
    "effect_low": 1.0, "effect_high": 3.0, "effect": 2.0, "control_mean": 0.2, "treatment_mean": 0.25, "reason": "it is",  # noqa: E501
}  # fmt: skip


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.113, "+11.3 %"), (-0.02, "−2.0 %"), (0.0051, "+0.51 %"), (0.00001, "0 %"), (-1.5, "−150.0 %")],
)
def test_shares_read_with_few_digits(share: float, said: str):
    assert percent(share) == said


def test_an_effect_reads_with_its_interval():
    assert interval_text(ROW) == "+11.3 % (95 % CI +9.8 to +12.9 %)"


def test_a_proportion_tells_both_shares_too():
    assert interval_text({**ROW, "kind": "proportion"}).endswith(" from 20.0 % to 25.0 %")


def test_without_a_lift_the_difference_is_told_and_without_that_the_reason():
    absolute = {**ROW, "relative_low": None}

    assert interval_text(absolute) == "+2 (95 % CI +1 to +3)"
    assert interval_text({**absolute, "effect_low": None}) == "cannot be estimated because it is"


def test_large_amounts_are_whole():
    assert amount(-12345.6) == "−12,346"


@pytest.mark.parametrize(
    ("p_value", "said"), [(0.0004, "p < .001"), (0.0321, "p = .032"), (1.0, "p = 1.000")]
)
def test_p_values_read_without_a_zero(p_value: float, said: str):
    assert p_text(p_value) == said


def test_sentences_open_with_a_capital_and_close_with_a_stop():
    assert sentences(["one thing", "Another."]) == "One thing.\nAnother."


def test_only_finite_numbers_are_kept():
    assert [number_or_none(value) for value in (1, None, float("nan"), float("inf"))] == [
        1.0,
        None,
        None,
        None,
    ]
