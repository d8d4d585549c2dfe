from typing import Any

import pytest

from analytics_platform_tests.dashboards.llm import quality_lake
from dashboards.llm import prevalence, sources

ALL = quality_lake.rows_of(sources.PREVALENCE)
ROWS = prevalence.chosen(ALL, "panel")


def edited(method: str, **values: Any) -> list[dict[str, Any]]:
    return [{**row, **values} if row["method"] == method else row for row in ROWS]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (ROWS, "unsupported claim (13.0% to 17.0%); the detector’s word, 20.0%, is too high"),
        (edited("naive", estimate=0.04), "4.0%, is too low"),
        (edited("naive", estimate=0.16), "16.0%, lies within"),
        (edited("ppi", low=None), "Too few labels of experts to say how many answers are unsupported"),
        ([row for row in ROWS if row["method"] != "naive"], "claim (13.0% to 17.0%)"),
    ],
)  # fmt: skip
def test_the_headline_says_whether_the_judges_word_misleads(rows: list[dict[str, Any]], said: str):
    assert prevalence.headline(rows).endswith(said)


def test_every_group_has_a_row_and_few_labels_are_never_a_share():
    figure = prevalence.chart(ROWS)
    texts = [each.text for each in figure.layout.annotations]
    assert texts[:2] == ["<b>All answers</b>", "15.0% (13.0% to 17.0%), n = 800"]
    assert texts[texts.index("<b>summarize</b>") + 1] == "too few, n = 12"
    assert "<b>model tutor-2</b>" in texts
    assert [len(trace.x) for trace in figure.data] == [5, 5, 6]
    assert figure.data[0].error_x.array[0] == pytest.approx(0.02)


def test_names_out_of_a_log_are_no_markup_in_a_chart():
    rows = [{**row, "segment": "<a href='x'>all</a>"} for row in ROWS if row["dimension"] == "feature"]
    text = prevalence.chart(rows).layout.annotations[0].text
    assert text == "<b>&lt;a href='x'&gt;all&lt;/a&gt;</b>"


def test_the_subtitle_gives_window_population_and_n():
    told = prevalence.subtitle(ROWS)
    assert "Wed 1 Oct 2025 to Mon 29 Dec 2025 · n = 800 answers labelled, 20,000 scored" in told
    assert told.endswith("α = 0.46")


def test_what_the_detector_adds_is_told_in_labels():
    assert prevalence.gain(ROWS).endswith("800 labels are worth 1,120 without it.")
    assert "evenly drawn" in prevalence.gain(edited("ppi", effective_labels=700.0))
    assert prevalence.gain(edited("ppi", **{"lambda": None})) == ""


def test_the_other_kind_of_label_is_told_beside():
    assert prevalence.other_labels(ALL, "panel").endswith("(Dawid–Skene): 13.0% (11.0% to 15.0%).")
    assert prevalence.other_labels(ALL, "consensus") == "By the experts’ mean: 15.0% (13.0% to 17.0%)."
    assert prevalence.other_labels(ROWS, "panel") == ""
