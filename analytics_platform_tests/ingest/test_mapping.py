import pytest
from pydantic import ValidationError

from analytics_platform.errors import AnalyticsError
from analytics_platform_tests.ingest.small_files import MAPPING, mapped

MINIMAL = "user: {column: u}\ntime: {column: t}\nevents: [{event_name: feature_used, feature: quiz}]\n"


def test_the_defaults_are_those_of_a_free_student_on_an_unnamed_platform():
    mapping = mapped(MINIMAL)
    stated = (mapping.platform.constant, mapping.plan.constant, mapping.role.constant, mapping.zone)
    assert stated == ("other", "free", "student", "UTC")


def test_every_column_named_is_listed_with_its_place():
    mapping = mapped(
        """
user: {columns: [a, b]}
time: {column: t, plus_days: d}
events:
  - {event_name: feature_used, feature: {column: f}, when: {w: present}}
teachers: {rows: [{x: [graded]}]}
country: {column: c, values: {DE: AT}}
"""
    )
    assert list(mapping.columns_named()) == [
        ("user.columns[0]", "a"),
        ("user.columns[1]", "b"),
        ("time.column", "t"),
        ("time.plus_days", "d"),
        ("events[0].feature.column", "f"),
        ("events[0].when.w", "w"),
        ("teachers.rows[0].x", "x"),
        ("country.column", "c"),
    ]


def test_the_hash_is_that_of_the_meaning_not_of_the_text():
    commented = "# a comment\n" + MINIMAL.replace("{column: u}", "\n  column: 'u'")
    assert mapped(commented).sha256 == mapped(MINIMAL + "zone: UTC\n").sha256
    assert mapped(MINIMAL + "plan: paid\n").sha256 != mapped(MINIMAL).sha256


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (MINIMAL + "zone: Mars/Olympus\n", "zone: no time zone is called 'Mars/Olympus'"),
        (MINIMAL.replace("{column: u}", "u"), "user: this comes from a column: write {column: u}"),
        (MINIMAL.replace("{column: u}", "{}"), "user: give either `column` or `columns`"),
        (MINIMAL.replace("{column: t}", "{column: t, format: soon}"), "time: 'soon' is no time format"),
        (MINIMAL.replace("{column: t}", "{column: t, format: '%H %Z'}"), "time: %Z reads names of zones"),
        (MINIMAL.replace("time: {column: t}\n", ""), "give `time` here or in every one of `events`"),
        (MINIMAL + "platform: console\n", "platform cannot be 'console': it is one of web, ios"),
        (MINIMAL.replace("quiz", "{column: f, values: {a: tests}}"), "events[0].feature cannot be 'tests'"),
        (MINIMAL.replace("quiz", "{column: f, otherwise: quiz}"), "give `values` too"),
        (MINIMAL.replace("quiz", "{constant: quiz, column: f}"), "write the value itself, or give either"),
        (MINIMAL.replace("quiz", "{constant: quiz, values: {a: chat}}"), "a constant needs neither"),
        (MINIMAL + "llm_rating: {column: s}\n", "llm_rating is read for `rated` events alone"),
        (MINIMAL + "ignore: [{a: ping}]\n", "ignore[0].a: write a list of values"),
        (MINIMAL + "ignore: [{a: []}]\n", "ignore[0].a: the list of values is empty"),
        (MINIMAL.replace("[{event_name: feature_used, feature: quiz}]", "[]"), "events: "),
        (MINIMAL + "engagement_seconds: {column: s, unit: h}\n", "engagement_seconds.unit: "),
    ],
)
def test_a_wrong_value_is_refused_with_its_place(wrong: str, sentence: str):
    with pytest.raises(AnalyticsError) as refused:
        mapped(wrong)
    assert sentence in str(refused.value)


def test_a_mapping_cannot_be_changed():
    with pytest.raises(ValidationError):
        mapped(MAPPING).zone = "Europe/Berlin"  # pyright: ignore[reportAttributeAccessIssue]
