from analytics_platform_tests.dashboards.churn import rows
from dashboards.charts import GREEN, GREY, VERMILLION
from dashboards.churn import why

IMPORTANCE = [{**dict.fromkeys(why.IMPORTANCE_COLUMNS), **row} for row in rows.importance()]
DRIVERS = [{**dict.fromkeys(why.DRIVER_COLUMNS), **row} for row in rows.drivers()]


def test_the_strongest_features_lead_the_headline():
    assert why.segments(IMPORTANCE) == ["all", "teacher"]
    assert why.headline(IMPORTANCE, "all") == (
        "Most goes by days since last active, activity of late, plan: 100% of all"
    )
    assert why.headline([], "all") == "There is no model yet to explain"


def test_a_bar_s_colour_and_words_say_the_direction():
    bars = why.chart(why.importances(IMPORTANCE, "all")).data[0]
    assert list(bars.marker.color) == [VERMILLION, GREEN, GREY]
    assert list(bars.text) == [" leaves", " stays", " either"]
    assert why.pairs(IMPORTANCE) == ["What recency says depends on plan. (0.05)"]


def test_three_kinds_of_evidence_stand_side_by_side():
    quiz, paid = why.evidence(DRIVERS)
    predictive, bound, randomised = (quiz[title] for title in why.KINDS.values())
    assert predictive == "-0.10 (n = 900)"
    assert bound.startswith(
        "plain difference -27.0 points (-30.0 points to -24.0 points) · Double machine learning"
    )
    assert randomised == "nudge: +1.0 (-1.0 to +3.0) points of D7 retention"
    assert paid[why.KINDS["randomised"]] == "No experiment so far is known to have moved it."


def test_what_is_no_share_has_its_own_unit():
    days = [{**row, "outcome": "active_days"} if row["evidence"] == "randomised" else row for row in DRIVERS]
    told = why.evidence(days)[0][why.KINDS["randomised"]]
    assert told == "nudge: +0.01 (-0.01 to +0.03) active days per user"


def test_the_headline_says_on_which_side_the_driver_stands():
    risen = [{**row, "estimate": 0.02} if row["method"] == "naive_difference" else row for row in DRIVERS]
    assert why.evidence_headline(risen).startswith("What goes with leaving need not cause it: ")


def test_a_withheld_comparison_is_told_by_its_overlap():
    empty = dict.fromkeys(("estimate", "low", "high", "robustness_value", "robustness_value_interval"))
    withheld = [
        {**row, **empty, "sentence": "Withheld: ...", "overlap_outside": 0.92}
        if row["method"] == "dml"
        else row
        for row in DRIVERS
    ]
    assert why.notes(withheld)[0].endswith(
        "92% of n = 900 were nearly certain to have it, or not to; too many to compare the rest."
    )
    assert why.evidence(withheld)[0][why.KINDS["assumption_bound"]].endswith("Withheld: ...")


def test_the_headline_is_the_driver_that_misleads_most():
    assert why.evidence_headline(DRIVERS) == (
        "What goes with staying need not cause it: took a quiz in 28 days goes with -27.0 points leaving, "
        "-1.4 points among users alike in the rest"
    )
    assert why.evidence_headline(DRIVERS[:1]) == "Too few users to tell causes from company"


def test_overlap_and_sensitivity_are_told():
    (told,) = why.notes(DRIVERS)
    assert "10% of n = 900 were nearly certain" in told
    assert "a hidden cause of 1.2%" in told
