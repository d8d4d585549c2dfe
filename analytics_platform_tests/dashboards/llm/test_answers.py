from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_platform_tests.dashboards.llm import quality_lake
from dashboards.llm import answers, sources

ROWS = quality_lake.rows_of(sources.WORST)


class Read(HTMLParser):
    """What a browser would make of HTML: its tags and its text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert {name for name, _ in attrs} <= {"style"}

    def handle_data(self, data: str) -> None:
        self.text += data


def test_hostile_text_keeps_every_character_and_makes_no_tag():
    read = Read(answers.as_html(quality_lake.HOSTILE, [(0, 37)]))
    assert read.tags == ["div", "mark"]
    assert read.text == quality_lake.HOSTILE


@given(
    st.text(alphabet="<>&\"'/=scriptdvmak {}$*`\n", min_size=1),
    st.lists(st.tuples(st.integers(-3, 60), st.integers(-3, 60))),
)
def test_any_text_with_any_spans_is_shown_as_it_is(text: str, ends: list[tuple[int, int]]):
    spans = answers.spans_of(str([list(pair) for pair in ends]), len(text))
    read = Read(answers.as_html(text, spans))
    assert read.text == text
    assert read.tags == ["div"] + ["mark"] * len(spans)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[[2, 5]]", [(2, 5)]),
        ('[[4, 8, "number"], [2, 5]]', [(2, 8)]),
        ("[[7, 99]]", [(7, 10)]),
        ('[[5, 5], [8, 2], ["a", 3], 4]', []),
        ("{not json", []),
        (None, []),
        ("{}", []),
    ],
)
def test_spans_are_ordered_cut_and_never_trusted(text: str | None, found: list[tuple[int, int]]):
    assert answers.spans_of(text, 10) == found


def test_a_text_that_was_not_captured_is_told():
    assert "not captured" in answers.as_html(None)


def test_verdicts_of_experts_stand_beside_the_detector():
    assert answers.verdicts(ROWS[0]).endswith("Experts: 2 of 3 call it unsupported.")
    assert answers.verdicts(ROWS[1]).endswith("No expert has judged it.")
    assert answers.headline(ROWS).endswith("experts judged 1 and call 1 of them unsupported")
    assert answers.headline(ROWS[1:]).endswith("no expert has judged one of them yet")


def test_the_queue_says_why_it_asks():
    told = answers.queue_headline(quality_lake.rows_of(sources.QUEUE))
    assert told == ("3 answers to label next: 2 because the judge is in doubt and 1 as a check of the rest")
