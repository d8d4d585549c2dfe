import pytest

from analytics_platform_tests.dashboards.experiment_lake import rows_of
from dashboards import recovery


@pytest.fixture(scope="module")
def rows() -> list[dict]:
    return rows_of("validation.recovery")


def test_the_headline_counts_intervals_and_admits_how_wrong_the_naive_is(rows: list[dict]):
    assert recovery.headline(rows) == (
        "2 of 3 intervals cover the planted truth; a naive analysis is off by up to 350% of it"
    )
    assert recovery.headline(rows[:1]) == "1 of 1 interval covers the planted truth"
    assert recovery.headline([]) == "No estimate could be compared with the planted truth yet"


def test_misses_of_believed_rows_lead_and_missing_numbers_are_words(rows: list[dict]):
    table = recovery.table(rows)
    assert [row[""] for row in table] == ["✕", "✓", "✓", "–", "✕"]
    assert [row["method"] for row in table[:2]] == ["AIPW (doubly robust)", "CUPED"]
    assert table[-1]["method"] == "Naive comparison (not meant to cover)"
    assert (table[-2]["estimate"], table[-2]["interval"]) == ("none", "none")
    assert "None" not in {value for row in table for value in row.values()}


def test_a_verdict_other_than_expected_is_told(rows: list[dict]):
    verdicts = {row["effect"]: row["verdict"] for row in recovery.table(rows)}
    assert verdicts["calmer_layout/engagement"] == "Ship"
    assert verdicts["tiny_pilot/converted"] == "Ship, expected Hold"
    assert recovery.table([{**rows[0], "verdict": None}])[0]["verdict"] == ""
