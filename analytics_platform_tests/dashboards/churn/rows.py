"""Rows of the churn tables with values that a test can name."""

from datetime import date

from analytics_platform.churn.tables import Row

USERS = 1200
OVERALL: Row = {"dimension": "overall", "segment": "all"}
CUT_OFFS = (date(2025, 11, 1), date(2025, 12, 1))


def scores(day: date) -> list[Row]:
    """1,200 users, a quarter at high risk, a quarter at raised risk; every tenth a teacher."""
    chances = (0.9, 0.6, 0.3, 0.1)
    bands = ("high", "raised", "low", "low")
    return [
        {
            "user_id": n + 1,
            "probability": chances[n % 4],
            "risk_decile": 10 - n % 10,
            "risk_band": bands[n % 4],
            "reason_1": "last active 12 days ago" if n % 4 < 2 else None,
            "role": "teacher" if n % 10 == 0 else "student",
            "country": ("DE", "US", "FR")[n % 3],
            "plan": "paid" if n % 20 == 0 else "free",
            "recency_days": n % 28,
            "active_days_28d": 1 + n % 9,
            "model": "blend",
            "model_version": "abc",
            "model_cut_off_date": date(2026, 1, 9),
            "event_date": day,
        }
        for n in range(USERS)
    ]


def cards() -> list[Row]:
    """A blend that beats the rule, tried on two days."""
    found: list[Row] = []
    for model, lead in (("blend", 0.02), ("boosted", 0.018), ("logistic", 0.01), ("recency_rule", 0.0)):
        for cut_off in (*CUT_OFFS, None):
            at: Row = {**OVERALL, "cut_off_date": cut_off, "split": "walk_forward", "model": model, "n": 900}
            values = {
                "auc": 0.88 + lead,
                "average_precision": 0.9,
                "lift_10": 1.5,
                "brier": 0.12,
                "log_loss": 0.4,
            }
            values |= {"expected_share": 0.62, "observed_share": 0.6}
            found += [{**at, "metric": name, **limits(value)} for name, value in values.items()]
            if model != "recency_rule":
                found += [{**at, "metric": f"{name}_over_rule", **limits(lead, 0.004)} for name in values]
    in_force: Row = {
        **OVERALL,
        "cut_off_date": date(2026, 1, 9),
        "split": "in_force",
        "model": "blend",
        "n": 5000,
    }
    found += [
        {**in_force, "metric": "champion", "sentence": "Least mean log loss over 2 days tried."},
        {**in_force, "metric": "data_window", "sentence": "Fitted on 9 snapshots."},
        {**in_force, "metric": "limit", "sentence": "What goes with leaving need not cause it."},
        {**in_force, "metric": "psi", "item": "recency_days", "estimate": 0.04},
        {**in_force, "metric": "psi", "item": "quiz_share", "estimate": 0.31},
        {**OVERALL, "split": "random_split_warning", "model": "boosted", "metric": "auc", **limits(0.95)},
    ]
    found += [
        {**OVERALL, "split": "walk_forward", "model": "blend", "metric": "calibration_bin", "item": str(n),
         "position": n / 10, "n": 180, **limits(n / 10 + 0.01, 0.03)}
        for n in range(1, 10)
    ]  # fmt: skip
    role: Row = {"dimension": "role", "split": "walk_forward", "model": "blend"}
    found += [
        {**role, "segment": "student", "metric": "auc", "n": 1600, **limits(0.9)},
        {**role, "segment": "student", "metric": "observed_share", "n": 1600, **limits(0.6)},
        {**role, "segment": "student", "metric": "expected_share", "n": 1600, **limits(0.62)},
        {**role, "segment": "teacher", "metric": "reason", "n": 40, "sentence": "Too few."},
    ]
    return found


def importance() -> list[Row]:
    at: Row = {
        **OVERALL,
        "model": "blend",
        "snapshot_date": date(2026, 1, 5),
        "n": 3000,
        "statistic": "importance",
    }
    told = (
        ("recency_days", "days since last active", 0.5, 0.9),
        ("recent_activity", "activity of late", 0.3, -0.9),
        ("plan", "plan", 0.1, None),
    )
    found: list[Row] = [
        {**at, "feature": name, "label": label, "estimate": size, "share": size / 0.9, "direction": way,
         "sentence": f"More {label} goes with leaving."}
        for name, label, size, way in told
    ]  # fmt: skip
    pair = {
        "statistic": "interaction",
        "other_feature": "plan",
        "sentence": "What recency says depends on plan.",
    }
    return [
        *found,
        {**found[0], "dimension": "role", "segment": "teacher"},
        {**found[0], **pair, "estimate": 0.05},
    ]


def drivers() -> list[Row]:
    quiz: Row = {"driver": "quiz_use", "label": "took a quiz in 28 days, or not", "n": 900}
    bound: Row = {**quiz, "evidence": "assumption_bound"}
    return [
        {**quiz, "evidence": "predictive", "method": "shap", "estimate": -0.1},
        {**bound, "method": "naive_difference", **limits(-0.27, 0.03)},
        {**bound, "method": "dml", **limits(-0.014, 0.02), "overlap_outside": 0.1, "robustness_value": 0.012,
         "robustness_value_interval": 0.0},
        {**quiz, "evidence": "randomised", "method": "cuped", "source": "nudge", "outcome": "retained_7d",
         **limits(0.01, 0.02)},
        {"driver": "paid_plan", "label": "on the paid plan, or not", "evidence": "randomised",
         "sentence": "No experiment so far is known to have moved it."},
    ]  # fmt: skip


def ceiling() -> list[Row]:
    best = {"oracle": 0.92, "score": 0.91, "recency_rule": 0.89}
    found: list[Row] = [
        {
            "snapshot_date": day,
            "model": model,
            "predictor": name,
            "metric": "auc",
            "n": 900,
            **limits(value),
        }
        for day, model in ((CUT_OFFS[0], "recency_rule"), (CUT_OFFS[1], "blend"), (None, None))
        for name, value in best.items()
    ]
    share: Row = {"predictor": "score", "metric": "share_of_excess_auc", "n": 1800}
    means = [
        {**share, "model": model, **limits(value, 0.01)}
        for model, value in ((None, 0.962), ("learnt", 0.976))
    ]
    return [*found, *means]


def limits(value: float, half: float = 0.01) -> Row:
    return {"estimate": value, "low": value - half, "high": value + half}
