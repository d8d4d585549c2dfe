"""`llm_quality.interaction_scores`: every captured answer of a day with its signals, each text scored once.

Answers repeat: the same note asked about again, a cached reply. A text is known by the hash of what it is
scored from, and scores of the four weeks before, of this version of the scorer, are copied. Scoring knows
nothing but the text, so a copied score is the one that would be given again.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import polars as pl
import pyarrow as pa

from analytics_platform.lakehouse import Engine, Window
from analytics_platform.lakehouse.described import Columns, described
from analytics_platform.llm_quality.signals.columns import SCORED
from analytics_platform.llm_quality.signals.score import score_texts, scorer_version

TABLE = "llm_quality.interaction_scores"
INPUTS = ("raw.interactions",)
LOOK_BACK_DAYS = 28
ROWS_AT_ONCE = 10_000
REMEMBERED = 50_000

_TEXT, _COUNT = pa.string(), pa.int64()
IDENTITY: Columns = {
    "event_date": (pa.date32(), "Reporting day of the interaction."),
    "interaction_id": (_COUNT, "The interaction; the key."),
    "user_id": (_COUNT, "Who asked."),
    "feature": (_TEXT, "Feature that asked."),
    "model_version": (_TEXT, "Model that answered."),
    "prompt_version": (_TEXT, "Prompt template in force."),
    "grade_level": (_COUNT, "School grade declared; null where none was."),
    "content_hash": (_COUNT, "Hash of feature, source, answer and grade: equal for what is scored alike."),
}
SCHEMA = described(IDENTITY, SCORED)

IDS = """
SELECT interaction_id FROM raw.interactions
WHERE event_date = $day AND output_text IS NOT NULL
ORDER BY interaction_id
"""
TEXTS = """
SELECT
  event_date, interaction_id, user_id, feature, model_version, prompt_version, grade_level,
  source_text, output_text
FROM raw.interactions
WHERE event_date = $day AND output_text IS NOT NULL AND interaction_id BETWEEN $first AND $last
ORDER BY interaction_id
"""
HASHES = f"""
SELECT DISTINCT content_hash FROM {TABLE}
WHERE event_date BETWEEN $first AND $last AND scorer_version = $version
"""  # noqa: S608
STORED = f"""
SELECT * FROM {TABLE}
WHERE event_date BETWEEN $first AND $last AND scorer_version = $version
  AND content_hash IN (SELECT unnest($hashes))
"""  # noqa: S608


def interaction_scores(
    engine: Engine, window: Window, stored_days: Sequence[date] = ()
) -> Iterator[pa.Table]:
    """Rows of a window, days ascending, at most 10,000 answers in memory at once.

    Args:
        engine: answers from `raw.interactions`, and from the table itself where it holds days.
        window: days asked for.
        stored_days: days that the table holds; scores of those up to 28 days before the window are reused.
    """
    past = _Past(engine, window, stored_days)
    for day in window.days():
        ids = engine.query(IDS, {"day": day})["interaction_id"]
        for start in range(0, len(ids), ROWS_AT_ONCE):
            part = ids.slice(start, ROWS_AT_ONCE)
            limits = {"day": day, "first": part[0].as_py(), "last": part[-1].as_py()}
            yield _scored(pl.DataFrame(engine.query(TEXTS, limits)), past)


def content_hash(feature: str | None, source: str | None, output: str | None, grade: float | None) -> int:
    """Signed 64-bit hash of what a text is scored from, the same on every machine."""
    parts = "\x1f".join("\x00" if part is None else str(part) for part in (feature, grade, source, output))
    return int.from_bytes(
        hashlib.blake2b(parts.encode("utf-8", "replace"), digest_size=8).digest(), "big", signed=True
    )


class _Past:
    """Scores given before: those stored, read when asked for, and the latest of this run."""

    def __init__(self, engine: Engine, window: Window, stored_days: Sequence[date]) -> None:
        """Read the hashes of the days before a window."""
        self._engine = engine
        first, last = window.first_day - timedelta(days=LOOK_BACK_DAYS), window.first_day - timedelta(days=1)
        self._limits = {"first": first, "last": last, "version": scorer_version()}
        is_any = any(first <= day <= last for day in stored_days)
        known = engine.query(HASHES, self._limits)["content_hash"].to_pylist() if is_any else []
        self._stored: set[int] = set(known)
        self._recent = pl.DataFrame(SCHEMA.empty_table()).select("content_hash", *SCORED)

    def found(self, hashes: pl.Series) -> pl.DataFrame:
        """Scores of the hashes that are known, one row each."""
        recent = self._recent.filter(pl.col("content_hash").is_in(hashes.implode()))
        asked = [one for one in hashes.to_list() if one in self._stored]
        if not asked:
            return recent
        rows = pl.DataFrame(self._engine.query(STORED, {**self._limits, "hashes": asked}))
        return pl.concat([recent, rows.select(recent.columns)]).unique("content_hash", keep="first")

    def keep(self, scored: pl.DataFrame) -> None:
        """Remember new scores; the oldest are forgotten."""
        self._recent = pl.concat([self._recent, scored.select(self._recent.columns)]).tail(REMEMBERED)


def _scored(texts: pl.DataFrame, past: _Past) -> pa.Table:
    asked = ("feature", "source_text", "output_text", "grade_level")
    hashes = [content_hash(*row) for row in texts.select(asked).iter_rows()]
    hashed = texts.with_columns(pl.Series("content_hash", hashes, pl.Int64))
    single = hashed.unique("content_hash", keep="first", maintain_order=True)
    known = past.found(single["content_hash"])
    unseen = single.join(known, on="content_hash", how="anti", maintain_order="left")
    new = score_texts(unseen).with_columns(unseen["content_hash"]).select(known.columns)
    past.keep(new)
    scores = pl.concat([known, new])
    rows = hashed.join(scores, on="content_hash", how="left", maintain_order="left")
    return rows.select(SCHEMA.names).to_arrow().cast(SCHEMA)
