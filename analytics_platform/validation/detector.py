"""How well the detector finds planted errors: rows of `validation.detector`.

`library_test` are texts of a seed that nothing was fitted on, thinned to the share of unsupported ones that
chances are calibrated for; `world` are the answers of the simulated product, each text once, with the truth
that only this package reads.
"""

from collections.abc import Iterator

import numpy as np
import polars as pl
import pyarrow as pa

from analytics_platform.lakehouse import Engine
from analytics_platform.lakehouse.described import described
from analytics_platform.llm_quality.evaluation import MEASURES, measures
from analytics_platform.simulation.text import library
from analytics_platform.validation.detector_training import TEST_SEED, UNSUPPORTED_SHARE, Labelled

TABLE = "validation.detector"
INPUTS = ("llm_quality.interaction_scores", "truth.hallucinations")
TEST_TEXTS = 6_000
FEWEST_OF_EITHER = 20
QUERY = """
SELECT
  scores.content_hash, scores.feature, scores.model_version, scores.unsupported_probability,
  truth.error_type, truth.is_unsupported
FROM llm_quality.interaction_scores AS scores
JOIN truth.hallucinations AS truth
  ON truth.interaction_id = scores.interaction_id AND truth.event_date = scores.event_date
WHERE scores.unsupported_probability IS NOT NULL
ORDER BY scores.event_date, scores.interaction_id
"""
_TEXT, _NUMBER, _COUNT = pa.string(), pa.float64(), pa.int64()
SCHEMA = described(
    {
        "split": (
            _TEXT,
            "library_test (texts of an unseen seed) or world (answers of the product, each text once).",
        ),
        "dimension": (_TEXT, "What the texts are divided by: overall, error_type, feature or model_version."),
        "segment": (
            _TEXT,
            "Value of the dimension; `all` for overall. An error type stands beside all clean texts.",
        ),
        "measure": (_TEXT, f"{', '.join(MEASURES)}."),
        "estimate": (_NUMBER, "The measure."),
        "low": (_NUMBER, "Lower limit of its 95 % interval."),
        "high": (_NUMBER, "Upper limit of its 95 % interval."),
        "n": (_COUNT, "Texts."),
        "n_unsupported": (_COUNT, "Unsupported ones among them."),
    }
)
RANKED = ("auroc", "balanced_accuracy", "sensitivity")
"""What can be said of one error type, of which no share of a population is known."""

Row = dict[str, object]


def detector(engine: Engine, test_texts: int = TEST_TEXTS) -> pa.Table:
    """All rows; a segment with fewer than 20 texts of either kind has none.

    Args:
        engine: answers from `llm_quality.interaction_scores` and `truth.hallucinations`.
        test_texts: texts of the library's test seed.
    """
    world = pl.DataFrame(engine.query(QUERY))
    rows = [*_rows("library_test", _library_test(test_texts), ("error_type", "feature"))]
    # A text served often counts once: its verdict is the same every time.
    once = world.unique("content_hash", keep="first", maintain_order=True)
    rows += _rows("world", once, ("error_type", "feature"))
    by_model = world.unique(["content_hash", "model_version"], keep="first", maintain_order=True)
    rows += _rows("world", by_model, ("model_version",), has_overall=False)
    return pa.Table.from_pylist(rows, SCHEMA)


def _library_test(texts: int) -> pl.DataFrame:
    labelled = Labelled.of(library(TEST_SEED, texts)).thinned(UNSUPPORTED_SHARE)
    return labelled.texts.select("feature", "error_type").with_columns(
        labelled.signals["unsupported_probability"], is_unsupported=pl.Series(labelled.is_unsupported)
    )


def _rows(
    split: str, texts: pl.DataFrame, dimensions: tuple[str, ...], *, has_overall: bool = True
) -> Iterator[Row]:
    if has_overall:
        yield from _measured(split, "overall", "all", texts)
    for dimension in dimensions:
        if dimension == "error_type":
            yield from _by_error(split, texts)
            continue
        for (segment,), part in sorted(texts.group_by(dimension), key=lambda each: str(each[0])):
            yield from _measured(split, dimension, str(segment), part)


def _by_error(split: str, texts: pl.DataFrame) -> Iterator[Row]:
    """Each kind of planted error against all texts that are not unsupported."""
    clean = texts.filter(~pl.col("is_unsupported"))
    for (segment,), part in sorted(
        texts.filter("is_unsupported").group_by("error_type"), key=lambda each: str(each[0])
    ):
        for row in _measured(split, "error_type", str(segment), pl.concat([clean, part])):
            if row["measure"] in RANKED:
                yield row


def _measured(split: str, dimension: str, segment: str, texts: pl.DataFrame) -> Iterator[Row]:
    is_unsupported = texts["is_unsupported"].to_numpy().astype(np.bool_)
    unsupported = int(is_unsupported.sum())
    if min(unsupported, texts.height - unsupported) < FEWEST_OF_EITHER:
        return
    for measure, found in measures(is_unsupported, texts["unsupported_probability"].to_numpy()).items():
        yield {
            "split": split, "dimension": dimension, "segment": segment, "measure": measure,
            "estimate": found.estimate, "low": found.low, "high": found.high,
            "n": texts.height, "n_unsupported": unsupported,
        }  # fmt: skip
