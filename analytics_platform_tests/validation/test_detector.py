"""Rows of `validation.detector` on a small lake."""

from datetime import date
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from analytics_platform.lakehouse import DuckDBEngine, Lake, Window
from analytics_platform.llm_quality.interaction_scores import SCHEMA as SCORES
from analytics_platform.llm_quality.interaction_scores import TABLE, content_hash
from analytics_platform.llm_quality.signals import score_texts
from analytics_platform.simulation.text import library
from analytics_platform.stats.classification import auroc
from analytics_platform.validation.detector import SCHEMA, detector
from analytics_platform.validation.detector_training import is_unsupported

DAY = date(2025, 9, 1)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows, and the texts served: each one twice."""
    lake = Lake(tmp_path_factory.mktemp("detector") / "lake")
    texts = library(8, 500)
    served = (
        pl.concat([texts, texts])
        .with_row_index("interaction_id")
        .with_columns(
            interaction_id=pl.col("interaction_id").cast(pl.Int64),
            event_date=pl.lit(DAY),
            user_id=pl.lit(1, pl.Int64),
            model_version=pl.when(pl.col("interaction_id") % 2 == 0)
            .then(pl.lit("m1"))
            .otherwise(pl.lit("m2")),
            prompt_version=pl.lit("p1"),
        )
    )
    asked = served.select("feature", "source_text", "output_text", "grade_level").iter_rows()
    hashes = pl.Series("content_hash", [content_hash(*row) for row in asked], pl.Int64)
    scored = pl.concat([served, score_texts(served)], how="horizontal").with_columns(hashes)
    lake.replace_days(TABLE, Window(DAY, DAY), [scored.select(SCORES.names).to_arrow().cast(SCORES)], SCORES)
    truth = served.select(
        "interaction_id", "event_date", "error_type", is_unsupported=is_unsupported(served["error_type"])
    )
    rows: pa.Table = truth.to_arrow()
    lake.replace_days("truth.hallucinations", Window(DAY, DAY), [rows], rows.schema)
    return (
        pl.DataFrame(detector(DuckDBEngine(lake), test_texts=1200)),
        scored.with_columns(truth["is_unsupported"]),
    )


def test_a_text_served_twice_counts_once(found: tuple[pl.DataFrame, pl.DataFrame]):
    rows, scored = found
    once = scored.unique("content_hash", keep="first", maintain_order=True).drop_nulls(
        "unsupported_probability"
    )
    expected = auroc(once["is_unsupported"].to_numpy(), once["unsupported_probability"].to_numpy())
    row = rows.filter(split="world", dimension="overall", measure="auroc").row(0, named=True)
    assert (row["estimate"], row["low"], row["high"]) == pytest.approx(
        (expected.estimate, expected.low, expected.high)
    )
    assert (row["n"], row["n_unsupported"]) == (once.height, once["is_unsupported"].sum())


def test_the_library_is_found_within_the_band_and_calibrated(found: tuple[pl.DataFrame, pl.DataFrame]):
    rows, _ = found
    own = rows.filter(split="library_test", dimension="overall")
    by_name = {row["measure"]: row for row in own.iter_rows(named=True)}
    assert by_name["auroc"]["low"] < 0.85
    assert by_name["auroc"]["high"] > 0.75
    assert by_name["calibration_error"]["low"] < 0.03
    assert by_name["prevalence"]["estimate"] == pytest.approx(0.2, abs=0.01)


def test_segments_have_intervals_and_error_types_only_what_ranks(found: tuple[pl.DataFrame, pl.DataFrame]):
    rows, _ = found
    assert set(rows["dimension"]) == {"overall", "error_type", "feature", "model_version"}
    assert set(rows.filter(dimension="error_type")["measure"]) == {
        "auroc",
        "balanced_accuracy",
        "sensitivity",
    }
    assert rows.filter(
        (pl.col("low") > pl.col("estimate")) | (pl.col("estimate") > pl.col("high"))
    ).is_empty()
    assert rows["n_unsupported"].min() >= 20
    assert rows.columns == SCHEMA.names


def test_an_empty_world_has_only_the_library(tmp_path: Path):
    lake = Lake(tmp_path / "lake")
    truth = pa.schema(
        [
            ("event_date", pa.date32()),
            ("interaction_id", pa.int64()),
            ("error_type", pa.string()),
            ("is_unsupported", pa.bool_()),
        ]
    )
    lake.replace_days(TABLE, Window(DAY, DAY), [], SCORES)
    lake.replace_days("truth.hallucinations", Window(DAY, DAY), [], truth)
    rows = pl.DataFrame(detector(DuckDBEngine(lake), test_texts=600))
    assert set(rows["split"]) == {"library_test"}
