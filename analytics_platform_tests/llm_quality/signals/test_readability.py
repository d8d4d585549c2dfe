"""Grades of three texts worked out by hand."""

import pytest

from analytics_platform.llm_quality.signals.readability import (
    automated_readability,
    coleman_liau,
    flesch_kincaid,
    grade,
)
from analytics_platform.llm_quality.signals.words import clauses_of

EASY = "The cat sat on the mat. The dog ran to the cat. They had fun."
HARD = (
    "Photosynthetic organisms systematically convert electromagnetic radiation into metabolically "
    "accessible carbohydrates, notwithstanding considerable thermodynamic inefficiencies inherent in "
    "biochemical processes."
)


def test_the_formulas_are_those_published():
    # 100 words, 5 sentences, 150 syllables, 450 letters.
    assert flesch_kincaid(150, 100, 5) == pytest.approx(0.39 * 20 + 11.8 * 1.5 - 15.59)
    assert automated_readability(450, 100, 5) == pytest.approx(4.71 * 4.5 + 0.5 * 20 - 21.43)
    assert coleman_liau(450, 100, 5) == pytest.approx(0.0588 * 450 - 0.296 * 5 - 15.8)


def test_the_grade_is_the_median_of_the_three():
    # 15 words, 3 sentences, 15 syllables, 44 letters.
    expected = sorted([flesch_kincaid(15, 15, 3), automated_readability(44, 15, 3), coleman_liau(44, 15, 3)])[
        1
    ]
    assert grade(clauses_of(EASY)) == pytest.approx(expected)


def test_hard_texts_ask_for_more_years_of_school():
    easy, hard = grade(clauses_of(EASY)), grade(clauses_of(HARD))
    assert easy is not None
    assert hard is not None
    assert easy < 3
    assert hard > 16


def test_a_few_words_have_no_grade():
    assert grade(clauses_of("Too few words.")) is None
