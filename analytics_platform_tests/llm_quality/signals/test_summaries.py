"""Coverage and compression of a summary."""

import pytest

from analytics_platform.llm_quality.signals.source import Source
from analytics_platform.llm_quality.signals.summaries import compression, coverage
from analytics_platform.llm_quality.signals.words import clauses_of

NOTE = Source.of(
    "Plants absorb green light poorly. Iron rusts in moist air. Comets orbit the distant sun. Yes."
)


@pytest.mark.parametrize(
    ("summary", "share"),
    [
        ("Plants absorb light.", 1 / 3),
        ("Plants absorb light, and iron rusts in air.", 2 / 3),
        ("Plants absorb green light; iron rusts when moist; comets orbit the sun.", 1),
        ("Nothing of that.", 0),
    ],
)
def test_facts_told_are_counted(summary: str, share: float):
    assert coverage(clauses_of(summary), NOTE) == pytest.approx(share)


def test_a_note_without_facts_has_no_coverage():
    assert coverage(clauses_of("Yes."), Source.of("Yes. No.")) is None


def test_compression_is_words_by_word():
    assert compression(clauses_of("Plants absorb light slowly."), NOTE) == pytest.approx(16 / 4)
