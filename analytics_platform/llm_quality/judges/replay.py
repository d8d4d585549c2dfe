"""Verdicts given before, from a file: the same numbers on any machine, without a network or a bill."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import polars as pl

from analytics_platform.errors import AnalyticsError
from analytics_platform.llm_quality.judges.injection import is_suspected
from analytics_platform.llm_quality.judges.judge import Case, ParseStatus, Status, Verdict
from analytics_platform.llm_quality.judges.prompt import cache_key
from analytics_platform.llm_quality.judges.rubrics import Rubrics
from analytics_platform.llm_quality.judges.sampling_parameters import ENDPOINT, PARAMETERS

NEEDED = ("key", "judge", "status", "score")
KINDS = {
    "key": pl.String,
    "judge": pl.String,
    "status": pl.String,
    "score": pl.Float64,
    "probability": pl.Float64,
    "rationale": pl.String,
    "reason": pl.String,
    "parse_status": pl.String,
    "input_tokens": pl.Int64,
    "output_tokens": pl.Int64,
    "cost_usd": pl.Float64,
    "price_version": pl.String,
    "latency_ms": pl.Int64,
    "attempts": pl.Int64,
}
"""Columns of a recording; those that are not needed may be missing or null."""

READERS: dict[str, Callable[[Path], pl.DataFrame]] = {
    ".jsonl": lambda file: pl.read_ndjson(file, infer_schema_length=None),
    ".parquet": pl.read_parquet,
}


@dataclass(frozen=True)
class ReplayJudge:
    """Looks verdicts up by the key they were recorded under; a case without one fails.

    Attributes:
        name: the judge who was recorded, such as `openai/gpt-4.1-mini`.
        recorded: verdicts, by key.
        rubrics: rubrics, which are part of the key.
    """

    name: str
    recorded: dict[str, Verdict]
    rubrics: Rubrics

    @classmethod
    def of(cls, file: Path, rubrics: Rubrics) -> "ReplayJudge":
        """Read a recording: what `llm judge --save` wrote, as JSON Lines or Parquet.

        Raises:
            AnalyticsError: the file cannot be read, lacks a column, or holds several judges or a wrong value.
        """
        rows = _read(file)
        judges = rows["judge"].unique().to_list()
        if len(judges) != 1 or judges[0] is None:
            names = ", ".join(sorted(map(str, judges)))
            raise AnalyticsError(f"{file}: column judge: one judge is replayed at a time; found {names}.")
        verdicts = (
            _verdict(file, number, row) for number, row in enumerate(rows.iter_rows(named=True), start=1)
        )
        return cls(judges[0], {verdict.key: verdict for verdict in verdicts if verdict.key}, rubrics)

    @property
    def rubric_version(self) -> str:
        return self.rubrics.version

    @property
    def criteria(self) -> frozenset[str]:
        return frozenset(self.rubrics)

    def score(self, batch: Sequence[Case]) -> list[Verdict]:
        """Look a batch up."""
        return [self._verdict(case) for case in batch]

    def _verdict(self, case: Case) -> Verdict:
        if obstacle := self.rubrics.obstacle(case):
            return Verdict("failed", self.rubric_version, reason=obstacle)
        rubric = self.rubrics[case.criterion]
        key = cache_key(self.name.removeprefix(ENDPOINT), case, rubric, PARAMETERS)
        suspected = is_suspected(case.source_text, case.output_text)
        found = self.recorded.get(key)
        if found is None:
            reason = "no verdict was recorded under this key"
            return Verdict("failed", rubric.label, reason=reason, is_injection_suspected=suspected, key=key)
        if found.score is not None and found.score not in rubric.scale:
            reason = f"the recorded score {found.score:g} is not on the scale"
            return Verdict("failed", rubric.label, reason=reason, is_injection_suspected=suspected, key=key)
        return replace(found, rubric_version=rubric.label, is_injection_suspected=suspected).remembered()


def _read(file: Path) -> pl.DataFrame:
    read = READERS.get(file.suffix.lower())
    if read is None:
        raise AnalyticsError(f"{file}: a recording ends in one of {', '.join(READERS)}.")
    try:
        rows = read(file)
    except (OSError, pl.exceptions.PolarsError) as error:
        said = str(error).partition("\n")[0]
        raise AnalyticsError(f"{file} (setting judge_replay) cannot be read: {said}.") from None
    missing = [name for name in NEEDED if name not in rows.columns]
    if missing:
        raise AnalyticsError(
            f"{file}: a recording has the columns {', '.join(NEEDED)}; {missing[0]} is missing."
        )
    try:
        return rows.select(pl.col(name).cast(kind) for name, kind in KINDS.items() if name in rows.columns)
    except pl.exceptions.PolarsError as error:
        said = str(error).partition("\n")[0]
        raise AnalyticsError(f"{file} (setting judge_replay): {said}.") from None


def _verdict(file: Path, number: int, row: dict[str, Any]) -> Verdict:
    """A row as a verdict that has a score if and only if it is `ok`."""
    allowed: tuple[tuple[str, tuple[str | None, ...]], ...] = (
        ("status", get_args(Status)),
        ("parse_status", (None, *get_args(ParseStatus))),
    )
    for name, known in allowed:
        if row.get(name) not in known:
            words = ", ".join(word for word in known if word)
            raise AnalyticsError(f"{file}: row {number}, column {name}: {row[name]!r} is none of {words}.")
    if (row["status"] == "ok") != (row["score"] is not None):
        raise AnalyticsError(
            f"{file}: row {number}, column score: a score stands where status is ok, and nowhere else."
        )
    probability = row.get("probability")
    if probability is not None and not 0 <= probability <= 1:
        raise AnalyticsError(
            f"{file}: row {number}, column probability: {probability:g} is no probability; "
            "write a number from 0 to 1, or leave it empty."
        )
    said = {name: value for name, value in row.items() if name != "judge" and value is not None}
    return Verdict(rubric_version="", **said)
