"""The simulated judge: it errs as often as it says, and the same way every time."""

import numpy as np
import pytest
from scipy import stats

from analytics_platform.errors import AnalyticsError
from analytics_platform.llm_quality.judges.judge import Case
from analytics_platform.llm_quality.judges.simulated import SimulatedJudge

ITEMS = 20_000
TRUTH = {"unsupported": {number: int(number % 5 == 0) for number in range(ITEMS)}}


def cases(numbers: range = range(ITEMS), criterion: str = "unsupported") -> list[Case]:
    return [Case(number, "quiz", "source", "output", criterion, content_hash=0) for number in numbers]


@pytest.mark.parametrize(("sensitivity", "specificity"), [(0.7, 0.9), (0.5, 0.5), (1.0, 0.0)])
def test_errors_are_as_frequent_as_asked(sensitivity: float, specificity: float):
    verdicts = SimulatedJudge(TRUTH, sensitivity, specificity, seed=7).score(cases())
    scores = np.array([verdict.score for verdict in verdicts])
    truth = np.array([TRUTH["unsupported"][number] for number in range(ITEMS)])

    for rate, hits in ((sensitivity, scores[truth == 1]), (1 - specificity, scores[truth == 0])):
        low, high = stats.binom.interval(0.9999, hits.size, rate)
        assert low <= hits.sum() <= high


def test_probabilities_are_calibrated():
    verdicts = SimulatedJudge(TRUTH, 0.7, 0.9, seed=7).score(cases())
    truth = np.array([TRUTH["unsupported"][number] for number in range(ITEMS)])

    for score in (0.0, 1.0):
        own = np.array([verdict.score == score for verdict in verdicts])
        (said,) = {verdict.probability for verdict in verdicts if verdict.score == score}
        assert said is not None
        low, high = stats.binom.interval(0.9999, own.sum(), said)
        assert low <= truth[own].sum() <= high


def test_a_verdict_depends_on_the_interaction_and_the_seed_alone():
    judge, other = (SimulatedJudge(TRUTH, 0.7, 0.9, seed=seed) for seed in (7, 8))
    whole = judge.score(cases(range(500)))

    assert judge.score(cases(range(499, -1, -1)))[::-1] == whole
    assert judge.score(cases(range(250, 260))) == whole[250:260]
    assert other.score(cases(range(500))) != whole


def test_errors_of_one_criterion_tell_nothing_of_another():
    both = {"unsupported": TRUTH["unsupported"], "acceptable": TRUTH["unsupported"]}
    judge = SimulatedJudge(both, 0.5, 0.5, seed=1)
    one, two = (
        np.array([verdict.score for verdict in judge.score(cases(criterion=name))], float) for name in both
    )

    assert abs(np.corrcoef(one, two)[0, 1]) < 4 / ITEMS**0.5


def test_what_is_not_known_is_missing():
    judge = SimulatedJudge({"unsupported": {1: 1}}, 1.0, 1.0, seed=1)
    known, stranger = judge.score(cases(range(1, 3)))
    (helpful,) = judge.score(cases(range(1, 2), "helpful"))

    assert (known.status, known.score, known.probability) == ("ok", 1.0, 1.0)
    assert (stranger.status, stranger.score) == ("failed", None)
    assert (helpful.status, helpful.score) == ("failed", None)


@pytest.mark.parametrize(
    ("truth", "sensitivity", "said"),
    [({"unsupported": {3: 2}}, 0.5, "interaction 3 is 0 or 1; got 2"), ({}, 1.5, "sensitivity is a share")],
)
def test_what_cannot_be_simulated_is_refused(truth: dict[str, dict[int, int]], sensitivity: float, said: str):
    with pytest.raises(AnalyticsError, match=said):
        SimulatedJudge(truth, sensitivity, 0.5, seed=1)
