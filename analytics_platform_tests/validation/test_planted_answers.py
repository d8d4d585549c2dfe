from datetime import date

import pytest

from analytics_platform.validation.planted_answers import AFTER_SIGN_UP, LAUNCH, Answers, question_of
from analytics_platform_tests.validation.results import Results, planted

PARAMETERS = {
    "experiments.broken.lost_share": "0.5",
    "experiments.sound.lost_share": "0.0",
    "experiments.sound.lost_platform": "None",
    "experiments.groups.spillover": "0.5",
    "experiments.sound.spillover": "0.0",
    "launch.launch_day.IN": "10",
    "launch.launch_day.US": "12",
    "launch.activity_logit": "0.3",
}


def test_planted_faults_are_read_from_the_parameters():
    answers = Answers.read(Results(parameters=PARAMETERS).scan)
    assert answers.broken == {"broken"}
    assert answers.interfering == {"groups"}


def test_an_effect_is_found_by_its_experiment_metric_and_population():
    results = Results(effects=[planted("a", "events", 0.1), planted("a", "events", 0.2, "teacher")])
    answers = Answers.read(results.scan)
    assert answers.effect("a", "events") == 0.1
    assert answers.effect("a", "events", "teacher") == 0.2
    assert answers.effect("a", "sessions") is None


def test_the_launch_without_days_of_sign_up_divides_by_fewer_days():
    """400 of 1,000 users signed up after the launch in their country: a mean of 4 − 0.4 days is left."""
    users = [
        {"country": country, "event_date": day}
        for country, day, count in (
            ("IN", date(2025, 9, 10), 300),
            ("IN", date(2025, 9, 9), 50),
            ("US", date(2025, 9, 12), 100),
            ("US", date(2025, 9, 11), 50),
            ("DE", date(2025, 9, 20), 50),
        )
        for _ in range(count)
    ]
    results = Results(effects=[planted(LAUNCH, "active_days", 0.09)], parameters=PARAMETERS, users=users)
    answers = Answers.read(results.scan)
    assert answers.effect(LAUNCH, "active_days") == 0.09
    assert answers.effect(LAUNCH, AFTER_SIGN_UP) == pytest.approx(0.36 / 3.6)


@pytest.mark.parametrize(
    ("analysis_id", "design", "expected"),
    [
        ("quiz_adoption_at_equal_taste", "adoption", ("quiz_adoption", "retained_30d")),
        ("quiz_encouragement_retained_7d", "encouragement", ("quiz_nudge", "retained_7d")),
        ("flashcards_launch", "staggered_launch", (LAUNCH, AFTER_SIGN_UP)),
    ],
)
def test_an_analysis_asks_for_a_planted_effect(analysis_id: str, design: str, expected: tuple[str, str]):
    assert question_of(analysis_id, design) == expected
