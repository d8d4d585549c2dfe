"""The fact base is complete enough to be drawn from, and every verb can be worded."""

from collections import Counter

from analytics_platform.simulation.text.facts import courses
from analytics_platform.simulation.text.grammar import wording
from analytics_platform.simulation.text.verbs import verb_form


def test_ten_courses_have_twenty_topics_of_at_least_five_facts() -> None:
    assert len(courses()) == 10
    for course in courses():
        assert len(course.topics) >= 20, course.name
        assert len({topic.name for topic in course.topics}) == len(course.topics)
        assert min(len(topic.facts) for topic in course.topics) >= 5, course.name
        assert 1 <= course.first_grade <= course.last_grade <= 12
    assert sum(len(topic.facts) for course in courses() for topic in course.topics) > 1_300


def test_no_fact_stands_twice_and_numbers_are_numbers() -> None:
    facts = [fact for course in courses() for topic in course.topics for fact in topic.facts]
    assert (
        max(Counter((f.subject, f.relation, f.object, f.unit) for f in facts if f.kind != "date").values())
        == 1
    )
    years = [fact.number for fact in facts if fact.kind == "date"]
    assert min(years) > 0
    assert max(years) < 2026
    assert all(fact.number == fact.number for fact in facts if fact.value)


def test_every_verb_has_other_words() -> None:
    verbs = {f.relation for c in courses() for t in c.topics for f in t.facts if f.kind == "relation"}
    assert verbs <= wording()["verbs"].keys()


def test_verbs_are_inflected() -> None:
    expected = {
        ("carry", "third"): "carries",
        ("push away", "third"): "pushes away",
        ("stop", "past"): "stopped",
        ("give off", "past"): "gave off",
        ("write", "participle"): "written",
        ("convey", "past"): "conveyed",
        ("be behind", "third"): "is behind",
    }
    assert {key: verb_form(*key) for key in expected} == expected
