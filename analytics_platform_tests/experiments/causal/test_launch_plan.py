from datetime import date
from pathlib import Path

import pytest

from analytics_platform.errors import AnalyticsError
from analytics_platform.experiments.causal.launch_plan import calendar_shares, load_plan


def test_the_shipped_plan_is_valid():
    plan = load_plan()
    assert plan.feature == "flashcards"
    assert "DE" in plan.calendars


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("feature: abacus", "'abacus' is none of"),
        ("features: quiz", "field feature"),
        ("feature: quiz\ncalendars: {DE: {breaks: [['13-01', '12-02']]}}", "calendars.DE.breaks"),
        ("feature: [", "cannot be read as YAML"),
    ],
)
def test_a_wrong_plan_is_refused_by_file_and_field(tmp_path: Path, text: str, told: str):
    path = tmp_path / "plan.yaml"
    path.write_text(text)
    with pytest.raises(AnalyticsError, match=told):
        load_plan(path)


def test_shares_count_days_of_spans_that_cross_the_year():
    shares = calendar_shares(load_plan(), "US", date(2025, 12, 29), 2)
    assert shares[0].tolist() == [1.0, 0.0]
    assert calendar_shares(load_plan(), "XX", date(2025, 12, 29), 2).sum() == 0
