"""Numbers in digits and words, with scales and units."""

import pytest

from analytics_platform.llm_quality.signals.numbers import quantities
from analytics_platform.llm_quality.signals.source import Source
from analytics_platform.llm_quality.signals.words import tokens_of


def agrees(claimed: str, known: str) -> bool:
    """Whether a note bears out the only number of a claim."""
    (number,) = quantities(tokens_of(claimed))
    return Source.of(f"Other words stand here. There were {known} then.").places_of(number) == {1}


@pytest.mark.parametrize(
    ("claimed", "known"),
    [
        ("eight days", "8 days"),
        ("5,730 years", "5730 years"),
        ("1.2 million people", "1,200,000 people"),
        ("3 km", "3,000 metres"),
        ("about 50 percent", "49.8%"),
        ("twenty-five words", "25 words"),
        ("in the 1890s", "in 1896"),
        ("40 per cent", "40%"),
        ("3 million", "3,120,000"),
        ("two decades", "20 years"),
    ],
)
def test_numbers_that_agree(claimed: str, known: str):
    assert agrees(claimed, known)


@pytest.mark.parametrize(
    ("claimed", "known"),
    [
        ("8 days", "9 days"),
        ("8 days", "8 km"),
        ("1917", "1916"),
        ("49.8%", "50%"),
        ("3.1 million", "3.2 million"),
        ("in the 1890s", "in 1903"),
        ("third", "fourth"),
    ],
)
def test_numbers_that_differ(claimed: str, known: str):
    assert not agrees(claimed, known)


@pytest.mark.parametrize("text", ["one of the planets", "version 1.2.3", "no number", "B12 and H2O", ""])
def test_what_is_no_quantity(text: str):
    assert quantities(tokens_of(text)) == []


def test_several_numbers_keep_their_order():
    found = quantities(tokens_of("In 1969 two people stayed 21.5 hours"))
    assert [round(each.value, 1) for each in found] == [1969.0, 2.0, 77400.0]
