from dataclasses import replace

import polars as pl
import pytest

from analytics_platform.churn.importance import feature_importance
from analytics_platform.churn.tables import FEATURE_IMPORTANCE
from analytics_platform_tests.churn.conftest import Trained


@pytest.fixture(scope="module")
def rows(trained: Trained) -> pl.DataFrame:
    return pl.DataFrame(feature_importance(trained.history, trained.cut_offs[-1]))


def test_every_feature_has_its_share_overall_and_by_role(rows: pl.DataFrame, trained: Trained):
    own = rows.filter(pl.col("statistic") == "importance")
    assert set(own["segment"]) == {"all", "student", "teacher"}
    for _, group in own.group_by("segment"):
        assert sorted(group["feature"]) == sorted(trained.cut_offs[-1].model.design.features)
        assert group["share"].sum() == pytest.approx(1)


def test_being_away_goes_with_leaving_and_activity_with_staying(rows: pl.DataFrame):
    direction = dict(
        rows.filter(pl.col("segment") == "all", pl.col("statistic") == "importance")
        .select("feature", "direction")
        .iter_rows()
    )
    assert direction["recency_days"] > 0.5
    assert direction["recent_activity"] < -0.5


def test_pairs_of_trees_are_named_once(trained: Trained):
    trees = replace(trained.cut_offs[-1], champion="boosted")
    rows = pl.DataFrame(feature_importance(trained.history, trees))
    own = rows.filter(pl.col("statistic") == "interaction")
    assert 0 < own.height <= 15
    assert own.select("feature", "other_feature").n_unique() == own.height


def test_without_a_model_there_is_one_row_with_the_reason(trained: Trained):
    table = feature_importance(trained.history, None)
    assert table.schema == FEATURE_IMPORTANCE
    assert table["statistic"].to_pylist() == ["reason"]
