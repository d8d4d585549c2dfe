"""Columns of the churn tables that Python builds, each with its sentence."""

import pyarrow as pa

from analytics_platform.lakehouse.described import described

_TEXT, _NUMBER, _DAY, _COUNT = pa.string(), pa.float64(), pa.date32(), pa.int64()

Row = dict[str, object]


MODEL_CARDS = described(
    {
        "cut_off_date": (_DAY, "Last day that the model knew; null where several cut-offs are averaged."),
        "split": (
            _TEXT,
            (
                "walk_forward (tried on users of the cut-off day), random_split_warning (what a wrong "
                "split would have claimed; never used), in_force (the model that scores now)."
            ),
        ),
        "model": (_TEXT, "blend, boosted, logistic or recency_rule; null where no model is meant."),
        "model_version": (_TEXT, "Digest of the model's content; null for averages."),
        "dimension": (_TEXT, "What the users are divided by: overall, role or country."),
        "segment": (_TEXT, "Value of the dimension; `all` for overall."),
        "metric": (
            _TEXT,
            (
                "auc, average_precision, lift_10, brier, brier_base_rate, log_loss, calibration_error, "
                "expected_share, observed_share; `<metric>_over_rule` for the paired difference from the "
                "recency rule; calibration_bin, psi, data_window, champion, limit or reason."
            ),
        ),
        "item": (_TEXT, "Tenth of a calibration bin, feature of a drift, name of a fact; null otherwise."),
        "position": (_NUMBER, "Mean predicted chance in a calibration bin; null otherwise."),
        "estimate": (_NUMBER, "The measure; null where there is none."),
        "low": (_NUMBER, "Lower limit of its 95 % interval, by resampling classes, and users without one."),
        "high": (_NUMBER, "Upper limit of its 95 % interval."),
        "n": (_COUNT, "User-snapshots that it rests on."),
        "sentence": (_TEXT, "What it says, or why there is none."),
    }
)
SCORES = described(
    {
        "user_id": (_COUNT, "The person, active within the 28 days that end with this one."),
        "probability": (_NUMBER, "Calibrated chance of no activity in the next 28 days."),
        "risk_decile": (_COUNT, "10 for the tenth of the day's users most likely to leave, down to 1."),
        "risk_band": (_TEXT, "high from 80 %, raised from 50 %, low below."),
        "reason_1": (_TEXT, "What raises the chance most, in words; null for low risk."),
        "reason_2": (_TEXT, "What raises it second most."),
        "reason_3": (_TEXT, "What raises it third most."),
        "role": (_TEXT, "student or teacher, as of the last active day."),
        "country": (_TEXT, "ISO 3166 code, as of the last active day."),
        "plan": (_TEXT, "Plan after the last event known."),
        "recency_days": (_COUNT, "Days since the last active one."),
        "active_days_28d": (_COUNT, "Active days among the last 28."),
        "model": (_TEXT, "Kind of the model."),
        "model_version": (_TEXT, "Digest of the model."),
        "model_cut_off_date": (_DAY, "Last day that the model knew: never after the day scored."),
        "event_date": (_DAY, "Reporting day."),
    }
)
FEATURE_IMPORTANCE = described(
    {
        "model": (_TEXT, "Kind of the model explained."),
        "model_version": (_TEXT, "Digest of the model."),
        "snapshot_date": (_DAY, "Snapshot whose users were explained."),
        "dimension": (_TEXT, "overall or role."),
        "segment": (_TEXT, "Value of the dimension; `all` for overall."),
        "statistic": (_TEXT, "importance, interaction or reason."),
        "feature": (_TEXT, "The feature; null for a reason."),
        "label": (_TEXT, "The feature in words."),
        "other_feature": (_TEXT, "The feature it interacts with; null for an importance."),
        "estimate": (_NUMBER, "Mean size of its SHAP value, in log odds of leaving."),
        "share": (_NUMBER, "Share of the sum over all features or pairs."),
        "direction": (
            _NUMBER,
            (
                "Rank correlation of value and contribution: above 0, more of it goes with leaving; null for "
                "a category or an interaction."
            ),
        ),
        "n": (_COUNT, "Users explained."),
        "sentence": (_TEXT, "What it says."),
    }
)
DRIVERS = described(
    {
        "driver": (_TEXT, "quiz_use, flashcards_use, classmates_active, high_rating or paid_plan."),
        "label": (_TEXT, "What is compared, in words."),
        "evidence": (
            _TEXT,
            (
                "predictive (SHAP: goes with leaving), assumption_bound (cross-fitted, adjusted for what was "
                "measured), randomised (an experiment). Never pooled."
            ),
        ),
        "method": (_TEXT, "shap, naive_difference, dml or the readout's method."),
        "source": (_TEXT, "Model version, snapshot day or experiment that it comes from."),
        "outcome": (
            _TEXT,
            "left_28d (chance of leaving), log_odds (of leaving), or the metric of a readout.",
        ),
        "estimate": (_NUMBER, "The effect in units of the outcome; null where there is none."),
        "low": (_NUMBER, "Lower limit of its 95 % interval; null for SHAP."),
        "high": (_NUMBER, "Upper limit of its 95 % interval; null for SHAP."),
        "n": (_COUNT, "Users that it rests on."),
        "treated_share": (_NUMBER, "Share of them with the driver."),
        "overlap_outside": (_NUMBER, "Share whose chance of the driver lies outside .05 to .95."),
        "robustness_value": (
            _NUMBER,
            (
                "Share of what is left of both driver and leaving that a hidden cause must explain to bring "
                "the estimate to 0."
            ),
        ),
        "robustness_value_interval": (_NUMBER, "The same, to bring 0 into the interval."),
        "sentence": (_TEXT, "What it says, or why there is none."),
    }
)


def rows_of(rows: list[Row], schema: pa.Schema) -> pa.Table:
    """Rows as Arrow; a column that a row does not name is null."""
    return pa.Table.from_pylist([{name: row.get(name) for name in schema.names} for row in rows], schema)
