"""The panel is drawn at random, overlaps, and has the agreement and severities that were planted."""

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from analytics_platform.simulation import write_text_truth
from analytics_platform_tests.simulation.conftest import Simulated

GROUPS = ("teacher", "trained")


@pytest.fixture(scope="module")
def ratings(default: Simulated) -> pl.DataFrame:
    return default.frame("raw.human_ratings")


@pytest.fixture(scope="module")
def truth(default: Simulated) -> pl.DataFrame:
    write_text_truth(default.lake, default.world)
    return default.frame("truth.hallucinations")


def nominal_alpha(ratings: pl.DataFrame) -> float:
    """Krippendorff's alpha of 0/1 ratings from pairs within items, by its definition."""
    items = ratings.group_by("interaction_id").agg(count=pl.len(), ones=pl.col("score").sum())
    items = items.filter(pl.col("count") > 1)
    count, ones = items["count"].to_numpy(), items["ones"].to_numpy()
    total, positive = count.sum(), ones.sum()
    observed = (2 * ones * (count - ones) / (count - 1)).sum() / total
    expected = 2 * positive * (total - positive) / (total * (total - 1))
    return 1 - observed / expected


def asked(ratings: pl.DataFrame, criterion: str, group: str | None = None) -> pl.DataFrame:
    chosen = ratings.filter(pl.col("criterion") == criterion)
    return chosen if group is None else chosen.filter(pl.col("rater_group") == group)


def test_twelve_kept_answers_a_day_are_judged_by_three_or_four_raters_of_both_kinds(
    ratings: pl.DataFrame, default: Simulated
) -> None:
    seats = (
        asked(ratings, "unsupported")
        .group_by("event_date", "interaction_id")
        .agg(
            pl.len(),
            pl.col("rater_group").n_unique().alias("kinds"),
            pl.col("rater_id").n_unique().alias("raters"),
        )
    )
    assert set(seats["len"]) == {3, 4}
    assert set(seats["kinds"]) == {2}
    assert (seats["raters"] == seats["len"]).all()
    assert seats.group_by("event_date").len().filter(pl.col("len") > 12).is_empty()
    assert seats.height > 0.8 * 12 * default.world.days
    kept = default.frame("raw.interactions").filter(pl.col("output_text").is_not_null())
    assert seats.join(kept, on=["event_date", "interaction_id"]).height == seats.height


def test_every_kept_answer_has_the_same_chance_to_be_judged(
    ratings: pl.DataFrame, truth: pl.DataFrame
) -> None:
    judged = truth.filter(pl.col("error_type").ne_missing("refusal")).with_columns(
        is_judged=pl.col("interaction_id").is_in(ratings["interaction_id"].unique().implode())
    )
    by_error = judged.group_by("event_date").agg(
        pl.col("is_judged").filter(pl.col("is_unsupported")).mean().alias("err"),
        pl.col("is_judged").filter(~pl.col("is_unsupported")).mean().alias("clean"),
    )
    gap = (by_error["err"] - by_error["clean"]).drop_nulls().to_numpy()
    assert abs(gap.mean()) < 3.3 * gap.std() / np.sqrt(len(gap))


def test_criteria_have_their_scales_and_only_quizzes_are_asked_for_acceptance(
    ratings: pl.DataFrame, default: Simulated
) -> None:
    scales = {name: set(asked(ratings, name)["score"]) for name in ("unsupported", "helpful", "acceptable")}
    assert scales == {"unsupported": {0, 1}, "helpful": {1, 2, 3, 4, 5}, "acceptable": {0, 1}}
    features = default.frame("raw.interactions").select("interaction_id", "feature")
    quizzes = asked(ratings, "acceptable").join(features, on="interaction_id")
    assert set(quizzes["feature"]) == {"quiz"}


def test_judgements_come_within_two_days_of_the_answer(ratings: pl.DataFrame, default: Simulated) -> None:
    asked_at = default.frame("raw.interactions").select("interaction_id", "requested_at", "event_date")
    both = ratings.join(asked_at, on=["interaction_id", "event_date"])
    assert both.height == ratings.height
    delay = (both["rated_at"] - both["requested_at"]).dt.total_seconds().to_numpy()
    assert delay.min() >= 0
    assert 24 * 3600 < delay.max() <= 48 * 3600


def test_agreement_is_that_of_real_panels(ratings: pl.DataFrame) -> None:
    assert nominal_alpha(asked(ratings, "acceptable", "teacher")) == pytest.approx(0.363, abs=0.1)
    assert nominal_alpha(asked(ratings, "unsupported")) == pytest.approx(0.488, abs=0.08)
    teachers, trained = (nominal_alpha(asked(ratings, "unsupported", group)) for group in GROUPS)
    assert trained > teachers + 0.1


def test_teachers_accept_from_a_sixth_to_two_thirds_of_the_quizzes(ratings: pl.DataFrame) -> None:
    shares = asked(ratings, "acceptable", "teacher").group_by("rater_id").agg(pl.col("score").mean())["score"]
    assert 0.10 < shares.min() < 0.32
    assert 0.50 < shares.max() < 0.70


def accuracy(ratings: pl.DataFrame, truth: pl.DataFrame, *, unsupported: bool) -> pl.DataFrame:
    """Share of each rater's `unsupported` verdicts that are right on items of one kind."""
    rows = asked(ratings, "unsupported").join(truth, on="interaction_id")
    rows = rows.filter(pl.col("is_unsupported") == unsupported)
    return rows.group_by("rater_id").agg(n=pl.len(), right=(pl.col("score") == unsupported).mean())


@pytest.mark.parametrize(("planted", "unsupported"), [("sensitivity", True), ("specificity", False)])
def test_raters_notice_and_pass_as_planted(
    ratings: pl.DataFrame, truth: pl.DataFrame, default: Simulated, planted: str, *, unsupported: bool
) -> None:
    rows = accuracy(ratings, truth, unsupported=unsupported).join(
        default.frame("truth.raters"), on="rater_id"
    )
    share = rows[planted].to_numpy()
    error = (rows["right"].to_numpy() - share) / np.sqrt(share * (1 - share) / rows["n"].to_numpy())
    assert np.abs(error).max() < 4
    assert (error**2).sum() < 2.2 * len(error)


def ranks(values: pl.Series) -> NDArray[np.float64]:
    return values.rank().to_numpy()


def test_severe_raters_give_lower_scores(ratings: pl.DataFrame, default: Simulated) -> None:
    means = asked(ratings, "helpful").group_by("rater_id").agg(pl.col("score").mean())
    both = means.join(default.frame("truth.raters"), on="rater_id").filter(pl.col("rater_group") == "teacher")
    assert np.corrcoef(ranks(both["score"]), ranks(both["severity"]))[0, 1] < -0.8
    assert both["severity"].mean() == pytest.approx(0, abs=0.05)
