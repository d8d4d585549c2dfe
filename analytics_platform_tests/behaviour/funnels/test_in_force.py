"""What a file of funnels may say, and what is said of one that is wrong."""

from pathlib import Path

import pytest

from analytics_platform.behaviour.funnels.in_force import load_paths, paths_in_force
from analytics_platform.errors import AnalyticsError
from analytics_platform.settings import Settings

GOOD = """
funnels:
  - id: study
    title: Study
    steps:
      - {name: Read, feature: summarize}
      - {name: Test, feature: [quiz, flashcards], platform: web}
    window_hours: 2
    last_days: whole
"""


def test_the_product_s_funnels_are_in_force_unless_a_file_is_named(tmp_path: Path):
    assert [each.id for each in paths_in_force(Settings()).funnels] == [
        "activation",
        "subscription",
        "study_session",
    ]
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD)
    (mine,) = paths_in_force(Settings(funnels=path)).funnels
    assert (mine.id, mine.window_seconds, mine.last_days, mine.order) == ("study", 7200, None, "ordered")
    assert mine.steps[1].asked == {"feature": ("quiz", "flashcards"), "platform": ("web",)}


def test_an_empty_file_means_no_funnels(tmp_path: Path):
    path = tmp_path / "empty.yaml"
    path.write_text("")
    assert load_paths(path).funnels == ()


WRONG = [
    (
        "feature: summarize}",
        "feature: sumarize}",
        "steps[0].feature: no feature is called 'sumarize'; did you mean 'summarize'?",
    ),
    (
        "window_hours: 2",
        "window_hour: 2",
        "funnels[0].window_hour: no such field; did you mean 'window_hours'?",
    ),
    (
        "window_hours: 2",
        "window_hours: 2\n    window_days: 1",
        "funnels[0].window_days: give either window_days or window_hours.",
    ),
    ("window_hours: 2", "order: some", "funnels[0].order"),
    (
        "window_hours: 2",
        "window_hours: 2\n    order: any\n    exclusions: [{feature: chat, to_step: 2, from_step: 3}]",
        "funnels[0].exclusions: steps 3 to 2 are none of the funnel's.",
    ),
    (
        "window_hours: 2",
        "window_hours: 2\n    order: strict\n    exclusions: [{feature: chat}]",
        "nothing lies between the steps of a strict funnel",
    ),
    (
        "[quiz, flashcards], platform: web",
        "[quiz, summarize]}\n    order: any #",
        "one event could be both 'Read' and 'Test'.",
    ),
    (
        "{name: Read, feature: summarize}",
        "{name: Read}",
        "steps[0].event_name: name at least one of event_name, feature, platform, plan.",
    ),
    (
        "{name: Read, feature: summarize}",
        "{name: Read, feature: summarize, on_later_day: true}",
        "'Read' comes first",
    ),
    ("last_days: whole", "last_days: 0", "funnels[0].last_days"),
    (
        "last_days: whole",
        "last_days: whole\n    breakdowns: [rol]",
        "no breakdown is called 'rol'; did you mean 'role'?",
    ),
    ("id: study", "id: My Study", "funnels[0].id"),
]


@pytest.mark.parametrize(("part", "wrong", "words"), WRONG)
def test_a_mistake_is_told_with_its_place_and_its_mend(tmp_path: Path, part: str, wrong: str, words: str):
    path = tmp_path / "wrong.yaml"
    path.write_text(GOOD.replace(part, wrong))
    with pytest.raises(AnalyticsError) as raised:
        load_paths(path)
    assert words in str(raised.value)
    assert str(path) in str(raised.value)


def test_an_id_stands_once(tmp_path: Path):
    path = tmp_path / "twice.yaml"
    path.write_text(GOOD + GOOD.removeprefix("\nfunnels:\n"))
    with pytest.raises(AnalyticsError, match="'study' stands twice"):
        load_paths(path)
