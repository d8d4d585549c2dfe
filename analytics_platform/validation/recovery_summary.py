"""What recovery amounts to: how many intervals cover, which verdicts are right, how much bias is left."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scipy import stats

from analytics_platform.validation.estimates_made import NAIVE
from analytics_platform.validation.expected_verdicts import fit_of

Row = Mapping[str, Any]

LEVEL = 0.95
BAND = 0.99


@dataclass(frozen=True)
class Coverage:
    """How many intervals hold the planted answer.

    Attributes:
        scope: `decisive` for one interval an effect, metric and population, else a method.
        intervals: how many there are.
        covering: how many of them cover.
        fewest: least number that chance allows, 99 times in 100, to intervals of 95 %.
        most: greatest such number.

    The band takes intervals for independent. Metrics of one experiment are not, so that the count strays
    further than the band says.
    """

    scope: str
    intervals: int
    covering: int
    fewest: int
    most: int

    @property
    def is_within(self) -> bool:
        """Whether as many cover as should."""
        return self.fewest <= self.covering <= self.most


@dataclass(frozen=True)
class BiasLeft:
    """What remains of a naive bias.

    Attributes:
        effect_id: the planted effect.
        metric: the metric.
        naive: the naive method.
        naive_error: its error, a share of the untreated mean.
        method: the method that mends it.
        error: the error of that one, in the same unit.
    """

    effect_id: str
    metric: str
    naive: str
    naive_error: float
    method: str
    error: float

    @property
    def share(self) -> float:
        """Share of the naive bias that is left."""
        return abs(self.error) / abs(self.naive_error)


def coverage_summary(rows: Iterable[Row]) -> list[Coverage]:
    """Coverage of the decisive intervals, then of each method's; fair rows alone, see `is_fair`."""
    judged = [row for row in rows if row["is_fair"] and row["covers"] is not None]
    scopes = {"decisive": [row for row in judged if row["is_decisive"]]}
    for row in judged:
        scopes.setdefault(row["method"], []).append(row)
    return [_coverage(scope, found) for scope, found in scopes.items()]


def bias_left(rows: Iterable[Row]) -> list[BiasLeft]:
    """Each fair method's error against that of the naive one on the same effect and metric."""
    known = [row for row in rows if row["error"] is not None and row["population"] == "all"]
    naive = {
        (row["effect_id"], row["metric"]): row for row in known if row["method"] in NAIVE - {"user_level"}
    }
    return [
        BiasLeft(
            row["effect_id"], row["metric"], beside["method"], beside["error"], row["method"], row["error"]
        )
        for row in known
        if row["is_fair"]
        and (beside := naive.get((row["effect_id"], row["metric"]))) is not None
        and beside["error"]
    ]


def findings(rows: Iterable[Row]) -> list[str]:
    """What was recovered, in sentences."""
    kept = list(rows)
    return [*_covered(kept), *_verdicts(kept), *_quiet(kept), *_mended(kept)]


def _coverage(scope: str, rows: list[Row]) -> Coverage:
    fewest, most = (int(end) for end in stats.binom.interval(BAND, len(rows), LEVEL)) if rows else (0, 0)
    return Coverage(scope, len(rows), sum(row["covers"] for row in rows), fewest, most)


def _covered(rows: list[Row]) -> Iterator[str]:
    found = coverage_summary(rows)[0]
    yield (
        f"{found.covering} of {found.intervals} decisive intervals hold the planted effect; "
        f"chance allows {found.fewest} to {found.most}."
    )


def _verdicts(rows: list[Row]) -> Iterator[str]:
    judged = [row for row in rows if row["method"] == "decision" and row["expected_verdict"]]
    fits = {row["effect_id"]: fit_of(row["verdict"], row["expected_verdict"]) for row in judged}
    counts = Counter(fits.values())
    wrong = [effect_id for effect_id, fit in fits.items() if fit == "wrong"]
    yield (
        f"{counts['right']} of {len(fits)} verdicts are those that the planted effects call for, "
        f"{counts['undecided']} leave them open; wrong: {', '.join(wrong) or 'none'}."
    )
    tests = [row for row in rows if row["method"] == "sample_ratio_test"]
    amiss = [row["effect_id"] for row in tests if row["verdict"] != row["expected_verdict"]]
    caught = [row["effect_id"] for row in tests if row["verdict"] == row["expected_verdict"] == "mismatch"]
    yield (
        f"Sample-ratio mismatches caught: {', '.join(caught) or 'none'}; "
        f"missed or raised for nothing: {', '.join(amiss) or 'none'}."
    )


def _quiet(rows: list[Row]) -> Iterator[str]:
    """Experiments in which every planted effect is zero."""
    by_effect: dict[str, list[Row]] = {}
    for row in rows:
        if row["is_decisive"] and row["is_fair"] and row["truth"] is not None:
            by_effect.setdefault(row["effect_id"], []).append(row)
    for effect_id, found in by_effect.items():
        judged = [row for row in found if row["covers"] is not None]
        if judged and not any(row["truth"] for row in found):
            silent = sum(row["covers"] for row in judged)
            yield f"{effect_id} changes nothing, and {silent} of {len(judged)} intervals hold zero."


def _mended(rows: list[Row]) -> Iterator[str]:
    for left in bias_left(rows):
        yield (
            f"{left.effect_id}, {left.metric}: {left.naive} is off by {100 * left.naive_error:+.1f} points, "
            f"{left.method} by {100 * left.error:+.1f}: {left.share:.0%} of the bias is left."
        )
