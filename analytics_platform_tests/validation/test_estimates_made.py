from datetime import date

import pytest

from analytics_platform.validation.estimates_made import Made, estimates_made
from analytics_platform.validation.planted_answers import Answers
from analytics_platform_tests.validation.results import Results, observed, readout

ANSWERS = Answers({}, broken=frozenset({"broken"}), interfering=frozenset({"groups"}))


def _made(**tables: list[dict[str, object]]) -> list[Made]:
    return list(estimates_made(Results(**tables).scan, ANSWERS))


def test_the_last_reading_of_each_experiment_counts():
    early = readout("a", "events", 0.5, 0.1, as_of_date=date(2025, 9, 20))
    found = _made(readouts=[early, readout("a", "events", 0.2, 0.1), {**early, "experiment_id": "b"}])
    assert [(one.effect_id, one.estimate) for one in found] == [("a", 0.2), ("b", 0.5)]


def test_pooled_variants_are_left_out():
    assert _made(readouts=[readout("a", "events", 0.1, 0.1, variant="one + two")]) == []


@pytest.mark.parametrize(
    ("experiment_id", "method", "is_fair"),
    [("a", "cuped", True), ("broken", "cuped", False), ("groups", "cuped", False), ("a", "bayesian", False)],
)
def test_a_readout_that_must_miss_or_leans_on_a_prior_is_not_held_against_the_method(
    experiment_id: str, method: str, is_fair: bool
):
    (one,) = _made(readouts=[readout(experiment_id, "events", 0.1, 0.1, method=method)])
    assert one.is_fair is is_fair
    assert bool(one.note) is not is_fair


def test_segments_by_role_are_populations_of_their_own():
    rows = [
        readout("a", "events", 0.1, 0.1, dimension=name, segment=part)
        for name, part in (("role", "teacher"), ("country", "DE"))
    ]
    wanted = {"is_decisive", "method"}
    found = _made(segments=[{k: v for k, v in row.items() if k not in wanted} for row in rows])
    assert [(one.population, one.method, one.is_decisive) for one in found] == [("teacher", "segment", True)]


def test_an_absolute_effect_is_put_over_the_untreated_mean():
    (one,) = _made(observational=[observed("dml", 0.05, 0.02)])
    assert (one.effect_id, one.metric) == ("quiz_adoption", "retained_30d")
    assert (one.estimate, one.low, one.high) == pytest.approx((0.05, 0.03, 0.07))
    assert one.is_decisive


def test_a_variation_of_an_analysis_is_told_apart():
    (one,) = _made(observational=[observed("dml", 0.05, 0.02, analysis_id="quiz_adoption_at_equal_taste")])
    assert one.method == "dml at equal taste"


def test_a_relative_effect_without_interval_stays_as_it_is_where_there_is_no_mean():
    row = readout("a", "events", 0.1, 0.1, relative_low=None, relative_high=None, control_mean=None)
    (one,) = _made(readouts=[row])
    assert (one.estimate, one.low, one.high) == (0.1, None, None)


def test_what_could_not_be_estimated_stays_unknown():
    row = observed("dml", 0.1, 0.1, effect=None, effect_low=None, effect_high=None, reason="Too few.")
    (one,) = _made(observational=[row])
    assert (one.estimate, one.low, one.high) == (None, None, None)


@pytest.mark.parametrize(
    ("method", "design", "is_fair", "is_decisive"),
    [
        ("naive", "adoption", False, True),
        ("twfe", "staggered_launch", False, True),
        ("did2s", "staggered_launch", True, True),
        ("wald_cace", "encouragement", False, False),
        ("synthetic_control", "synthetic_control", False, False),
    ],
)
def test_naive_methods_and_other_estimands_are_not_meant_to_hit(
    method: str, design: str, is_fair: bool, is_decisive: bool
):
    (one,) = _made(
        observational=[observed(method, 0.1, 0.1, design=design, analysis_id="x", is_recommended=True)]
    )
    assert (one.is_fair, one.is_decisive) == (is_fair, is_decisive)
