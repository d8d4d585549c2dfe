from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from analytics_platform.experiments.uplift import UPLIFT_SCHEMA, Row, told, uplift_rows
from analytics_platform.lakehouse import DuckDBEngine
from analytics_platform.stats.uplift import Estimate
from analytics_platform_tests.derived_rows import user_day
from analytics_platform_tests.experiments.uplift_lake import (
    AS_OF,
    experiment,
    exposure,
    nudged,
    write_lake,
)

LEARNERS = ("t_learner", "x_learner", "dr_learner")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> DuckDBEngine:
    return nudged(tmp_path_factory.mktemp("nudged") / "lake", 1600)


@pytest.fixture(scope="module")
def rows(engine: DuckDBEngine) -> list[Row]:
    return uplift_rows(engine, experiment(), AS_OF)


def _one(rows: list[Row], learner: str, statistic: str) -> Row:
    (found,) = (row for row in rows if (row["learner"], row["statistic"]) == (learner, statistic))
    return found


@pytest.mark.parametrize("learner", LEARNERS)
def test_the_nudge_is_found_to_help_some_more_than_others(rows: list[Row], learner: str):
    lead = _one(rows, learner, "qini")
    assert lead["low"] > 0
    assert lead["low"] < 6 / 8 < lead["high"]
    assert "finds who benefits" in str(lead["sentence"])
    assert "no sign" not in str(lead["sentence"])


def test_what_each_number_says_agrees_with_the_others(rows: list[Row]):
    for learner in LEARNERS:
        value = {name: _one(rows, learner, name)["estimate"] for name in ("auuc", "qini", "treat_all_value")}
        assert value["auuc"] == pytest.approx(value["qini"] + value["treat_all_value"] / 2)
        assert _one(rows, learner, "ate")["low"] < 3 < _one(rows, learner, "ate")["high"]


def test_role_drives_it(rows: list[Row]):
    found = [row for row in rows if row["statistic"] == "importance"]
    assert found[0]["item"] == "role"
    assert found[0]["low"] > 0 >= max(row["low"] for row in found[1:])


def test_the_curve_runs_from_nothing_to_the_mean_effect_above_random_targeting(rows: list[Row]):
    for learner in LEARNERS:
        curve, random = (
            [row["estimate"] for row in rows if (row["learner"], row["statistic"]) == (learner, statistic)]
            for statistic in ("curve", "curve_random")
        )
        assert curve[0] == random[0] == 0
        assert curve[-1] == pytest.approx(random[-1])
        assert curve[10] > random[10]


def test_bins_hold_everybody_judged_and_rise(rows: list[Row]):
    found = [row for row in rows if (row["learner"], row["statistic"]) == ("dr_learner", "calibration_bin")]
    assert sum(row["n"] for row in found) == _one(rows, "dr_learner", "qini")["n"] == 1280
    assert found[-1]["estimate"] > 4
    assert found[0]["estimate"] < 2


def test_rows_fit_the_schema_and_the_same_lake_gives_the_same_rows(engine: DuckDBEngine, rows: list[Row]):
    table = pa.Table.from_pylist(rows, UPLIFT_SCHEMA)
    assert table.num_rows == len(rows)
    assert uplift_rows(engine, experiment(), AS_OF) == rows


@pytest.mark.parametrize(
    ("value", "error", "unit", "expected"),
    [
        (0.0512, 0.011, "share", "+5.1 points (+3.0 to +7.3)"),
        (-1234.5, 250.0, "seconds", "−1,234 s (−1,724 to −745)"),
        (0.31, 0.0042, "ratio", "+0.3100 (+0.3018 to +0.3182)"),
        (0.0, 0.0, "ratio", "+0.00 (+0.00 to +0.00)"),
    ],
)
def test_an_estimate_is_told_as_exactly_as_it_is_known(value: float, error: float, unit: str, expected: str):
    assert told(Estimate.normal(np.float64(value), np.float64(error), 0.05), unit) == expected


def test_too_few_users_are_said_so_in_one_row(tmp_path: Path):
    engine = write_lake(tmp_path, [exposure(1, "control"), exposure(2, "treatment")], [user_day(1, 0)])
    (row,) = uplift_rows(engine, experiment(), AS_OF)
    assert row["statistic"] == "reason"
    assert row["estimate"] is None
    assert row["sentence"] == (
        "2 users, 1 in the smaller arm, are too few to learn who benefits: it takes 1,000 and 300."
    )


def test_a_quantile_has_no_uplift(engine: DuckDBEngine):
    (row,) = uplift_rows(engine, experiment("engagement_seconds_p50"), AS_OF)
    assert "no mean over users" in str(row["sentence"])


def test_an_outcome_that_is_the_same_for_everybody_teaches_nothing(engine: DuckDBEngine):
    (row,) = uplift_rows(engine, experiment("sessions", conversion_window_days=2), AS_OF)
    assert "same value" in str(row["sentence"])


def test_arms_that_are_not_as_planned_teach_nothing(engine: DuckDBEngine):
    (row,) = uplift_rows(engine, experiment(), AS_OF, has_mismatch=True)

    assert row["statistic"] == "reason"
    assert "not as large as planned" in str(row["sentence"])
