"""Tables of experts, judges, versions and drift on a lake whose truth is known."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from analytics_platform.lakehouse import DuckDBEngine, Lake
from analytics_platform.llm_quality import drift, panel, panel_tables, prevalence, versions
from analytics_platform.llm_quality.agreement import one_against_others
from analytics_platform.llm_quality.panel import Criterion, level_of
from analytics_platform.llm_quality.tables import DESCRIPTIONS, KEYS, SCHEMAS, as_table
from analytics_platform.llm_quality.version_comparisons import verdict
from analytics_platform.stats.estimate import Estimate
from analytics_platform_tests.derived_rows import day
from analytics_platform_tests.llm_quality.quality_lake import (
    BAD_SPELL,
    DAYS,
    RELEASE,
    TEACHER_STARS,
    WHOLE,
    QualityLog,
    write_quality,
)

Tables = dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def tables(quality: DuckDBEngine) -> Tables:
    found = panel_tables.whole_tables(quality, WHOLE.last_day, 1)
    for name, table in found.items():
        assert table.schema.equals(SCHEMAS[name])
    return {name.partition(".")[2]: pl.DataFrame(table) for name, table in found.items()}


def test_every_table_has_columns_a_sentence_and_a_key_that_names_its_rows(tables: Tables):
    assert SCHEMAS.keys() == DESCRIPTIONS.keys() == KEYS.keys()
    for name, key in KEYS.items():
        assert not tables[name.partition(".")[2]].select(key).is_duplicated().any(), name


@pytest.mark.parametrize(
    ("scores", "level"),
    [([0, 1, 1], "nominal"), ([1, 2, 5], "ordinal"), ([0.2, 0.5, 0.7], "interval"), ([1.0], "nominal")],
)
def test_the_scale_is_read_off_the_scores(scores: list[float], level: str):
    assert level_of(pl.Series(scores, dtype=pl.Float64)) == level


def test_one_rater_is_held_against_the_majority_of_the_others():
    nan = np.nan
    scores = np.array([[1, 1, 1, nan], [0, 1, 1, 1], [nan, 0, 1, nan], [1, nan, nan, nan], [0, 0, 1, 1]])
    truth, verdicts = one_against_others(scores)
    # Turns go to the first, second, first and fourth known rater; one rating alone says nothing.
    assert truth.tolist() == [True, True, True, False]
    assert verdicts.tolist() == [True, True, False, True]


def test_few_judgements_an_answer_give_no_consensus():
    rows = pl.DataFrame(
        {
            "interaction_id": [1, 1, 2],
            "rater_id": [1, 2, 1],
            "rater_group": ["teacher"] * 3,
            "score": [0.0, 1.0, 1.0],
            "event_date": [day(0)] * 3,
            "feature": ["quiz"] * 3,
            "model_version": ["m1"] * 3,
            "prompt_version": ["p1"] * 3,
        }
    )
    labels = Criterion("unsupported", "nominal", rows).labels()
    assert labels["panel"].to_list() == [0.5, 1.0]
    assert labels["consensus"].null_count() == 2


def test_the_naive_share_misses_and_consensus_with_judge_holds_the_truth(
    tables: Tables, quality_log: QualityLog
):
    truth = np.mean(list(quality_log.truth.values()))
    rows = tables["prevalence"].filter(criterion="unsupported", period="all", dimension="overall")
    found = {(row["method"], row["labels_by"]): row for row in rows.iter_rows(named=True)}
    naive, ppi = found["naive", "consensus"], found["ppi", "consensus"]
    alone = found["labels_only", "consensus"]
    assert not naive["low"] <= truth <= naive["high"]
    assert ppi["low"] <= truth <= ppi["high"]
    assert ppi["high"] - ppi["low"] < alone["high"] - alone["low"]
    assert ppi["effective_labels"] > ppi["labels"] == 360
    assert naive["human_alpha"] == pytest.approx(
        tables["rater_agreement"].filter(criterion="unsupported", dimension="overall")["alpha"][0]
    )


def test_labels_of_a_week_with_few_weigh_more():
    rows = pl.DataFrame(
        {
            "event_date": [date(2025, 9, 1)] * 10 + [date(2025, 9, 8)] * 10,
            "probability": [0.5] * 20,
            "label": [1.0] * 4 + [None] * 6 + [0.0] + [None] * 9,
        }
    )
    sample = prevalence.drawn(rows)
    weights = np.asarray(sample.weights)
    assert weights[-1] / weights[0] == pytest.approx(4)
    assert len(np.asarray(sample.unjudged)) == 15


def test_the_severe_teacher_is_named(tables: Tables):
    rows = tables["rater_severity"].filter(criterion="helpful").sort("severity")
    severe = rows.row(-1, named=True)
    assert severe["rater_id"] == 1
    assert severe["severity"] == pytest.approx(8 / 9, abs=0.2)
    assert rows.filter("is_unusual")["rater_id"].to_list()[-1] == 1
    of_errors = tables["rater_severity"].filter(criterion="unsupported")
    assert of_errors["sensitivity"].is_between(0.75, 1).all()
    assert of_errors["specificity"].is_between(0.75, 1).all()


def test_the_detector_is_measured_against_experts(tables: Tables):
    rows = tables["judge_calibration"].filter(dimension="overall")
    found = {row["measure"]: row for row in rows.iter_rows(named=True)}
    assert found["auroc"]["estimate"] > 0.85
    assert found["calibration_gap"]["high"] < 0, "probabilities were planted too high"
    assert rows.filter(measure="bin").height >= 5
    assert rows.filter(measure="bin").select((pl.col("bin_low") <= pl.col("bin_high")).all()).item()


def test_the_better_model_improves_and_slows(tables: Tables):
    rows = {row["metric"]: row for row in tables["version_comparisons"].iter_rows(named=True)}
    assert {row["basis"] for row in rows.values()} == {"concurrent"}
    assert rows["unsupported"]["verdict"] == "improvement"
    assert rows["latency_p95_ms"]["verdict"] == "regression"
    assert rows["cost_per_answer_usd"]["verdict"] == "no difference shown"


@pytest.mark.parametrize(
    ("low", "high", "direction", "said"),
    [
        (0.1, 0.2, "up", "improvement"),
        (0.1, 0.2, "down", "regression"),
        (-0.2, -0.1, "up", "regression"),
        (-0.1, 0.1, "down", "no difference shown"),
        (None, None, "up", "too few"),
        (float("nan"), 0.1, "up", "too few"),
    ],
)
def test_a_verdict_is_what_the_interval_says(low: float, high: float, direction: str, said: str):
    assert verdict({"low": low, "high": high, "direction": direction}) == said


def test_a_version_is_compared_beside_or_before_and_after():
    days = pl.DataFrame(
        {
            "event_date": [day(n) for n in range(60)] * 2,
            "model": ["m1"] * 60 + ["m2"] * 60,
            "prompt": ["p1"] * 40 + ["p2"] * 20 + ["p1"] * 40 + ["p2"] * 20,
            "answers": [100] * 60 + [0] * 30 + [100] * 30,
        }
    ).filter(pl.col("answers") > 0)
    model, prompt = versions.pairs(days)
    assert (model.basis, model.days_before) == ("concurrent", (day(30), day(59)))
    assert (prompt.basis, prompt.days_before, prompt.days_after) == (
        "before_after",
        (day(12), day(39)),
        (day(40), day(59)),
    )
    assert versions.releases(days) == [(day(30), "m2"), (day(40), "p2")]


def test_teachers_rate_the_same_answers_higher(tables: Tables):
    rows = tables["satisfaction_gap"].filter(source="user_ratings", item="answer", dimension="overall")
    row = rows.row(0, named=True)
    assert row["gap_low"] <= TEACHER_STARS <= row["gap_high"]
    assert row["gap_high"] - row["gap_low"] < 0.6


def test_the_bad_spell_is_found_within_three_days_and_nothing_before(tables: Tables):
    alarms = tables["drift"].filter(pl.col("is_alarm") & (pl.col("series") == "unsupported_probability"))
    first = alarms.sort("event_date").row(0, named=True)
    assert day(BAD_SPELL) <= first["event_date"] <= day(BAD_SPELL + 2)
    assert (first["segment"], first["direction"], first["cause"]) == ("m1", "worse", "silent")
    assert abs((first["change_date"] - day(BAD_SPELL)).days) <= 1
    quiet = tables["drift"].filter(pl.col("is_alarm") & (pl.col("series") == "failure_share"))
    assert quiet.is_empty()


def test_a_day_of_more_quizzes_is_no_drift():
    even = {"n": 100, "variance": 0.01}
    rows = pl.DataFrame(
        [
            {"event_date": day(at), "part": part, "value": value, **even, "n": n}
            for at, quizzes in ((0, 100), (1, 900))
            for part, value, n in (("quiz", 0.4, quizzes), ("explain", 0.1, 100))
        ]
    )
    _, values, *_ = drift._standardised(rows)
    assert values[0] == pytest.approx(values[1])


def test_the_worst_answers_are_texts_each_once_with_their_experts(tables: Tables):
    rows = tables["worst_answers"]
    assert rows["rank"].to_list() == list(range(1, rows.height + 1))
    assert rows["output_text"].is_unique().all()
    assert rows["unsupported_probability"].is_sorted(descending=True)
    assert (rows["event_date"] > day(DAYS - 29)).all()
    assert (rows["spans"] == "[[0, 9]]").all()


def test_what_experts_judged_is_not_asked_for_again(tables: Tables, quality_log: QualityLog):
    judged = {row["interaction_id"] for row in quality_log.ratings}
    queue = tables["labelling_queue"]
    assert queue.height == 100
    assert not judged & set(queue["interaction_id"])
    assert queue["sampling_probability"].is_between(0, 1).all()


def test_numbers_that_are_not_known_become_null():
    table = as_table(
        [{"rank": 1, "unsupported_probability": float("nan")}], SCHEMAS["llm_quality.worst_answers"]
    )
    assert table["unsupported_probability"].null_count == table["output_text"].null_count == 1


def test_a_release_is_told_as_the_cause_of_a_change_beside_it():
    known = [(day(RELEASE), "m2")]
    assert drift._cause(day(RELEASE + 2), known) == "release m2"
    assert drift._cause(day(RELEASE + 9), known) == "silent"


def test_a_lake_without_experts_or_texts_has_empty_tables(tmp_path: Path):
    log = QualityLog()
    log.events, log.interactions, log.ratings, log.scores = [], [], [], []
    engine = write_quality(Lake(tmp_path / "lake"), log)
    found = panel_tables.whole_tables(engine, WHOLE.last_day, 1)
    assert {name: table.num_rows for name, table in found.items()} == dict.fromkeys(SCHEMAS, 0)


def test_a_rater_is_of_one_group_however_exports_spell_it():
    rows = pl.DataFrame(
        {"rater_id": [1, 1, 1, 2, 3], "rater_group": ["Teacher", "unknown", "teacher", "unknown", "trained"]}
    )
    groups = rows.select(panel._one_group())["rater_group"].to_list()
    assert groups == ["teacher", "teacher", "teacher", "unknown", "trained"]


def test_a_feature_that_was_given_up_blinds_nobody():
    rows = pl.DataFrame(
        [
            {"event_date": day(at), "part": part, "value": 0.2, "n": 100, "variance": 0.01}
            for at in range(100)
            for part in ("quiz", "explain")
            if part == "explain" or at < 60
        ]
    )
    days, *_ = drift._standardised(rows)
    assert days[-1] == day(99).toordinal()
    assert len(days) == 100


def test_a_few_calls_of_a_version_are_no_release():
    days = pl.DataFrame(
        {
            "event_date": [day(0), day(1), day(1), day(2), day(2)],
            "model": ["m1"] * 5,
            "prompt": ["p1", "p1", "canary", "p1", "unknown"],
            "answers": [100, 100, 2, 50, 50],
        }
    )
    assert versions.releases(days) == []
    assert versions.pairs(days) == []


def test_limits_of_means_between_labels_stay_within_0_and_1():
    found = prevalence._within(Estimate(-0.06, -0.07, -0.05, 40))
    assert found == {"estimate": 0.0, "low": 0.0, "high": 0.0}
