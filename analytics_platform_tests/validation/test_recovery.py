import pytest

from analytics_platform.validation.recovery import RECOVERY_SCHEMA, Row, recovery
from analytics_platform_tests.validation.results import Results, experiment, observed, planted, readout


def _rows(results: Results) -> list[Row]:
    return recovery(results.scan, results.catalogue).to_pylist()


def _one(results: Results, **wanted: object) -> Row:
    (found,) = (row for row in _rows(results) if all(row[name] == value for name, value in wanted.items()))
    return found


def _read(estimate: float, reach: float, truth: float | None) -> Row:
    results = Results(
        effects=[planted("a", "events", truth)], readouts=[readout("a", "events", estimate, reach)]
    )
    return _one(results, effect_id="a")


@pytest.mark.parametrize(
    ("estimate", "reach", "truth", "covers", "error", "relative_error", "sign_is_right"),
    [
        (0.12, 0.05, 0.10, True, 0.02, 0.2, True),
        (0.12, 0.01, 0.10, False, 0.02, 0.2, True),
        (-0.02, 0.15, 0.10, True, -0.12, -1.2, False),
        (-0.12, 0.05, -0.10, True, -0.02, 0.2, True),
        (0.03, 0.05, 0.0, True, 0.03, None, None),
        (0.03, 0.05, None, None, None, None, None),
    ],
)
def test_an_estimate_is_judged_by_its_truth(
    estimate: float,
    reach: float,
    truth: float | None,
    covers: bool | None,
    error: float | None,
    relative_error: float | None,
    sign_is_right: bool | None,
):
    row = _read(estimate, reach, truth)
    assert (row["covers"], row["sign_is_right"], row["truth"]) == (covers, sign_is_right, truth)
    assert row["error"] == (None if error is None else pytest.approx(error))
    assert row["relative_error"] == (None if relative_error is None else pytest.approx(relative_error))


def test_a_metric_without_a_planted_answer_says_so_and_another_world_s_experiment_is_left_out():
    rows = _rows(
        Results(
            effects=[planted("a", "events", 0.1)],
            readouts=[readout("a", "used_quiz", 0.1, 0.1), readout("elsewhere", "events", 0.1, 0.1)],
        )
    )
    assert [(row["effect_id"], row["metric"], row["covers"]) for row in rows] == [("a", "used_quiz", None)]
    assert rows[0]["note"] == "No answer is planted for this metric."


def test_an_adjusted_estimate_says_how_much_of_the_naive_bias_is_left():
    results = Results(
        effects=[planted("quiz_adoption", "retained_30d", 0.05)],
        observational=[
            observed("naive", 0.25, 0.05),
            observed("dml", 0.06, 0.03),
            observed("ipw", 0.15, 0.03),
        ],
    )
    assert _one(results, method="dml")["note"] == "5% of the bias of naive is left."
    assert _one(results, method="ipw")["note"] == "50% of the bias of naive is left."
    assert _one(results, method="naive")["note"] is None
    assert _one(results, method="naive")["covers"] is False


def test_an_estimate_that_was_not_made_and_a_naive_one_that_hits_leave_nothing_to_say():
    nothing = {"effect": None, "effect_low": None, "effect_high": None}
    truth = [planted("quiz_adoption", "retained_30d", 0.25)]
    unmade = Results(
        effects=truth, observational=[observed("naive", 0.3, 0.1), observed("dml", 0, 0, **nothing)]
    )
    assert _one(unmade, method="dml")["note"] is None
    row = {"relative_effect": 0.25, "relative_low": 0.2, "relative_high": 0.3}
    hit = Results(effects=truth, observational=[observed("naive", 0, 0, **row), observed("dml", 0.2, 0.1)])
    assert _one(hit, method="dml")["note"] is None


