"""What readers call the methods, metrics and groups whose names the tables hold."""

from analytics_platform.metrics import METRICS
from analytics_platform.metrics.metric import Direction, Unit
from analytics_platform.metrics.outcomes import OUTCOMES

METHODS = {
    "unadjusted": "Unadjusted",
    "cuped": "CUPED",
    "post_stratified": "Post-stratified",
    "winsorised": "Winsorised",
    "quantile": "Quantile",
    "kaplan_meier": "Kaplan–Meier",
    "log_rank": "Log-rank",
    "ppi": "Prediction-powered share",
    "ppi_difference": "Prediction-powered difference",
    "ppi_quantile": "Prediction-powered quantile",
    "labels_only": "Share by labels alone",
    "naive_share": "Judge's share taken as true",
    "sensitivity": "Sensitivity (Wilson)",
    "auroc": "Area under the curve (DeLong)",
    "calibration_error": "Calibration error",
    "drift": "Drift alarm",
    "cluster_delta": "Cluster delta",
    "cluster_jackknife": "Cluster jackknife",
    "cluster_wild": "Cluster wild bootstrap",
    "group_sequential": "Group-sequential",
    "confidence_sequence": "Confidence sequence",
    "bayesian": "Bayesian",
    "naive": "Naive comparison",
    "regression": "Regression",
    "ipw": "Inverse weighting",
    "aipw": "AIPW (doubly robust)",
    "dml": "Double machine learning",
    "twfe": "Two-way fixed effects",
    "did2s": "Two-stage diff-in-diff",
    "saturated": "Saturated event study",
    "synthetic_control": "Synthetic control",
    "wald_cace": "Effect on compliers (Wald)",
    "intention_to_treat": "Intention to treat",
    "t_learner": "T-learner",
    "x_learner": "X-learner",
    "dr_learner": "DR-learner",
    "qini": "Qini coefficient",
    "benjamini_hochberg": "Benjamini–Hochberg",
    "non_inferiority": "Non-inferiority",
    "sample_ratio": "Sample-ratio test",
    "sample_ratio_test": "Sample-ratio test",
    "sequential_sample_ratio": "Sequential sample-ratio test",
    "ledger": "Ledger against a full scan",
    "user_level": "User-level test on classrooms",
    "user_level_test": "User-level test on classrooms",
    "peeking": "Fixed-sample test at every look",
    "cluster_delta_by_z": "Cluster delta by the normal law",
    "cuped_without_center": "CUPED without its slopes' error",
    "delta_method_lift": "Symmetric interval of a lift",
    "decision": "Verdict",
    "krippendorff_alpha": "Krippendorff’s α",
    "cohen_kappa": "Cohen’s κ",
    "gwet_ac1": "Gwet’s AC1",
    "dawid_skene": "Dawid–Skene",
    "majority_vote": "Majority vote",
    "rater_severity": "Rater severity",
    "group_gap": "Gap between groups of raters",
    "naive_gap": "Gap that ignores who rated",
}
DIAGNOSTICS = {
    "pre_period_aa": "Before the start",
    "early_outcomes": "Outcomes before exposure",
    "e_value": "Hidden confounding (E-value)",
    "robustness_value": "Hidden confounding (robustness)",
    "placebo_outcome": "Placebo outcome",
    "pre_trend": "Trends before the start",
}
PURPOSES = {"primary": "Primary", "secondary": "Secondary", "guardrail": "Guardrail"}


def method_label(name: str) -> str:
    """Such as `CUPED`; an unknown method by its own name in words."""
    return METHODS.get(name, in_words(name))


def metric_label(name: str) -> str:
    """The label of an outcome or a metric."""
    known = OUTCOMES.get(name) or METRICS.get(name)
    return known.label if known else in_words(name)


def metric_description(name: str) -> str:
    """The definition of an outcome or a metric; empty where it has none."""
    known = OUTCOMES.get(name) or METRICS.get(name)
    return known.description if known else ""


def direction(name: str) -> Direction:
    """Which way of a metric is good."""
    known = OUTCOMES.get(name) or METRICS.get(name)
    return known.direction if known else "neutral"


def unit(name: str) -> Unit:
    """Unit of a metric's value."""
    known = OUTCOMES.get(name) or METRICS.get(name)
    return known.unit if known else "ratio"


def diagnostic_label(name: str) -> str:
    """What a diagnostic looks at."""
    return DIAGNOSTICS.get(name, in_words(name))


def in_words(name: str) -> str:
    """A name of a table, such as `pre_period_aa`, as words: `Pre period aa`."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def count(number: int, noun: str) -> str:
    """Such as `1 experiment` and `3 experiments`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
