"""Each signal on a note of four sentences: one change in the answer, one signal that sees it."""

import polars as pl
import pytest

from analytics_platform.llm_quality.signals.faithfulness import compare
from analytics_platform.llm_quality.signals.score import score_texts
from analytics_platform.llm_quality.signals.source import Source
from analytics_platform.llm_quality.signals.words import clauses_of

NOTE = (
    "Marie Curie discovered radium in Paris in 1898. As the altitude increases, the air pressure decreases. "
    "Germany invaded Belgium in 1914, and the war ended in 1918. Vaccines usually protect children. "
    "The National Health Service was founded in 1948 and treats 1.2 million patients."
)
SHIFTS = [
    ("Marie Curie discovered radium in 1898.", "Marie Curie discovered radium in 1871.", "number_novelty"),
    ("Marie Curie discovered radium in 1898.", "Marie Curie discovered radium in 1918.", "number_misplaced"),
    ("Marie Curie discovered radium.", "Isaac Newton discovered radium.", "entity_novelty"),
    ("Germany invaded Belgium in 1914.", "Curie invaded Belgium in 1914.", "entity_misplaced"),
    ("Vaccines usually protect children.", "Vaccines do not protect children.", "negation_mismatch"),
    (
        "The air pressure falls as the altitude rises.",
        "The air pressure rises as the altitude rises.",
        "direction_mismatch",
    ),
    ("Germany invaded Belgium.", "Belgium invaded Germany.", "relation_swap"),
    ("Belgium was invaded by Germany.", "Germany was invaded by Belgium.", "relation_swap"),
    ("Vaccines often protect children.", "Vaccines always protect all children.", "overgeneralisation"),
    ("Marie Curie discovered radium.", "Marie Curie discovered penicillin mould.", "lexical_novelty"),
    ("Marie Curie discovered radium.", "Radium, in Paris, discovered by Curie.", "bigram_novelty"),
    ("Marie Curie discovered radium.", "Curie protects patients. Radium decreases pressure.", "pair_novelty"),
    ("Marie Curie discovered radium.", "Curie of patients founded altitude.", "word_misplaced"),
]


def signals(answer: str, note: str = NOTE) -> dict[str, float | None]:
    return compare(clauses_of(answer), Source.of(note)).signals


@pytest.mark.parametrize(("right", "wrong", "signal"), SHIFTS, ids=[f"{s[2]}: {s[1]}" for s in SHIFTS])
def test_a_wrong_answer_raises_its_signal(right: str, wrong: str, signal: str):
    before, after = signals(right)[signal], signals(wrong)[signal]
    assert before is not None
    assert after is not None
    assert after > before


@pytest.mark.parametrize(
    "answer",
    [
        "Marie Curie discovered radium in Paris in 1898.",
        "Belgium was invaded by Germany in 1914.",
        "The air pressure increases as the altitude decreases.",
        "The NHS treats 1,200,000 patients.",
        "Germany, and not Curie, invaded Belgium.",
    ],
)
def test_a_right_answer_meets_no_objection(answer: str):
    found = signals(answer)
    objections = (
        "number_novelty",
        "number_misplaced",
        "entity_novelty",
        "negation_mismatch",
        "direction_mismatch",
    )
    assert {name: found[name] for name in objections} == dict.fromkeys(objections, 0.0)


def test_a_copy_is_borne_out_whole():
    found = signals(NOTE)
    assert found["lexical_novelty"] == found["bigram_novelty"] == found["trigram_novelty"] == 0
    assert found["sentence_support_min"] == found["extractive_share"] == found["length_ratio"] == 1
    assert found["extractive_density"] == pytest.approx(len(NOTE.replace("1.2", "12").split()))


def test_shares_of_new_words_are_counted_by_hand():
    # radium, Paris known; glows, night new; one of three bigrams (radium in) is not in the note's order.
    found = signals("Radium glows Paris night")
    assert found["lexical_novelty"] == pytest.approx(2 / 4)
    assert found["bigram_novelty"] == 1
    assert found["trigram_novelty"] == 1
    assert found["extractive_share"] == 0


def test_the_worst_sentence_is_pointed_at():
    answer = (
        "Marie Curie discovered radium in 1898. Wizards built Atlantis in 1212. Vaccines protect children."
    )
    worst = compare(clauses_of(answer), Source.of(NOTE)).worst
    assert worst is not None
    assert answer[slice(*worst.span(answer))] == "Wizards built Atlantis in 1212."


def scored(*rows: tuple[str | None, str | None, str | None]) -> pl.DataFrame:
    columns = {"feature": pl.String, "source_text": pl.String, "output_text": pl.String}
    return score_texts(pl.DataFrame(rows, columns, orient="row").with_columns(grade_level=pl.lit(8)))


@pytest.mark.parametrize(
    ("source", "output"), [(None, "Text."), ("Text.", None), ("", ""), ("Note.", " \n\t "), ("—", "!?")]
)
def test_nothing_to_compare_gives_no_chance(source: str | None, output: str | None):
    row = scored(("summarize", source, output)).row(0, named=True)
    assert row["unsupported_probability"] is None
    assert row["is_flagged"] is None
    assert row["worst_start"] is None


@pytest.mark.parametrize("feature", ["summarize", "quiz", "explain", "chat", None])
@pytest.mark.parametrize(
    "text",
    [
        "One.",
        "光合作用需要光。植物生长。",
        "سؤال؟ نعم.",
        "\x00\x07a\x1b[31m b\ufeff\u202e c\ud800",
        "🙂 🙂",
        "a" * 30_000,
        "1 " * 9000,
    ],
)
def test_strange_texts_are_scored(feature: str | None, text: str):
    # Polars holds no lone surrogate, so none can come.
    safe = text.encode("utf-8", "replace").decode()
    row = scored((feature, safe, safe)).row(0, named=True)
    assert row["words"] >= 0
    assert row["unsupported_probability"] is None or 0 <= row["unsupported_probability"] <= 1


def test_texts_are_read_up_to_a_limit():
    source = " ".join(f"Sentence {n} says that word{n % 50} raises value {n}, and more." for n in range(4000))
    assert len(source) > 150_000
    found = scored(("summarize", source, source), ("summarize", source[:100_000], source[:20_000]))
    assert found[0].equals(found[1])


def test_scores_do_not_depend_on_company_or_order():
    rows = [("summarize", NOTE, right) for right, _, _ in SHIFTS] + [
        ("explain", "Another note.", "Another answer.")
    ]
    together = scored(*rows)
    alone = pl.concat([scored(row) for row in rows])
    assert together.equals(alone)
    assert scored(*rows[::-1]).equals(together.reverse())
