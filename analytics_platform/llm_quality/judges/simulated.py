"""A judge of known error rates, for tests and certificates: it looks the truth up and errs by chance."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analytics_platform.errors import AnalyticsError
from analytics_platform.llm_quality.judges.judge import Case, Verdict

VERSION = "simulated 1"


@dataclass(frozen=True)
class SimulatedJudge:
    """Gives 1 with probability `sensitivity` where the truth is 1, and with 1 − `specificity` where it is 0.

    The draw belongs to seed, criterion and interaction: in whatever batch and order, the verdict is the same.

    Attributes:
        truth: 0 or 1, by criterion and interaction; a case without one fails.
        sensitivity: share of the ones that are found.
        specificity: share of the zeros that are left alone.
        seed: of the draws.

    Raises:
        AnalyticsError: a rate lies outside 0…1, or a truth is neither 0 nor 1.
    """

    truth: Mapping[str, Mapping[int, int]]
    sensitivity: float
    specificity: float
    seed: int

    def __post_init__(self) -> None:
        for name, rate in (("sensitivity", self.sensitivity), ("specificity", self.specificity)):
            if not 0 <= rate <= 1:
                raise AnalyticsError(f"A simulated judge's {name} is a share from 0 to 1; got {rate}.")
        for criterion, known in self.truth.items():
            for interaction, label in known.items():
                if label not in {0, 1}:
                    raise AnalyticsError(
                        f"The truth of {criterion} for interaction {interaction} is 0 or 1; got {label!r}."
                    )

    @property
    def name(self) -> str:
        return "simulated"

    @property
    def rubric_version(self) -> str:
        return VERSION

    @property
    def criteria(self) -> frozenset[str]:
        return frozenset(self.truth)

    def score(self, batch: Sequence[Case]) -> list[Verdict]:
        """Judge a batch; the probability is that of Bayes' rule at the prevalence of the known truth."""
        given = {
            criterion: self._probabilities(criterion) for criterion in {case.criterion for case in batch}
        }
        return [self._verdict(case, given[case.criterion]) for case in batch]

    def _verdict(self, case: Case, given: tuple[float | None, float | None]) -> Verdict:
        truth = self.truth.get(case.criterion, {}).get(case.interaction_id)
        if truth is None:
            reason = f"no truth of {case.criterion} is known for this interaction"
            return Verdict("failed", VERSION, reason=reason)
        rate = self.sensitivity if truth else 1 - self.specificity
        score = int(self._uniform(case) < rate)
        return Verdict("ok", VERSION, score=float(score), probability=given[score], cost_usd=0.0)

    def _probabilities(self, criterion: str) -> tuple[float | None, float | None]:
        """Probability of a 1 given the verdict 0, and given the verdict 1; None for one never given."""
        known = self.truth.get(criterion, {})
        share = sum(known.values()) / len(known) if known else 0.0
        hit, miss = share * self.sensitivity, share * (1 - self.sensitivity)
        alarm, pass_ = (1 - share) * (1 - self.specificity), (1 - share) * self.specificity
        return _ratio(miss, miss + pass_), _ratio(hit, hit + alarm)

    def _uniform(self, case: Case) -> float:
        name = f"{self.seed}\0{case.criterion}\0{case.interaction_id}".encode()
        return int.from_bytes(hashlib.sha256(name).digest()[:8], "big") / 2**64


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None
