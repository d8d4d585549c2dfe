"""`ratings_daily` and `quality_daily` against counts made row by row."""

import numpy as np
import polars as pl
import pytest

from analytics_platform.lakehouse import DuckDBEngine
from analytics_platform_tests.llm_quality.quality_lake import QualityLog


def rows(engine: DuckDBEngine, table: str) -> pl.DataFrame:
    return engine.lake.scan(table).collect()


def test_ratings_of_a_day_are_counted_and_averaged(quality: DuckDBEngine, quality_log: QualityLog):
    stars = pl.DataFrame(quality_log.events).with_columns(pl.col("event_time").dt.date().alias("event_date"))
    expected = stars.group_by("event_date").agg(
        n=pl.len(), mean=pl.col("llm_rating").mean(), good=(pl.col("llm_rating") >= 4).mean()
    )
    found = rows(quality, "llm_quality.ratings_daily").filter(dimension="overall")
    both = found.join(expected, on="event_date")
    assert both.height == expected.height == 60
    assert (both["ratings"] == both["n"]).all()
    assert np.allclose(both["rating_mean"], both["mean"])
    assert np.allclose(both["satisfied_share"], both["good"])
    assert np.allclose(both["rated_share"], both["n"] / 60)


def test_fewer_than_30_users_have_no_interval(quality: DuckDBEngine):
    found = rows(quality, "llm_quality.ratings_daily")
    assert found.filter(pl.col("users") < 30)["rating_low"].null_count() > 0
    assert found.filter(pl.col("users") < 30)["rating_low"].drop_nulls().is_empty()


def test_the_interval_of_a_mean_is_that_of_users_as_clusters(quality: DuckDBEngine, quality_log: QualityLog):
    day, scores = quality_log.scores[0]["event_date"], pl.DataFrame(quality_log.scores)
    own = (
        scores.filter(event_date=day)
        .group_by("user_id")
        .agg(n=pl.len(), total=pl.col("unsupported_probability").sum())
    )
    mean = own["total"].sum() / own["n"].sum()
    residuals = (own["total"] - mean * own["n"]).to_numpy()
    users = own.height
    reach = 1.959964 * np.sqrt((residuals**2).sum() * users / (users - 1)) / own["n"].sum()
    found = (
        rows(quality, "llm_quality.quality_daily")
        .filter(event_date=day, dimension="overall")
        .row(0, named=True)
    )
    assert found["unsupported_probability_mean"] == pytest.approx(mean)
    assert found["unsupported_probability_low"] == pytest.approx(mean - reach)
    assert found["unsupported_probability_high"] == pytest.approx(mean + reach)


def test_quality_is_counted_by_segment(quality: DuckDBEngine, quality_log: QualityLog):
    calls = pl.DataFrame(quality_log.interactions).with_columns(
        pl.col("requested_at").dt.date().alias("event_date")
    )
    expected = calls.group_by("event_date", pl.col("model_version").alias("segment")).agg(
        n=pl.len(),
        ok=(pl.col("status") == "ok").sum(),
        cost=pl.col("cost_usd").sum(),
        p95=pl.col("latency_ms").quantile(0.95, "linear"),
    )
    found = rows(quality, "llm_quality.quality_daily").filter(dimension="model_version")
    both = found.join(expected, on=["event_date", "segment"])
    assert both.height == found.height == expected.height
    assert (both["interactions"] == both["n"]).all()
    assert (both["answered"] == both["ok"]).all()
    assert np.allclose(both["cost_usd"], both["cost"])
    assert np.allclose(both["latency_p95_ms"], both["p95"])
    good = both["ok"] * (1 - both["unsupported_probability_mean"])
    assert np.allclose(both["cost_per_good_answer_usd"], both["cost"] / good)
