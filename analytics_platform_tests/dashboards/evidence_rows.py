"""Made-up observational analyses, certificates and recovered truths."""

from datetime import UTC, datetime

from analytics_platform_tests.dashboards.experiment_rows import HALF_WIDTH, Record, interval


def observational_effects() -> list[Record]:
    told = {"naive": 0.41, "regression": 0.16, "aipw": 0.09, "dml": None}
    return [
        {
            "analysis_id": "quiz_adoption",
            "question": "Does using quizzes bring users back?",
            "design": "adoption",
            "method": method,
            "is_recommended": method == "aipw",
            "outcome": "retained_28d",
            "estimand": "effect on adopters",
            "population": "users of the first day",
            "units": 9000,
            "treated_units": 2500,
            "control_mean": 0.2,
            **interval(effect, 0.04, 0.2),
            "assumptions": "Adopters and others differ only in what was measured.",
            "reason": "the learner did not converge" if effect is None else None,
        }
        for method, effect in told.items()
    ]


def observational_diagnostics() -> list[Record]:
    own = {"analysis_id": "quiz_adoption"}
    bins = [
        (item, 0.05 + 0.1 * at, 0.02 * (at + 1 if item == "treated" else 10 - at))
        for item in ("treated", "control")
        for at in range(10)
    ]
    return [
        *(
            {
                **own,
                "diagnostic": "overlap",
                "item": item,
                "position": at,
                "value": value,
                "passed": True,
                "sentence": "All propensities lie between 0.05 and 0.95.",
            }
            for item, at, value in bins
        ),
        *(
            {
                **own,
                "diagnostic": "balance",
                "item": item,
                "value": before / 10,
                "low": before,
                "passed": True,
                "sentence": f"{item} differs by {before}.",
            }
            for item, before in (("tenure_days", 0.4), ("role", -0.2))
        ),
        {
            **own,
            "diagnostic": "e_value",
            "value": 1.9,
            "passed": None,
            "sentence": "A confounder of 1.9 on both would explain it away.",
        },
        {
            **own,
            "diagnostic": "placebo_outcome",
            "value": 0.001,
            "passed": False,
            "sentence": "The past differs too.",
        },
    ]


def certificates() -> list[Record]:
    """Two certified methods, one that fails, two foils; clusters have none."""
    rows: list[Record] = []
    for method, is_shipped, shift in (
        ("unadjusted", True, 0.0),
        ("cuped", True, 0.001),
        ("group_sequential", True, 0.012),
        ("naive_peeking", False, 0.16),
        ("user_level", False, 0.28),
    ):
        for kind in ("mean", "ratio"):
            for design in ("50/50", "10/90"):
                observed = 0.0501 + shift + (0.001 if design == "10/90" else -0.0008)
                rows.append(
                    {
                        "method": method,
                        "metric_kind": kind,
                        "design": design,
                        "sample": "large",
                        "quantity": "false_positives",
                        "effect_kind": "relative",
                        "nominal": 0.05,
                        "lower_band": None if method == "group_sequential" else 0.0445,
                        "upper_band": 0.0557,
                        "observed": observed,
                        "monte_carlo_error": 0.0022,
                        "replications": 10000,
                        "seed": 2,
                        "mode": "quick",
                        "is_within_band": observed <= 0.0557,
                        "is_shipped": is_shipped,
                        "note": "shown failing" if not is_shipped else None,
                        "versions": "numpy 2.4, scipy 1.17",
                        "certified_at": datetime(2026, 3, 1, 6, 30, tzinfo=UTC),
                    }
                )
    return rows


def recovery() -> list[Record]:
    told = [
        ("calmer_layout/engagement", "cuped", 0.11, 0.114, True),
        ("class_challenges/active_days", "cluster_delta", 0.09, 0.062, True),
        ("quiz_adoption/retained", "aipw", 0.02, 0.05, False),
        ("quiz_adoption/retained", "naive", 0.02, 0.09, False),
        ("tiny_pilot/converted", "unadjusted", 0.0, None, None),
    ]
    return [
        {
            "effect_id": effect_id,
            "metric": "active_days",
            "population": "exposed",
            "method": method,
            "truth": truth,
            "estimate": estimate,
            "low": None if estimate is None else estimate - HALF_WIDTH,
            "high": None if estimate is None else estimate + HALF_WIDTH,
            "covers": covers,
            "error": None if estimate is None else estimate - truth,
            "relative_error": None if estimate is None else (estimate - truth) / truth,
            "verdict": "Ship",
            "expected_verdict": "Ship" if covers else "Hold",
            "is_decisive": method != "naive",
            "is_fair": method != "naive",
        }
        for effect_id, method, truth, estimate, covers in told
    ]
