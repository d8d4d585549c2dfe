import pytest

from analytics_platform_tests.dashboards.experiment_lake import rows_of
from dashboards import recovery


@pytest.fixture(scope="module")
def rows() -> list[dict]:
    return rows_of("validation.recovery")


def test_the_headline_counts_intervals_and_admits_how_wrong_the_naive_is(rows: list[dict]):
    assert recovery.headline(rows) == (
        "2 of 3 intervals cover the planted truth; the naive comparison says +9.0% where +2.0% is true"
    )
    assert recovery.headline(rows[:1]) == "1 of 1 interval covers the planted truth"
    assert recovery.headline([]) == "No estimate could be compared with the planted truth yet"


def test_misses_of_believed_rows_lead_and_missing_numbers_are_words(rows: list[dict]):
    table = recovery.table(rows)
    assert [row[""] for row in table] == ["✕", "✕", "✓", "✓", "–"]
    assert [row["method"] for row in table[1:3]] == ["AIPW (doubly robust)", "CUPED"]
    assert table[0]["method"] == "Naive comparison (not meant to cover)"
    assert (table[-1]["estimate"], table[-1]["interval"]) == ("none", "none")
    assert (table[0]["users"], table[0]["off by"], table[-1]["off by"]) == ("exposed", "+7.0 pp", "not known")
    assert "None" not in {value for row in table for value in row.values()}


def test_a_verdict_other_than_expected_is_told(rows: list[dict]):
    verdicts = {row["effect"]: row["verdict"] for row in recovery.table(rows)}
    assert verdicts["calmer_layout/engagement"] == "Ship"
    assert verdicts["tiny_pilot/converted"] == "Ship, expected Hold"
    assert recovery.table([{**rows[0], "verdict": None}])[0]["verdict"] == ""
    several = {**rows[0], "verdict": "Stop", "expected_verdict": "Hold or Stop"}
    assert recovery.table([several])[0]["verdict"] == "Stop", "one of several that are right"


def test_the_subtitle_says_how_many_ought_to_cover_and_which_verdicts_are_right(rows: list[dict]):
    told = recovery.subtitle(rows)
    assert "95% intervals: about 3 of 3 ought to cover" in told
    assert "verdicts" not in told
    verdict = {**rows[0], "method": "decision", "is_decisive": False, "expected_verdict": "Ship"}
    open_ended = {**verdict, "verdict": "Hold", "note": "No error: the data leave open what was planted."}
    told = recovery.subtitle([verdict, open_ended, {**verdict, "verdict": "Stop"}])
    assert "2 of 3 verdicts as planted or left open by the data" in told


def test_only_what_decides_or_warns_is_shown_at_first(rows: list[dict]):
    other = {**rows[0], "method": "post_stratified", "is_decisive": False}
    assert recovery.believed([*rows, other]) == rows
