"""The answers to quality: which kept texts hold what error, and what each expert is like."""

from collections.abc import Iterator

import polars as pl
import pyarrow as pa

from analytics_platform.event_contract import INTERACTIONS
from analytics_platform.lakehouse import Lake
from analytics_platform.simulation.panel import GROUPS, RaterPanel
from analytics_platform.simulation.text import HARMLESS, library
from analytics_platform.simulation.world import World

HALLUCINATIONS_SCHEMA = pa.schema(
    [
        ("interaction_id", pa.int64()),
        ("event_date", pa.date32()),
        ("feature", pa.string()),
        ("model_version", pa.string()),
        ("prompt_version", pa.string()),
        ("text_id", pa.int64()),
        ("is_unsupported", pa.bool_()),
        ("error_type", pa.string()),
        ("severity", pa.int64()),
        ("span_start", pa.int64()),
        ("span_end", pa.int64()),
    ]
)
RATERS_SCHEMA = pa.schema(
    [
        ("rater_id", pa.int64()),
        ("rater_group", pa.string()),
        ("severity", pa.float64()),
        ("sensitivity", pa.float64()),
        ("specificity", pa.float64()),
        ("noise_sd", pa.float64()),
    ]
)
TEXT_KEY = ("feature", "source_text", "output_text")


def write_text_truth(lake: Lake, world: World) -> dict[str, int]:
    """Write `truth.hallucinations` (kept answers of the days in the lake) and `truth.raters`.

    Returns:
        Rows by table.
    """
    note = {"world": world.digest}
    raters = RaterPanel(world).raters
    table = pa.table(
        {
            "rater_id": list(range(1, raters.size + 1)),
            "rater_group": [GROUPS[group] for group in raters.group],
            "severity": raters.severity,
            "sensitivity": raters.sensitivity,
            "specificity": raters.specificity,
            "noise_sd": raters.noise_sd,
        },
        schema=RATERS_SCHEMA,
    )
    days = _hallucinations(lake, world)
    return {
        "truth.hallucinations": lake.replace("truth.hallucinations", days, HALLUCINATIONS_SCHEMA, note),
        "truth.raters": lake.replace("truth.raters", [table], RATERS_SCHEMA, note),
    }


def _hallucinations(lake: Lake, world: World) -> Iterator[pa.Table]:
    """Kept answers of each day, found in the library by their texts."""
    if not lake.exists(INTERACTIONS.table):
        return
    known = library(world.seed, world.parameters.texts.library_size).select(
        pl.struct(TEXT_KEY).hash().alias("text"),
        "text_id",
        "error_type",
        "severity",
        "span_start",
        "span_end",
        is_unsupported=pl.col("error_type").is_not_null() & ~pl.col("error_type").is_in(HARMLESS),
    )
    known = known.with_columns(pl.col("is_unsupported").fill_null(value=False))
    kept = lake.scan(INTERACTIONS.table).filter(pl.col("output_text").is_not_null())
    dates = kept.select("event_date").unique().sort("event_date").collect()["event_date"]
    for date in dates:
        day = kept.filter(pl.col("event_date") == date).select(
            "interaction_id",
            "event_date",
            "feature",
            "model_version",
            "prompt_version",
            pl.struct(TEXT_KEY).hash().alias("text"),
        )
        found = day.collect().join(known, on="text", how="inner", maintain_order="left")
        yield found.select(HALLUCINATIONS_SCHEMA.names).to_arrow().cast(HALLUCINATIONS_SCHEMA)
