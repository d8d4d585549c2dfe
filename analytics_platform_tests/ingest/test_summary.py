import json
from datetime import date

from analytics_platform.ingest import FileSummary, ReasonSummary, Summary

FILES = (FileSummary("a.csv", 10, 7, 2, 1, 6, 1), FileSummary("b.csv", 10, 10, 0, 0, 12, 0))
SUMMARY = Summary(
    outcome="refused",
    files=FILES,
    reasons=(ReasonSummary("missing user_id", 2, "a.csv", 3, "{}"),),
    days=(date(2025, 5, 1), date(2025, 5, 3)),
    users_added=2,
    users_changed=1,
    threshold=0.05,
)


def test_totals_are_the_sums_of_the_files():
    assert SUMMARY.totals == FileSummary("all", 20, 17, 2, 1, 18, 1)
    assert SUMMARY.quarantined_share == 0.1


def test_the_share_of_nothing_is_nothing():
    assert Summary("unchanged", (), (), (), 0, 0, 0.05).quarantined_share == 0


def test_the_mend_is_one_sentence_with_both_shares():
    assert SUMMARY.mend.startswith("2 of 20 rows (10.0%) were rejected, more than the 5.0% allowed")
    assert "--accept" in SUMMARY.mend


def test_plain_values_are_json():
    plain = json.loads(json.dumps(SUMMARY.as_dict()))
    assert plain["outcome"] == "refused"
    assert (plain["first_day"], plain["last_day"], plain["days"]) == ("2025-05-01", "2025-05-03", 2)
    assert plain["rows"] == sum(file["rows"] for file in plain["files"])
    assert plain["reasons"][0]["row_number"] == 3
