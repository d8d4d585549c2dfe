"""Columns of the LLM-quality tables that Python builds whole, each with its sentence."""

from collections.abc import Iterable, Mapping

import pyarrow as pa

from analytics_platform.lakehouse.described import Columns, described

_TEXT, _NUMBER, _DAY, _COUNT, _FLAG = pa.string(), pa.float64(), pa.date32(), pa.int64(), pa.bool_()

Row = Mapping[str, object]

_SLICE: Columns = {
    "dimension": (_TEXT, "What is divided: overall, feature, model_version and so on."),
    "segment": (_TEXT, "Value of the dimension; `all` for overall."),
}
_CRITERION: Columns = {"criterion": (_TEXT, "What was judged, such as `unsupported`.")}

RATER_AGREEMENT = described(
    _CRITERION,
    _SLICE,
    {
        "level": (_TEXT, "Scale of the scores: nominal, ordinal or interval."),
        "items": (_COUNT, "Interactions that two raters or more judged."),
        "raters": (_COUNT, "Raters."),
        "ratings": (_COUNT, "Judgements of those interactions."),
        "alpha": (_NUMBER, "Krippendorff's α: 1 is agreement, 0 what chance gives."),
        "alpha_low": (_NUMBER, "Lower limit of its 95 % interval, by resampling interactions."),
        "alpha_high": (_NUMBER, "Upper limit."),
        "ac1": (
            _NUMBER,
            "Gwet's AC1, which rare answers do not lower; null for scores that are not nominal.",
        ),
        "ac1_low": (_NUMBER, "Lower limit of its 95 % interval."),
        "ac1_high": (_NUMBER, "Upper limit."),
        "human_ceiling": (
            _NUMBER,
            "Balanced accuracy of a rater against the majority of the others: a bound for judges.",
        ),
        "human_ceiling_low": (_NUMBER, "Lower limit of its 95 % interval."),
        "human_ceiling_high": (_NUMBER, "Upper limit."),
    },
)
RATER_SEVERITY = described(
    _CRITERION,
    {
        "rater_id": (_COUNT, "The rater."),
        "rater_group": (_TEXT, "Kind of expert."),
        "ratings": (_COUNT, "Judgements given."),
        "mean_score": (_NUMBER, "Mean score given."),
        "severity": (
            _NUMBER,
            "By how much the rater scores below the average rater on the same answers, drawn towards 0.",
        ),
        "severity_low": (_NUMBER, "Lower limit of its 95 % interval."),
        "severity_high": (_NUMBER, "Upper limit."),
        "sensitivity": (_NUMBER, "Share of answers of class 1 that the rater calls so (Dawid–Skene)."),
        "specificity": (_NUMBER, "Share of answers of class 0 that the rater calls so (Dawid–Skene)."),
        "is_unusual": (_FLAG, "Whether severity lies more than three standard errors from 0."),
    },
)
JUDGE_CALIBRATION = described(
    {"judge": (_TEXT, "The judge; `detector` for the scoring signals.")},
    _CRITERION,
    _SLICE,
    {
        "measure": (
            _TEXT,
            (
                "auroc, sensitivity, specificity, balanced_accuracy, kappa, brier, calibration_error, "
                "calibration_gap (share − mean probability), length_bias, or bin of a reliability diagram."
            ),
        ),
        "bin_low": (_NUMBER, "Lower end of a bin of probability; null otherwise."),
        "bin_high": (_NUMBER, "Upper end; null otherwise."),
        "estimate": (_NUMBER, "The measure; in a bin, the share that experts call class 1."),
        "low": (_NUMBER, "Lower limit of its 95 % interval."),
        "high": (_NUMBER, "Upper limit."),
        "n": (_COUNT, "Interactions judged by both."),
    },
)
PREVALENCE = described(
    _CRITERION,
    {
        "judge": (_TEXT, "The judge that helps; `detector` for the scoring signals."),
        "labels_by": (
            _TEXT,
            "panel: mean of the raters; consensus: Dawid–Skene, which allows for their errors.",
        ),
        "period": (_TEXT, "all, or a month such as 2025-09."),
        "first_date": (_DAY, "First day."),
        "last_date": (_DAY, "Last day."),
    },
    _SLICE,
    {
        "method": (
            _TEXT,
            "ppi (labels and judge together), labels_only, or naive (the judge's word, shown as a warning).",
        ),
        "estimate": (_NUMBER, "Share of answers of class 1."),
        "low": (_NUMBER, "Lower limit of its 95 % interval; null where there are too few labels."),
        "high": (_NUMBER, "Upper limit."),
        "labels": (_COUNT, "Answers that experts judged."),
        "judged": (_COUNT, "Answers that the judge alone scored."),
        "lambda": (_NUMBER, "Weight given to the judge, 0 to 1; null but for ppi."),
        "effective_labels": (_NUMBER, "Labels that would give the same interval without the judge."),
        "human_alpha": (_NUMBER, "Agreement of the experts on the criterion (Krippendorff's α)."),
    },
)
VERSION_COMPARISONS = described(
    {
        "kind": (_TEXT, "model or prompt."),
        "from_version": (_TEXT, "The version before."),
        "to_version": (_TEXT, "The version after."),
        "basis": (
            _TEXT,
            "concurrent (days on which both answered) or before_after (28 days either side of the release).",
        ),
        "first_date": (_DAY, "First day compared."),
        "last_date": (_DAY, "Last day compared."),
        "release_date": (_DAY, "First day of the version after that is compared."),
        "metric": (
            _TEXT,
            "unsupported, rating_mean, satisfied_share, latency_p95_ms, cost_per_answer_usd, failure_share.",
        ),
        "unit": (_TEXT, "Unit of the values."),
        "direction": (_TEXT, "Which way is good: up or down."),
        "from_value": (_NUMBER, "Value of the version before."),
        "to_value": (_NUMBER, "Value of the version after."),
        "difference": (_NUMBER, "After minus before."),
        "low": (_NUMBER, "Lower limit of its 95 % interval."),
        "high": (_NUMBER, "Upper limit."),
        "from_n": (_COUNT, "Observations of the version before: users, or labels for `unsupported`."),
        "to_n": (_COUNT, "Observations of the version after."),
        "verdict": (_TEXT, "regression, improvement, no difference shown or too few."),
    },
)
SATISFACTION_GAP = described(
    {
        "source": (_TEXT, "user_ratings (teachers − students) or panel (teachers − other experts)."),
        "criterion": (_TEXT, "stars for users' ratings, else the panel's criterion."),
        "item": (
            _TEXT,
            "What two raters must share: answer (the same text) or cell (feature, versions and day).",
        ),
    },
    _SLICE,
    {
        "first_mean": (_NUMBER, "Mean score of teachers."),
        "second_mean": (_NUMBER, "Mean score of students, or of the other experts."),
        "raw_gap": (_NUMBER, "First minus second, whatever each rated."),
        "raw_low": (_NUMBER, "Lower limit of its 95 % interval, raters being clusters."),
        "raw_high": (_NUMBER, "Upper limit."),
        "within_item_gap": (_NUMBER, "First minus second on the same items, allowing for who is severe."),
        "gap_low": (_NUMBER, "Lower limit of its 95 % interval, by resampling raters and items."),
        "gap_high": (_NUMBER, "Upper limit."),
        "items": (_COUNT, "Items that both rated."),
        "first_raters": (_COUNT, "Teachers."),
        "second_raters": (_COUNT, "Students, or other experts."),
    },
)
DRIFT = described(
    {
        "event_date": (_DAY, "Reporting day."),
        "kind": (_TEXT, "product (what users get) or judge (the judge against experts' labels)."),
        "series": (_TEXT, "What is watched, such as `unsupported_probability`."),
        "segment": (_TEXT, "Model version, or `all`."),
        "value": (_NUMBER, "Value of the day; null without enough answers."),
        "n": (_COUNT, "Observations of the day."),
        "expected": (_NUMBER, "Value that the days since the last change lead to expect."),
        "statistic": (_NUMBER, "Evidence of a change so far."),
        "threshold": (_NUMBER, "Evidence beyond which the alarm is given."),
        "is_alarm": (_FLAG, "Whether the alarm was given on this day."),
        "change_date": (_DAY, "Day on which the change most likely began, where there is an alarm."),
        "direction": (_TEXT, "worse, better, or other; null without an alarm."),
        "cause": (_TEXT, "release and its name where one lies within a week before, else silent."),
    },
)
LABELLING_QUEUE = described(
    {
        "rank": (_COUNT, "Place in the list: label the first first."),
        "interaction_id": (_COUNT, "The interaction."),
        "event_date": (_DAY, "Its reporting day."),
        "feature": (_TEXT, "Its feature."),
        "model_version": (_TEXT, "Model that answered."),
        "unsupported_probability": (_NUMBER, "The detector's word."),
        "sampling_probability": (
            _NUMBER,
            "Chance with which it was drawn; labels are weighted by its inverse.",
        ),
        "reason": (_TEXT, "Why it is asked for."),
    },
)
WORST_ANSWERS = described(
    {
        "rank": (_COUNT, "1 for the most probable unsupported answer of the last 28 days."),
        "interaction_id": (_COUNT, "The interaction."),
        "event_date": (_DAY, "Its reporting day."),
        "feature": (_TEXT, "Its feature."),
        "model_version": (_TEXT, "Model that answered."),
        "prompt_version": (_TEXT, "Prompt template in force."),
        "unsupported_probability": (_NUMBER, "The detector's word: a weak signal."),
        "source_text": (_TEXT, "What the answer was to be made from. Untrusted: show it escaped."),
        "output_text": (_TEXT, "The answer. Untrusted: show it escaped."),
        "spans": (
            _TEXT,
            "JSON list of [start, end] of the least supported sentence, in characters of the answer.",
        ),
        "human_ratings": (_COUNT, "Experts who judged it."),
        "human_unsupported_share": (_NUMBER, "Share of them who called it unsupported; null without any."),
    },
)

