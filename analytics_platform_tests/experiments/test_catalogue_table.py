"""The catalogue as tables: what people read, and what SQL computes with."""

from pathlib import Path

from analytics_platform.experiments.catalogue import OPEN_END, Catalogue
from analytics_platform.experiments.catalogue_table import (
    catalogue_rows,
    metric_rows,
    variant_rows,
    write_catalogue,
)
from analytics_platform.lakehouse import Lake
from analytics_platform_tests.derived_rows import day
from analytics_platform_tests.experiments.small_experiments import planned

CATALOGUE = Catalogue(
    {
        "hint": planned(
            secondary=["events_per_session"],
            guardrails=[
                {"metric": "retained_7d", "margin": 0.05},
                {"metric": "rating_mean", "margin": 0.1, "kind": "absolute"},
            ],
            covariates=["active_days", "sessions"],
            conversion_window_days=3,
            trigger={"event_name": "feature_used", "feature": "quiz"},
        ),
        "open": planned("open", end_date=None, variants={"control": 0.5, "a": 0.25, "b": 0.25}),
    }
)


def test_a_person_reads_the_plan_in_words():
    hint, still_running = catalogue_rows(CATALOGUE).to_pylist()

    assert hint["variants"] == "control 50%, treatment 50%"
    assert hint["guardrails"] == "retained_7d by at most 5%, rating_mean by at most 0.1"
    assert hint["decision_rule"] == (
        "Ship after 7 days when sessions is better and no guardrail suffers beyond its margin."
    )
    assert (hint["trigger_event"], hint["trigger_feature"]) == ("feature_used", "quiz")
    assert still_running["end_date"] is None


def test_every_variant_has_its_share():
    rows = variant_rows(CATALOGUE).to_pylist()

    assert [(row["variant"], row["share"], row["is_control"]) for row in rows[2:]] == [
        ("control", 0.5, True),
        ("a", 0.25, False),
        ("b", 0.25, False),
    ]


def test_a_metric_s_row_says_how_to_count_it():
    rows = {(row["experiment_id"], row["metric"]): row for row in metric_rows(CATALOGUE).to_pylist()}

    ratio = rows["hint", "events_per_session"]
    assert [ratio[f"covariate_{n}"] for n in (1, 2, 3, 4)] == ["events", "sessions", "active_days", None]
    assert (ratio["first_age"], ratio["last_age"], ratio["final_date"]) == (0, 3, day(17))
    retained = rows["hint", "retained_7d"]
    assert (retained["first_age"], retained["last_age"], retained["final_date"]) == (7, 7, day(21))
    assert rows["open", "sessions"]["final_date"] == OPEN_END


def test_writing_replaces_all_three_tables(tmp_path: Path):
    lake = Lake(tmp_path)

    write_catalogue(lake, CATALOGUE)
    written = write_catalogue(lake, Catalogue({}))

    assert written == {"experiments.catalogue": 0, "experiments.variants": 0, "experiments.metrics": 0}
    assert lake.scan("experiments.metrics").collect().is_empty()
