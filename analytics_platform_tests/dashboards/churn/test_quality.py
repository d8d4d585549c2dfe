import pytest

from analytics_platform_tests.dashboards.churn import rows
from dashboards.churn import quality

CARDS = [{**dict.fromkeys(quality.COLUMNS), **row} for row in rows.cards()]
CEILING = [{"snapshot_date": None, "model": None, **row} for row in rows.ceiling()]


def edited(metric: str, **values: object) -> list[dict[str, object]]:
    return [{**row, **values} if row["metric"] == metric else row for row in CARDS]


@pytest.mark.parametrize(
    ("cards", "said"),
    [
        (CARDS, "The model ranks leavers better than days since the last visit: AUC 0.900, +0.020"),
        (edited("auc_over_rule", low=-0.001), "No sure gain over days since the last visit"),
        (edited("auc_over_rule", low=-0.03, high=-0.01), "The model ranks leavers worse"),
        (
            edited("champion", model="recency_rule"),
            "The recency rule scores: no model has been shown to beat it",
        ),
        (
            [{**CARDS[0], "metric": "reason", "split": "in_force", "sentence": "Too few."}],
            "No model yet: too few",
        ),
    ],
)
def test_the_headline_follows_the_interval_of_the_lead(cards: list[dict[str, object]], said: str):
    assert quality.headline(cards).startswith(said)


def test_every_candidate_stands_beside_the_rule_the_champion_first():
    table = quality.comparison(CARDS)
    assert list(table[0]) == [
        "measure", "Blend (scores)", "Boosted trees", "Logistic regression", "Recency rule",
        "lead over the rule",
    ]  # fmt: skip
    assert table[0]["Blend (scores)"] == "0.900 (0.890 to 0.910)"
    assert table[0]["lead over the rule"] == "+0.020 (+0.016 to +0.024)"
    assert quality.comparison([]) == []


def test_the_warning_says_what_a_random_split_would_claim():
    told = quality.warning(CARDS)
    assert told is not None
    assert "0.950 (0.940 to 0.960); on days to come they reach 0.898" in told
    assert quality.warning([row for row in CARDS if row["split"] != "random_split_warning"]) is None


def test_calibration_is_drawn_with_intervals_on_the_diagonal():
    figure = quality.calibration_chart(CARDS)
    assert len(figure.data[1].x) == 9
    assert figure.data[1].error_y.array[0] == pytest.approx(0.03)
    assert quality.calibration_headline(CARDS) == ("62.0% were expected to leave, 60.0% did (59.0% to 61.0%)")


def test_the_ceiling_is_told_and_drawn_where_truth_is_known():
    told = quality.ceiling_headline(CEILING)
    assert told == (
        "Nobody could know better than AUC 0.920: the scores reach 96.2% (95.2% to 97.2%) of what can be "
        "known above guessing; 97.6% on the 1 of 2 days that a trained model scored"
    )
    trained = [row for row in CEILING if row["model"] != "recency_rule"]
    assert "trained model" not in (quality.ceiling_headline(trained) or "")
    assert [trace.name for trace in quality.ceiling_chart(CEILING).data] == [
        "oracle",
        "scores",
        "recency rule",
    ]
    assert quality.ceiling_headline([]) is None


def test_the_card_tells_data_choice_drift_limits_and_segments():
    assert quality.facts(CARDS) == [
        "Fitted on 9 snapshots.",
        "Least mean log loss over 2 days tried.",
        "What goes with leaving need not cause it.",
    ]
    assert quality.drifted(CARDS) == "Moved since training (stability index above 0.25): quiz share."
    assert "largest stability index is 0.04" in quality.drifted(edited("psi", estimate=0.04))
    student, teacher = quality.segments(CARDS)
    assert student["AUC"] == "0.900 (0.890 to 0.910)"
    assert teacher["AUC"] == "too few"
