import pytest

from analytics_platform_tests.dashboards.experiment_lake import rows_of
from dashboards import sample_ratio


def rows(name: str) -> list[dict]:
    return [row for row in rows_of("experiments.srm") if row["experiment_id"] == name]


def test_the_headline_says_whether_sizes_fit_the_plan():
    assert sample_ratio.headline(rows("calmer_layout")) == "Group sizes fit the plan (p = 0.10)"
    assert sample_ratio.headline(rows("streak_reminders")) == (
        "Group sizes do not fit the plan: some units are missing (p < 0.001)"
    )
    assert sample_ratio.headline([]) == "Group sizes have not been checked yet"


def test_a_mismatch_in_a_part_alone_is_not_called_a_fit():
    whole, *parts = rows("streak_reminders")
    mended = {**whole, "is_mismatch": False, "p_value": 0.4}
    assert "overall but not in every part" in sample_ratio.headline([mended, *parts])


def test_what_cannot_be_tested_is_said():
    (row,) = [row for row in rows("calmer_layout") if row["scope"] == "overall"]
    told = sample_ratio.headline([{**row, "reason": "a variant has no units"}])
    assert told == "Group sizes: cannot be estimated because a variant has no units"


def test_observed_stands_beside_planned():
    told = sample_ratio.subtitle(rows("streak_reminders"))
    assert "observed control 5,300 · treatment 4,700, planned control 5,000 · treatment 5,000" in told
    assert told.endswith("however often one looks: p < 0.001")
    assert sample_ratio.subtitle([]) == ""


def test_failing_parts_are_named_and_days_counted():
    assert sample_ratio.failing(rows("streak_reminders")) == (
        "The mismatch lies in platform android (control 5,300 · treatment 4,700) and 7 days of 14."
    )
    assert "Of 16 days and segments checked, none stands out." in sample_ratio.failing(rows("calmer_layout"))
    assert sample_ratio.failing(rows("calmer_layout")[:1]) == "No days or segments were checked."


@pytest.mark.parametrize(("name", "failing"), [("calmer_layout", 0), ("streak_reminders", 7)])
def test_each_day_is_a_point_and_failing_ones_stand_out(name: str, failing: int):
    fine, bad = sample_ratio.day_chart(rows(name)).data
    assert (len(fine.x) + len(bad.x), len(bad.x)) == (14, failing)
    assert fine.marker.symbol != bad.marker.symbol


def test_the_axis_reaches_the_smallest_p_value():
    low, high = sample_ratio.day_chart(rows("streak_reminders")).layout.yaxis.range
    assert 10**low < 2e-9 < 10**high
    assert sample_ratio.day_chart([]).layout.yaxis.range[0] < -3
