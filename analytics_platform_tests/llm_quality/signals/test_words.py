"""Clauses, tokens, stems and syllables."""

import pytest

from analytics_platform.llm_quality.signals.words import CHUNKS, clauses_of, tokens_of


def written(text: str) -> list[str]:
    return [" ".join(token.text for token in clause.tokens) for clause in clauses_of(text)]


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        (
            "Dr. Smith left the U.S. in 1999. He won 3.5 million!",
            ["Dr Smith left the U S in 1999", "He won 3.5 million"],
        ),
        ("It works, and everybody here agrees with it.", ["It works and everybody here agrees with it"]),
        (
            "Lead stops gamma rays, whereas paper stops alpha particles.",
            ["Lead stops gamma rays", "whereas paper stops alpha particles"],
        ),
        ("One line here\nanother line there", ["One line here", "another line there"]),
        ("", []),
        ("... !!! —", []),
        ("1. First point made. 2. Second point made.", ["1 First point made", "2 Second point made"]),
    ],
)
def test_texts_are_cut_into_clauses(text: str, clauses: list[str]):
    assert written(text) == clauses


def test_a_clause_knows_where_its_sentence_stands():
    text = "  Short one.\n\nPlants need light, while animals need food.  The end."
    spans = [text[slice(*clause.span(text))] for clause in clauses_of(text)]
    sentence = "Plants need light, while animals need food."
    assert spans == ["Short one.", sentence, sentence, "The end."]
    assert [clause.opens for clause in clauses_of(text)] == [True, True, False, True]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("evaporates", "evaporation"),
        ("planets", "planet"),
        ("invaded", "invade"),
        ("Curie's", "Curie"),
        ("running", "runs"),
    ],
)
def test_forms_of_a_word_share_a_stem(one: str, other: str):
    assert tokens_of(one)[0].stem == tokens_of(other)[0].stem != ""


def test_function_words_and_negations_have_no_stem():
    found = tokens_of("The cell does not, and didn’t, divide")
    assert [token.stem for token in found if token.stem] == [
        tokens_of("cell")[0].stem,
        tokens_of("divide")[0].stem,
    ]
    assert [token.word for token in found if token.is_negation] == ["not", "didn't"]


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("make", 1),
        ("table", 2),
        ("walked", 1),
        ("wanted", 2),
        ("houses", 2),
        ("photosynthesis", 5),
        ("tree", 1),
        ("rhythm", 1),
    ],
)
def test_syllables_are_counted(word: str, syllables: int):
    assert tokens_of(word)[0].syllables == syllables


def test_a_text_without_stops_is_cut_and_endless_words_are_not_remembered():
    assert max(len(clause.tokens) for clause in clauses_of("word " * 1000)) == 60
    assert len(clauses_of("x" * 50_000)) == 1
    assert "x" * 50_000 not in CHUNKS
