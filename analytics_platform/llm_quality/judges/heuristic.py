"""The default judge: the detector of the lexical signals, offline and free, on one criterion only."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from analytics_platform.llm_quality.judges.detector import Detector
from analytics_platform.llm_quality.judges.injection import is_suspected
from analytics_platform.llm_quality.judges.judge import Case, Verdict

CRITERION = "unsupported"


@dataclass(frozen=True)
class HeuristicJudge:
    """Says 1 where the detector flags an unsupported claim. A weak signal, no rate.

    Attributes:
        detector: what reads the texts.
    """

    detector: Detector

    @property
    def name(self) -> str:
        return "heuristic"

    @property
    def rubric_version(self) -> str:
        return self.detector.version

    @property
    def criteria(self) -> frozenset[str]:
        return frozenset({CRITERION})

    def score(self, batch: Sequence[Case]) -> list[Verdict]:
        """Judge a batch; equal texts are read once."""
        distinct = {case.content_hash: case for case in batch if case.criterion == CRITERION}
        found = self._probabilities(list(distinct.values()))
        read = {hashed: self._verdict(case, found[hashed]) for hashed, case in distinct.items()}
        return [
            read[case.content_hash]
            if case.criterion == CRITERION
            else Verdict(
                "failed",
                self.rubric_version,
                reason=f"the heuristic judges {CRITERION} only, not {case.criterion}",
            )
            for case in batch
        ]

    def _probabilities(self, cases: list[Case]) -> dict[int, float | None]:
        if not cases:
            return {}
        columns = {"feature": pl.String, "source_text": pl.String, "output_text": pl.String}
        rows = [(case.feature, case.source_text, case.output_text) for case in cases]
        found = self.detector.unsupported_probability(pl.DataFrame(rows, columns, orient="row"))
        return dict(zip((case.content_hash for case in cases), found.to_list(), strict=True))

    def _verdict(self, case: Case, probability: float | None) -> Verdict:
        suspected = is_suspected(case.source_text, case.output_text)
        if probability is None:
            return Verdict(
                "failed",
                self.rubric_version,
                reason="nothing to compare: no source text, or no claim",
                is_injection_suspected=suspected,
            )
        return Verdict(
            "ok",
            self.rubric_version,
            score=float(probability >= self.detector.threshold),
            probability=probability,
            cost_usd=0.0,
            is_injection_suspected=suspected,
        )
