"""What judges say of answers: the detector of all that were scored, other judges of those they were shown."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import polars as pl

from analytics_platform.lakehouse import Engine
from analytics_platform.llm_quality.panel import Criterion

JUDGED = Path(__file__).with_suffix(".sql").read_text()


class Pairing(NamedTuple):
    """A judge and the experts on one criterion.

    Attributes:
        judge: name of the judge.
        criterion: the criterion.
        rows: one row an answer that the judge scored: interaction_id, event_date, feature, model_version,
            prompt_version, probability, verdict, and what experts say: panel, consensus, raters (null where
            none judged).
    """

    judge: str
    criterion: Criterion
    rows: pl.DataFrame


def read_judged(engine: Engine) -> pl.DataFrame:
    """Every verdict: judge, criterion, interaction, day, slices, probability of class 1, verdict."""
    return pl.DataFrame(engine.query(JUDGED))


def pairings(panel: Sequence[Criterion], judged: pl.DataFrame) -> Iterator[Pairing]:
    """Each judge beside the experts, on criteria of two classes."""
    for criterion in panel:
        if not criterion.is_binary:
            continue
        labels = criterion.labels().select("interaction_id", "panel", "consensus", "raters")
        own = judged.filter(pl.col("criterion") == criterion.name)
        for (judge,), rows in sorted(own.group_by("judge")):
            yield Pairing(str(judge), criterion, rows.join(labels, on="interaction_id", how="left"))