SCHEMAS = {
    "llm_quality.rater_agreement": RATER_AGREEMENT,
    "llm_quality.rater_severity": RATER_SEVERITY,
    "llm_quality.judge_calibration": JUDGE_CALIBRATION,
    "llm_quality.prevalence": PREVALENCE,
    "llm_quality.version_comparisons": VERSION_COMPARISONS,
    "llm_quality.satisfaction_gap": SATISFACTION_GAP,
    "llm_quality.drift": DRIFT,
    "llm_quality.labelling_queue": LABELLING_QUEUE,
    "llm_quality.worst_answers": WORST_ANSWERS,
}
DESCRIPTIONS = {
    "llm_quality.rater_agreement": "One row per criterion and segment: how far experts agree.",
    "llm_quality.rater_severity": "One row per criterion and rater: severity, sensitivity and specificity.",
    "llm_quality.judge_calibration": "One row per judge, criterion, segment and measure.",
    "llm_quality.prevalence": "One row per criterion, period, segment and method: answers at fault.",
    "llm_quality.version_comparisons": "One row per pair of versions and metric, with a verdict.",
    "llm_quality.satisfaction_gap": "One row per source, item and segment: do teachers judge as students do?",
    "llm_quality.drift": "One row per day and watched series: has quality, or the judge, changed?",
    "llm_quality.labelling_queue": "One row per interaction that experts should judge next.",
    "llm_quality.worst_answers": "One row per answer of the last 28 days that is most likely unsupported.",
}
"""Each table in the words of Dagster and `tables`."""

KEYS = {
    "llm_quality.rater_agreement": ("criterion", "dimension", "segment"),
    "llm_quality.rater_severity": ("criterion", "rater_id"),
    "llm_quality.judge_calibration": ("judge", "criterion", "dimension", "segment", "measure", "bin_low"),
    "llm_quality.prevalence": (
        *("criterion", "judge", "labels_by", "period", "dimension", "segment", "method"),
    ),
    "llm_quality.version_comparisons": ("kind", "from_version", "to_version", "metric"),
    "llm_quality.satisfaction_gap": ("source", "criterion", "item", "dimension", "segment"),
    "llm_quality.drift": ("event_date", "kind", "series", "segment"),
    "llm_quality.labelling_queue": ("interaction_id",),
    "llm_quality.worst_answers": ("rank",),
}
"""What names a row of each table."""


def as_table(rows: Iterable[Row], schema: pa.Schema) -> pa.Table:
    """Rows as a table of the schema; NaN becomes null, a column that a row lacks is null."""
    cleaned = [{name: _known(row.get(name)) for name in schema.names} for row in rows]
    return pa.Table.from_pylist(cleaned, schema)


def _known(value: object) -> object:
    return None if isinstance(value, float) and value != value else value  # noqa: PLR0124
