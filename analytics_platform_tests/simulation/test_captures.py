"""Which interactions keep texts, how often answers err by version, and what no text may change."""

import numpy as np
import polars as pl
import pytest

from analytics_platform.errors import AnalyticsError
from analytics_platform.settings import Settings
from analytics_platform.simulation import World, load_world, simulate, write_text_truth
from analytics_platform.simulation.captures import Archive
from analytics_platform.simulation.interactions import Answers
from analytics_platform.simulation.tables import FEATURES
from analytics_platform_tests.simulation.conftest import Simulated, simulated, world_of

TEXT_FEATURES = ("summarize", "quiz", "explain")
TEXTS = ("source_text", "output_text", "grade_level", "subject")


@pytest.fixture(scope="module")
def kept(default: Simulated) -> pl.DataFrame:
    """Interactions with texts and what is planted in them; `day` is the day of the world."""
    write_text_truth(default.lake, default.world)
    truth = default.frame("truth.hallucinations").drop(
        "event_date", "feature", "model_version", "prompt_version"
    )
    rows = default.frame("raw.interactions").filter(pl.col("source_text").is_not_null())
    return rows.join(truth, on="interaction_id", how="left").with_columns(
        day=(pl.col("event_date") - default.world.first_day).dt.total_days()
    )


def share_of(rows: pl.DataFrame, *conditions: pl.Expr) -> float:
    """Answers that err among those that answered at all."""
    chosen = rows.filter(pl.col("status") == "ok", *conditions)
    errs = pl.col("error_type").is_not_null() & (pl.col("error_type") != "format_failure")
    return chosen.select(errs.fill_null(value=False).mean()).item()


def test_a_tenth_of_summaries_quizzes_and_explanations_keeps_texts(default: Simulated) -> None:
    rows = default.frame("raw.interactions").with_columns(is_kept=pl.col("source_text").is_not_null())
    texts = rows.filter(pl.col("feature").is_in(TEXT_FEATURES))
    assert texts["is_kept"].mean() == pytest.approx(0.1, abs=0.01)
    assert rows.filter(~pl.col("feature").is_in(TEXT_FEATURES))["is_kept"].sum() == 0
    assert rows.filter(~pl.col("is_kept")).select(pl.col(TEXTS).is_not_null().sum()).row(0) == (0, 0, 0, 0)
    kept = rows.filter("is_kept")
    assert kept.select(pl.col("grade_level", "subject").is_null().sum()).row(0) == (0, 0)
    assert (kept["output_text"].is_null() == (kept["status"] == "error")).all()


def test_every_kept_answer_has_its_truth_and_every_refusal_refuses(kept: pl.DataFrame) -> None:
    answered = kept.filter(pl.col("output_text").is_not_null())
    assert answered["text_id"].null_count() == 0
    refused = answered.filter(pl.col("status") == "refused")
    assert set(refused["error_type"]) == {"refusal"}
    assert "refusal" not in set(answered.filter(pl.col("status") == "ok")["error_type"])


def test_errors_are_as_frequent_as_planted_for_the_first_versions(kept: pl.DataFrame) -> None:
    first = (pl.col("model_version") == "tutor-1", pl.col("day") < 52)
    bands = {"summarize": (0.10, 0.20), "quiz": (0.16, 0.27), "explain": (0.07, 0.17)}
    for feature, (low, high) in bands.items():
        assert low < share_of(kept, pl.col("feature") == feature, *first) < high


def logits(world: World, *, model: int, prompt: int, day: int, quality: float = 0.0) -> np.ndarray:
    """Log odds of an error by feature with texts."""
    count = len(TEXT_FEATURES)
    answers = Answers(
        quality=np.full(count, quality),
        status=np.zeros(count, np.int8),
        rating=np.zeros(count, np.int8),
        model=np.full(count, model),
        prompt=prompt,
    )
    feature = np.array([FEATURES.index(name) for name in TEXT_FEATURES], np.int8)
    share = Archive(world).error_share(feature, answers.model, answers, np.arange(count), day)
    return np.log(share / (1 - share))


def test_versions_quality_and_the_silent_fault_move_errors_by_their_logits() -> None:
    world = world_of(users=200)
    base = logits(world, model=0, prompt=0, day=10)
    assert base == pytest.approx([-1.75, -1.35, -2.0])
    assert logits(world, model=0, prompt=1, day=60) - base == pytest.approx(-0.25)
    assert logits(world, model=1, prompt=0, day=10) - base == pytest.approx(-0.4)
    assert logits(world, model=0, prompt=0, day=10, quality=-2.0) - base == pytest.approx(0.7)
    for day, change in ((69, 0.0), (70, 0.68), (97, 0.68), (98, 0.0)):
        assert logits(world, model=0, prompt=0, day=day) - base == pytest.approx(change)
        assert logits(world, model=1, prompt=0, day=day) - base == pytest.approx(-0.4)


def test_the_silent_fault_shows_in_errors_and_in_no_version_name(kept: pl.DataFrame) -> None:
    first = pl.col("model_version") == "tutor-1"
    before = share_of(kept, first, pl.col("day").is_between(52, 69))
    during = share_of(kept, first, pl.col("day").is_between(70, 97))
    assert 1.3 < during / before < 2.4
    names = kept.filter(pl.col("day").is_between(52, 97))
    assert names["prompt_version"].unique().to_list() == ["prompt-2"]


def test_without_texts_every_other_column_is_the_same(
    small: Simulated, tmp_path: pytest.TempPathFactory
) -> None:
    tree = tmp_path / "silent.yaml"
    tree.write_text("texts: {captured_share: 0, regressions: []}\npanel: {items_a_day: 0}\n")
    silent = simulated(tmp_path, load_world(Settings(users=800, days=40, world=tree)))
    assert silent.rows["raw.human_ratings"] == 0
    assert silent.frame("raw.interactions")["source_text"].null_count() == silent.rows["raw.interactions"]
    for table in ("raw.events", "raw.users", "raw.classrooms", "raw.exposures"):
        assert silent.frame(table).equals(small.frame(table)), table
    assert silent.frame("raw.interactions").drop(TEXTS).equals(small.frame("raw.interactions").drop(TEXTS))


def test_a_fault_of_an_unknown_model_or_that_ends_before_it_begins_is_refused(
    tmp_path: pytest.TempPathFactory,
) -> None:
    tree = tmp_path / "world.yaml"
    fault = "texts: {{regressions: [{{model: {}, from_day: {}, to_day: 9, error_logit: 1}}]}}"
    tree.write_text(fault.format("tutor-9", 5))
    with pytest.raises(AnalyticsError, match=r"texts.regressions: no model is called tutor-9"):
        load_world(Settings(world=tree))
    tree.write_text(fault.format("tutor-1", 12))
    with pytest.raises(AnalyticsError, match="to_day 9 lies before from_day 12"):
        load_world(Settings(world=tree))


def test_the_truth_of_one_day_is_that_of_its_rows(small: Simulated) -> None:
    assert simulate(small.lake, small.world, small.world.window) == small.rows
    rows = write_text_truth(small.lake, small.world)
    truth = small.frame("truth.hallucinations")
    answered = small.frame("raw.interactions").filter(pl.col("output_text").is_not_null())
    assert rows["truth.hallucinations"] == truth.height == answered.height
    assert truth.join(answered, on=["interaction_id", "event_date", "model_version"]).height == truth.height
