"""The rubric's proxies move with the wordings that they count."""

import pytest

from analytics_platform.llm_quality.signals.rubric import RUBRIC, coherence, rubric
from analytics_platform.llm_quality.signals.words import clauses_of


def rated(text: str) -> dict[str, float | None]:
    return rubric(text, clauses_of(text))


@pytest.mark.parametrize(
    ("less", "more", "name"),
    [
        ("Add both sides.", "So the answer is 12.", "rubric_revealing"),
        ("Water boils.", "First, imagine a pot. Then think of steam, for example.", "rubric_guidance"),
        ("Water boils.", "Try to draw it. What do you see?", "rubric_actionability"),
        ("Obviously this is wrong.", "Great, let's do it together.", "rubric_tone"),
        ("Water boils. Kings rule.", "Water boils. Boiling water steams.", "rubric_coherence"),
    ],
)
def test_the_proxy_rises(less: str, more: str, name: str):
    before, after = rated(less)[name], rated(more)[name]
    assert before is not None
    assert after is not None
    assert 0 <= before < after <= 1


def test_every_dimension_is_given_and_tone_is_neutral_without_cues():
    found = rated("Water boils at sea level. Steam rises.")
    assert tuple(found) == RUBRIC
    assert found["rubric_tone"] == 0.5


def test_one_sentence_has_no_coherence():
    assert coherence(clauses_of("Only one.")) is None
