"""Quizzes as they are written, and checked against a note."""

import pytest

from analytics_platform.llm_quality.signals.quiz import check, key_position_bias, read_quiz
from analytics_platform.llm_quality.signals.source import Source

NOTE = (
    "Marie Curie discovered radium in 1898. Isaac Newton studied light. Gold has 79 protons. "
    "Iron has 26 protons."
)
PLAIN = (
    "1. Who discovered radium?\nA) Marie Curie\nB) Isaac Newton\nC) Ada Lovelace\nD) Niels Bohr\nAnswer: A\n"
)
VARIANTS = [
    PLAIN,
    PLAIN.replace("1. ", "Q1. ").replace(")", "."),
    PLAIN.replace("1. ", "Question 1: ").replace("Answer: A", "**Answer:** A"),
    PLAIN.replace("1. ", "**1)** ").replace("Answer: A", "Correct answer: (a)"),
    PLAIN.lower().replace("answer: a", "answer: marie curie"),
    PLAIN.replace("A)", "(A)").replace("B)", "(B)").replace("C)", "(C)").replace("D)", "(D)"),
    PLAIN.replace("1. ", "").replace("Answer: A", "The correct answer is A."),
    PLAIN.replace("A)", "- a.").replace("B)", "- b.").replace("C)", "- c.").replace("D)", "- d."),
]


@pytest.mark.parametrize("text", VARIANTS)
def test_common_ways_to_write_a_question_are_read(text: str):
    (question,) = read_quiz(text)
    assert question.text.lower() == "who discovered radium?"
    assert [option.lower() for option in question.options] == [
        "marie curie",
        "isaac newton",
        "ada lovelace",
        "niels bohr",
    ]
    assert question.key == 0
    assert question.is_complete


def test_questions_follow_each_other():
    found = read_quiz(PLAIN + "\n" + PLAIN.replace("1.", "2.").replace("Answer: A", "Answer: D"))
    assert [question.key for question in found] == [0, 3]
    assert found[1].first > found[0].last


@pytest.mark.parametrize(
    "text",
    [
        PLAIN.replace("Answer: A", ""),
        PLAIN.replace("Answer: A", "Answer: F"),
        "1. Who?\nA) x\nB) y\nAnswer: A",
    ],
)
def test_what_lacks_a_key_or_options_is_incomplete(text: str):
    assert not read_quiz(text)[0].is_complete


def test_prose_is_no_quiz():
    assert read_quiz("Photosynthesis makes sugar. It needs light.") == []


def checked(text: str):
    (question,) = read_quiz(text)
    return check(question, Source.of(NOTE))


def test_a_key_is_answerable_from_the_passage_asked_about():
    assert checked(PLAIN).is_answerable
    assert not checked(PLAIN.replace("Answer: A", "Answer: C")).is_answerable


def test_a_distractor_that_the_passage_bears_out_raises_doubt():
    assert checked(PLAIN).doubt == 0
    assert checked(PLAIN.replace("Answer: A", "Answer: D")).doubt == 1


def test_a_number_as_key_is_looked_for_as_a_number():
    text = "1. How many protons has gold?\nA) seventy nine\nB) 26\nC) 12\nAnswer: "
    assert checked(text + "A").doubt == 0
    assert checked(text + "B").doubt == 1


def test_a_stem_that_holds_the_key_leaks_it():
    assert checked(PLAIN.replace("radium?", "radium, if Curie (Marie) found it?")).is_leaked
    assert not checked(PLAIN).is_leaked


def test_repeated_options_are_counted():
    (question,) = read_quiz(PLAIN.replace("Niels Bohr", "isaac newton."))
    assert question.duplicates == 1


def test_likely_distractors_are_more_plausible():
    likely = checked(PLAIN).plausibility
    silly = checked(
        PLAIN.replace("Isaac Newton", "42").replace("Ada Lovelace", "because of the many reasons given")
    ).plausibility
    assert 0 <= silly < likely <= 1


def test_bias_of_key_positions_is_the_distance_from_even():
    assert key_position_bias([0, 1, 2, 3]) == 0
    assert key_position_bias([0, 0, 0, 0]) == pytest.approx(0.75)
    assert key_position_bias([0, 0, 1, 1]) == pytest.approx(0.5)
