"""The built-in detector as the heuristic judge asks for it."""

import polars as pl
import pytest

from analytics_platform.llm_quality.judges.signals_detector import SignalsDetector
from analytics_platform.llm_quality.signals.score import score_texts

SOURCE = "Light travels at 299,792 km per second. Ole Rømer measured it first, in 1676."


def test_probabilities_are_those_of_the_scores_in_order():
    texts = pl.DataFrame(
        {
            "feature": ["explain", "summarize", "summarize"],
            "source_text": [SOURCE, None, SOURCE],
            "output_text": [
                "Isaac Newton measured light first, in 1999.",
                "Light.",
                "Ole Rømer measured it first.",
            ],
        }
    )
    found = SignalsDetector().unsupported_probability(texts)
    scored = score_texts(texts.with_columns(grade_level=pl.lit(None, pl.Int64)))

    assert found.to_list() == pytest.approx(scored["unsupported_probability"].to_list(), nan_ok=True)
    wrong, nothing, right = found
    assert nothing is None
    assert wrong > right
