import pytest

from analytics_platform.validation.expected_verdicts import expected_verdict, fit_of
from analytics_platform.validation.planted_answers import Answers
from analytics_platform_tests.validation.results import experiment

GUARDRAILS = [{"metric": "retained_7d", "margin": 0.05}]


def _answers(primary: float | None, guardrail: float = 0.0, **changes: frozenset[str]) -> Answers:
    effects = {("it", "active_days", "all"): primary, ("it", "retained_7d", "all"): guardrail}
    return Answers(effects, changes.get("broken", frozenset()), changes.get("interfering", frozenset()))


@pytest.mark.parametrize(
    ("primary", "guardrail", "expected"),
    [
        (0.10, 0.0, "Ship"),
        (0.10, -0.04, "Ship"),
        (0.10, -0.06, "Hold or Stop"),
        (0.02, 0.0, "Ship or Inconclusive or Stop"),
        (0.0, 0.0, "Inconclusive or Stop"),
        (-0.10, 0.0, "Stop"),
        (None, 0.0, None),
        (None, -0.06, "Hold or Stop"),
    ],
)
def test_the_verdict_follows_from_what_is_planted(
    primary: float | None, guardrail: float, expected: str | None
):
    assert expected_verdict(experiment("it", guardrails=GUARDRAILS), _answers(primary, guardrail)) == expected


def test_an_experiment_that_must_only_do_no_harm_ships_on_nothing():
    cautious = experiment("it", rule={"ship_when": "not_worse"})
    assert expected_verdict(cautious, _answers(0.0)) == "Ship or Inconclusive"


def test_a_broken_sample_is_held_whatever_was_planted():
    assert expected_verdict(experiment("it"), _answers(0.10, broken=frozenset({"it"}))) == "Hold"


def test_interference_may_be_held():
    assert expected_verdict(experiment("it"), _answers(0.10, interfering=frozenset({"it"}))) == "Ship or Hold"


def test_fewer_is_better_where_the_metric_says_so():
    answers = Answers({("it", "cancellations", "all"): -0.2}, frozenset(), frozenset())
    assert expected_verdict(experiment("it", primary="cancellations"), answers) == "Ship"


def test_an_absolute_margin_is_not_compared_with_a_relative_effect():
    guardrails = [{"metric": "retained_7d", "margin": 0.01, "kind": "absolute"}]
    assert expected_verdict(experiment("it", guardrails=guardrails), _answers(0.10, -0.06)) == "Ship"


@pytest.mark.parametrize(
    ("verdict", "expected", "fit"),
    [
        ("Ship", "Ship", "right"),
        ("Stop", "Hold or Stop", "right"),
        ("Hold", "Ship", "undecided"),
        ("Inconclusive", "Stop", "undecided"),
        ("Ship", "Hold or Stop", "wrong"),
        ("Stop", "Ship", "wrong"),
    ],
)
def test_only_a_ship_or_a_stop_can_be_an_error(verdict: str, expected: str, fit: str):
    assert fit_of(verdict, expected) == fit
