"""The shipped detector is what its trainer gives."""

import numpy as np
import polars as pl
import pytest

from analytics_platform.llm_quality.detector import DETECTOR, DOUBTS
from analytics_platform.settings import Settings
from analytics_platform.simulation.text.library import library
from analytics_platform.validation import detector_training
from analytics_platform.validation.detector_training import (
    CALIBRATION_SEED,
    LINE_SEED,
    TEST_SEED,
    Labelled,
    fitted,
    is_unsupported,
    library_digest,
)
from analytics_platform.validation.tight_texts import tight


def test_the_shipped_file_was_trained_on_the_library_as_it_is():
    assert DETECTOR.training["library_digest"] == library_digest()
    assert DETECTOR.training["seeds"] == {"line": LINE_SEED, "calibration": CALIBRATION_SEED}


def test_no_seed_is_a_worlds_or_used_twice():
    seeds = {LINE_SEED, CALIBRATION_SEED, TEST_SEED}
    assert len(seeds) == 3
    assert Settings.model_fields["seed"].default not in seeds


@pytest.mark.slow
def test_training_again_gives_the_shipped_detector():
    again = detector_training.train()
    assert dict(again.weights) == pytest.approx(dict(DETECTOR.weights), abs=1e-3)
    assert dict(again.offsets) == pytest.approx(dict(DETECTOR.offsets), abs=1e-3)
    assert again.threshold == pytest.approx(DETECTOR.threshold, abs=1e-3)


def test_weights_are_never_negative_and_drawn_together():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(2000, 3))
    y = rng.random(2000) < 1 / (1 + np.exp(-(2 * x[:, 0] - 2 * x[:, 1])))
    weights, levels = fitted(x, y, np.array(["a", "b"])[rng.integers(2, size=2000)])
    assert weights[0] > weights[2] > weights[1] == 0
    assert weights[2] < 0.3
    assert set(levels) == {"a", "b"}


def test_levels_of_features_take_up_their_base_rates():
    rng = np.random.default_rng(4)
    feature = np.repeat(["few", "many"], 3000)
    y = rng.random(6000) < np.where(feature == "few", 0.1, 0.6)
    _, levels = fitted(rng.normal(size=(6000, 2)), y, feature)
    assert levels["many"] - levels["few"] == pytest.approx(np.log(0.6 / 0.4) - np.log(0.1 / 0.9), abs=0.4)


def test_harmless_faults_are_not_unsupported():
    kinds = pl.Series([None, "wrong_number", "refusal", "duplicate_options", "extrinsic"])
    assert is_unsupported(kinds).to_list() == [False, True, False, False, True]


def test_thinning_leaves_a_share_in_every_feature():
    thin = Labelled.of(library(TEST_SEED, 600)).thinned(0.2)
    shares = (
        thin.texts.with_columns(y=pl.Series(thin.is_unsupported)).group_by("feature").agg(pl.col("y").mean())
    )
    assert shares["y"].to_list() == pytest.approx([0.2] * 3, abs=0.02)
    assert set(DOUBTS) == set(DETECTOR.weights)


def test_tight_texts_keep_the_planted_error_and_drop_filler():
    texts = library(TEST_SEED, 600).filter(pl.col("feature") != "quiz")
    kept = tight(texts)
    joined = kept.join(texts, on="text_id", suffix="_before")
    planted = joined.filter(pl.col("span_start_before").is_not_null())
    for row in planted.iter_rows(named=True):
        assert (
            row["output_text_before"][row["span_start_before"] : row["span_end_before"]] in row["output_text"]
        )
    lengths = joined.select(pl.col("output_text", "output_text_before").str.len_chars().mean()).row(0)
    assert lengths[0] < 0.8 * lengths[1]
