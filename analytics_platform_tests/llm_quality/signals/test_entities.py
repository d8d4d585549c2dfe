"""Names and acronyms."""

import pytest

from analytics_platform.llm_quality.signals.entities import acronym_letters, names
from analytics_platform.llm_quality.signals.words import clauses_of, tokens_of


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("In Paris lived Marie Curie.", ["Paris", "Marie", "Curie"]),
        ("Marie Curie lived there.", ["Marie", "Curie"]),
        ("Plants need light.", []),
        ("The DNA of NASA", ["DNA", "NASA"]),
        ("Then I went home.", []),
        ("ALL WORDS ARE LOUD HERE", []),
    ],
)
def test_names_are_capitals_that_no_sentence_asks_for(text: str, found: list[str]):
    (clause,) = clauses_of(text)
    assert names(clause) == [tokens_of(name)[0].stem for name in found]


def test_initials_of_a_phrase_are_known():
    assert "nhs" in acronym_letters(tokens_of("the National Health Service of Britain"))
