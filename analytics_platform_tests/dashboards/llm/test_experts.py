"""Agreement, severity, the gap and the judge: the pure parts of the view Experts and judges."""

from typing import Any

import pytest

from analytics_platform_tests.dashboards.llm import quality_lake
from dashboards.llm import agreement, judge, raters, sources

AGREEMENT = quality_lake.rows_of(sources.AGREEMENT)
SEVERITY = quality_lake.rows_of(sources.SEVERITY)
GAP = quality_lake.rows_of(sources.GAP)
JUDGE = judge.of(quality_lake.rows_of(sources.CALIBRATION), "detector", "unsupported")


def shifted(by: float) -> list[dict[str, Any]]:
    names = ("alpha", "alpha_low", "alpha_high")
    return [{**row, **{name: row[name] + by for name in names}} for row in AGREEMENT]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            AGREEMENT,
            "Experts agree too little to lean on one of them: α = 0.59 on “helpful”, 0.46 on “unsupported”",
        ),
        (shifted(0.4), "Experts agree well: α = 0.99"),
        (shifted(0.2), "Experts agree in part: α = 0.79"),
        ([{**row, "alpha": None} for row in AGREEMENT], "Too few answers were judged twice"),
    ],
)
def test_agreement_is_held_against_krippendorffs_marks(rows: list[dict[str, Any]], said: str):
    assert agreement.headline(rows).startswith(said)


def test_agreement_by_group_has_interval_and_n_or_too_few():
    rows = agreement.forest_rows(
        [*AGREEMENT[:2], {**AGREEMENT[1], "segment": "trained", "alpha": None, "items": 4}]
    )
    assert [row.text for row in rows] == [
        "0.46 (0.40 to 0.52), n = 500", "0.36 (0.30 to 0.42), n = 500", "too few, n = 4",
    ]  # fmt: skip
    assert "87.0% (84.0% to 90.0%); no judge can be asked for more" in agreement.ceilings(AGREEMENT)[0]
    assert agreement.table(AGREEMENT)[0]["AC1"] == "–"


def test_the_strictest_come_first_and_the_unusual_stand_out():
    assert raters.severity_headline(SEVERITY) == (
        "1 of 6 experts stand out by severity; strictest and mildest are 0.50 apart on “helpful”"
    )
    rows = raters.severity_rows(SEVERITY)
    assert (rows[0].label, rows[0].tone, rows[0].text) == (
        "6, trained", "moved", "+0.30 (+0.15 to +0.45), n = 200",
    )  # fmt: skip
    calm = [{**row, "is_unusual": False} for row in SEVERITY]
    assert raters.severity_headline(calm).startswith("None of 6 experts stands out")
    many = [{**SEVERITY[0], "rater_id": at} for at in range(60)]
    assert len(raters.severity_rows(many)) == raters.MOST


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            {},
            "Teachers rate the same item higher than students: +0.13 (+0.02 to +0.24); the raw",
        ),
        ({"within_item_gap": -0.2, "gap_low": -0.3, "gap_high": -0.1}, "Teachers rate the same item lower"),
        ({"gap_low": -0.01}, "No difference shown between teachers and students on the same item"),
        ({"gap_low": None}, "Too few answers were rated by both"),
    ],
)
def test_the_gap_is_told_within_the_item_beside_the_raw_one(values: dict[str, Any], said: str):
    assert raters.gap_headline([{**GAP[0], **values}]).startswith(said)


def test_the_raw_gap_is_drawn_below_the_one_within_items():
    first, second = raters.gap_rows(GAP)
    assert (first.label, first.tone) == ("stars, same answer", "moved")
    assert first.shadow is not None
    assert first.shadow.estimate == pytest.approx(0.05)
    assert (second.tone, second.text) == ("noise", "-0.05 (-0.30 to +0.20), n = 300")


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        (
            (0.74, 0.82),
            "The judge is a weak signal: AUROC 0.78 (0.74 to 0.82); it flags 66.0% of bad and 24.0% of good",
        ),
        ((0.48, 0.82), "The judge is no better than guessing"),
        ((0.88, 0.95), "The judge is a strong signal"),
        ((None, None), "Too few answers were judged by both"),
    ],
)
def test_a_judge_is_called_what_its_interval_allows(ends: tuple[float | None, float | None], said: str):
    low, high = ends
    rows = [{**row, "low": low, "high": high} if row["measure"] == "auroc" else row for row in JUDGE]
    assert judge.headline(rows).startswith(said)


def test_bins_are_drawn_with_intervals_beside_the_line_as_said():
    figure = judge.chart(JUDGE)
    assert list(figure.data[1].x) == pytest.approx([0.05 + at / 10 for at in range(10)])
    assert figure.data[1].error_y.array[4] == pytest.approx(0.03)
    assert judge.calibration(JUDGE).startswith("Its probability is too high by 7.0 points (-9.0 to -5.0)")
    assert judge.calibration([]) == ""


def test_measures_have_intervals_and_n_and_judges_can_be_chosen():
    assert judge.table(JUDGE)[0] == {
        "measure": "AUROC",
        "estimate (95%)": "0.780 (0.740 to 0.820)",
        "n": "700",
    }
    other = [{**JUDGE[0], "judge": "a_judge"}, *JUDGE]
    assert list(judge.judges(other)) == ["detector: unsupported", "a_judge: unsupported"]
