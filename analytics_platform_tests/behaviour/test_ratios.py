"""Ratio columns come from the metric registry and nowhere else."""

import sqlglot

from analytics_platform.behaviour import FEATURE_ADOPTION_DAILY, KPI_DAILY
from analytics_platform.behaviour.ratios import ratios_of, with_ratios
from analytics_platform.lakehouse import Model
from analytics_platform.metrics import METRICS

COUNTS = Model(
    name="behaviour.counts",
    sql="""
        SELECT
          k, -- Key.
          sessions, -- Sessions.
          events, -- Uses.
          event_date -- Day.
        FROM raw.a
        WHERE event_date BETWEEN $first_day AND $last_day
    """,
    description="A row.",
    key=("k",),
)


def test_a_model_gets_the_ratios_whose_counts_it_holds_before_its_day():
    assert list(with_ratios(COUNTS).columns) == [
        "k",
        "sessions",
        "events",
        "events_per_session",
        "event_date",
    ]


def test_a_ratio_is_documented_by_its_metric_and_a_count_by_the_model():
    columns = with_ratios(COUNTS).columns
    assert columns["events_per_session"] == METRICS["events_per_session"].description
    assert columns["events"] == "Uses."


def test_the_model_keeps_its_name_key_inputs_and_window():
    model = with_ratios(COUNTS)
    assert (model.name, model.key, model.inputs, model.is_daily) == (
        "behaviour.counts",
        ("k",),
        ("raw.a",),
        True,
    )


def test_every_ratio_of_the_registry_stands_in_a_table():
    held = {metric.name for model in (KPI_DAILY, FEATURE_ADOPTION_DAILY) for metric in ratios_of(model)}
    assert held == {metric.name for metric in METRICS.values() if metric.is_ratio}


def test_the_sql_files_divide_nothing_themselves():
    for model in (KPI_DAILY, FEATURE_ADOPTION_DAILY):
        assert model.path is not None
        assert not list(sqlglot.parse_one(model.path.read_text(), dialect="duckdb").find_all(sqlglot.exp.Div))