def _classes(reach: float) -> Results:
    """Twenty users an arm with one to twenty active days, treated ones one more."""
    exposures = [
        {
            "experiment_id": "classes",
            "user_id": 100 * arm + number,
            "variant": ("control", "treatment")[arm],
            "is_excluded": False,
            "event_date": experiment("x").start,
        }
        for arm in (0, 1)
        for number in range(20)
    ]
    user_days = [
        {
            "user_id": row["user_id"],
            "event_date": row["event_date"],
            "is_active": True,
            "events": 5 + row["user_id"] % 7,
        }
        for row in exposures
    ]
    return Results(
        effects=[planted("classes", "events", 0.1), planted("classes", "events", 0.1, "teacher")],
        readouts=[readout("classes", "events", 0.1, reach, method="cluster_delta")],
        segments=[{**_segment("classes", "events"), "segment": "teacher"}],
        exposures=exposures,
        user_days=user_days,
        experiments=[experiment("classes", unit="classroom", primary="events")],
    )


def _segment(experiment_id: str, metric: str) -> Row:
    row = readout(experiment_id, metric, 0.1, 0.2)
    return {**{k: v for k, v in row.items() if k not in {"is_decisive", "method"}}, "dimension": "role"}


def test_a_classroom_test_says_how_much_wider_its_interval_is_than_a_test_on_users():
    results = _classes(0.5)
    naive = _one(results, method="user_level")
    width = naive["high"] - naive["low"]
    note = f"The interval is {1 / width:.1f} times that of a test on users."
    assert _one(results, method="cluster_delta")["note"] == note
    assert _one(results, method="segment")["note"] is None
    assert "too narrow" in naive["note"]


def test_a_classroom_readout_without_an_interval_is_not_compared():
    results = _classes(0.5)
    results.readouts[0] |= {"relative_low": None, "relative_high": None}
    assert _one(results, method="cluster_delta")["note"] is None


def test_verdicts_stand_beside_those_that_the_truth_calls_for():
    decision = {
        "variant": "treatment",
        "primary_metric": "active_days",
        "verdict": "Ship",
        "relative_effect": 0.1,
    }
    names = ("good", "unknown", "foreign")
    results = Results(
        effects=[planted("good", "active_days", 0.1), planted("unknown", "events", 0.1)],
        decisions=[
            *({"experiment_id": name, **decision} for name in names),
            {"experiment_id": "good", **decision, "variant": "one + two"},
        ],
        experiments=[experiment("good"), experiment("unknown")],
    )
    rows = {row["effect_id"]: row for row in _rows(results)}
    assert rows.keys() == {"good", "unknown"}
    assert (rows["good"]["verdict"], rows["good"]["expected_verdict"]) == ("Ship", "Ship")
    assert rows["unknown"]["expected_verdict"] is None
    assert "any verdict" in rows["unknown"]["note"]
    assert rows["good"]["note"] is None
    assert not rows["good"]["is_decisive"]


@pytest.mark.parametrize(
    ("lost", "flags", "verdict", "expected"),
    [
        ("0.5", [True, False], "mismatch", "mismatch"),
        ("0.5", [False, False], "as planned", "mismatch"),
        ("0.0", [False, True], "mismatch", "as planned"),
        ("0.0", [False, None], "as planned", "as planned"),
    ],
)
def test_an_alarm_about_the_arms_sizes_is_judged_too(
    lost: str, flags: list[bool | None], verdict: str, expected: str
):
    results = Results(
        effects=[planted("a", "events", 0.1)],
        parameters={"experiments.a.lost_share": lost},
        srm=[{"experiment_id": name, "is_mismatch": flag} for name in ("a", "elsewhere") for flag in flags],
    )
    row = _one(results, metric="sample_ratio")
    assert (row["verdict"], row["expected_verdict"]) == (verdict, expected)


def test_the_table_has_its_schema_and_a_fixed_order():
    results = Results(
        effects=[planted("a", "events", 0.1), planted("b", "events", 0.1)],
        readouts=[readout("b", "events", 0.1, 0.1), readout("a", "events", 0.1, 0.1)],
    )
    table = recovery(results.scan, results.catalogue)
    assert table.schema == RECOVERY_SCHEMA
    assert table["effect_id"].to_pylist() == ["a", "b"]
    assert all(field.metadata[b"comment"] for field in table.schema)
