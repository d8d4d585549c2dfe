"""The catalogue as lake tables: `experiments.catalogue` to read, `variants` and `metrics` to compute with."""

from datetime import timedelta

import pyarrow as pa

from analytics_platform.experiments.catalogue import OPEN_END, Catalogue, Experiment, Guardrail
from analytics_platform.experiments.covariates import covariates_of
from analytics_platform.lakehouse import Lake
from analytics_platform.lakehouse.described import described
from analytics_platform.metrics.outcomes import OUTCOMES

CATALOGUE = "experiments.catalogue"
METRICS = "experiments.metrics"
VARIANTS = "experiments.variants"

_TEXT, _WHOLE, _NUMBER, _DATE = pa.string(), pa.int64(), pa.float64(), pa.date32()


CATALOGUE_SCHEMA = described(
    {
        "experiment_id": (_TEXT, "The experiment."),
        "hypothesis": (_TEXT, "What is expected, in words."),
        "owner": (_TEXT, "Who answers for it."),
        "unit": (_TEXT, "What was randomised: user or classroom."),
        "control_variant": (_TEXT, "The variant that others are compared with."),
        "variants": (_TEXT, "Planned shares, such as `control 50%, treatment 50%`."),
        "start_date": (_DATE, "First reporting day."),
        "end_date": (_DATE, "Last reporting day; null while none is planned."),
        "trigger_event": (_TEXT, "Event that exposes an assigned user; null: assignment does."),
        "trigger_feature": (_TEXT, "Feature of that event; null: any."),
        "primary_metric": (_TEXT, "The outcome that decides."),
        "secondary_metrics": (_TEXT, "Outcomes that explain."),
        "guardrails": (_TEXT, "Outcomes that must not suffer, with their margins."),
        "covariates": (_TEXT, "Totals before exposure that sharpen every outcome."),
        "pre_period_days": (_WHOLE, "Days before exposure that covariates count (days)."),
        "conversion_window_days": (
            _WHOLE,
            "Days since exposure that outcomes count (days); null: to the end.",
        ),
        "planned_units": (_WHOLE, "The largest sample planned (units)."),
        "alpha": (_NUMBER, "Chance of a false positive, two-sided."),
        "sequential_design": (_TEXT, "fixed, group_sequential or confidence_sequence."),
        "minimum_effect": (_NUMBER, "Relative effect worth having."),
        "decision_rule": (_TEXT, "When and why to ship, in words."),
    }
)

VARIANTS_SCHEMA = described(
    {
        "experiment_id": (_TEXT, "The experiment."),
        "variant": (_TEXT, "The variant."),
        "share": (_NUMBER, "Share of the units that is planned for it."),
        "is_control": (pa.bool_(), "Whether others are compared with it."),
    }
)

METRICS_SCHEMA = described(
    {
        "experiment_id": (_TEXT, "The experiment."),
        "metric": (_TEXT, "The outcome."),
        "purpose": (_TEXT, "primary, secondary or guardrail."),
        "unit": (_TEXT, "What was randomised: user or classroom."),
        "kind": (_TEXT, "mean, proportion, ratio, retention, quantile or winsorised."),
        "numerator": (_TEXT, "Count that is added up."),
        "denominator": (_TEXT, "Count that divides it; null but for ratios."),
        "cap_quantile": (_NUMBER, "Quantile of the time before that caps a user's total."),
        "covariate_1": (_TEXT, "Count before exposure that is x1."),
        "covariate_2": (_TEXT, "Count before exposure that is x2; null where there is none."),
        "covariate_3": (_TEXT, "Count before exposure that is x3; null where there is none."),
        "covariate_4": (_TEXT, "Count before exposure that is x4; null where there is none."),
        "pre_period_days": (_WHOLE, "Days before exposure that covariates count (days)."),
        "first_age": (_WHOLE, "First day since exposure that counts (days)."),
        "last_age": (_WHOLE, "Last day since exposure that counts (days); null: until the end."),
        "start_date": (_DATE, "First reporting day of the experiment."),
        "end_date": (_DATE, "Last reporting day of the experiment; far ahead while none is planned."),
        "final_date": (_DATE, "Day on which the last exposed users have counted all their days."),
    }
)


SCHEMAS = {CATALOGUE: CATALOGUE_SCHEMA, VARIANTS: VARIANTS_SCHEMA, METRICS: METRICS_SCHEMA}


def catalogue_rows(catalogue: Catalogue) -> pa.Table:
    """One row per experiment, for people to read."""
    rows = [_catalogue_row(experiment) for experiment in catalogue.experiments.values()]
    return pa.Table.from_pylist(rows, CATALOGUE_SCHEMA)


def variant_rows(catalogue: Catalogue) -> pa.Table:
    """One row per experiment and variant."""
    rows = [
        {"experiment_id": it.id, "variant": name, "share": share, "is_control": name == it.control}
        for it in catalogue.experiments.values()
        for name, share in it.variants.items()
    ]
    return pa.Table.from_pylist(rows, VARIANTS_SCHEMA)


def metric_rows(catalogue: Catalogue) -> pa.Table:
    """One row per experiment and metric, with all that SQL needs to compute it."""
    rows = [
        _metric_row(experiment, name, purpose)
        for experiment in catalogue.experiments.values()
        for name, purpose in experiment.metrics
    ]
    return pa.Table.from_pylist(rows, METRICS_SCHEMA)


def write_catalogue(lake: Lake, catalogue: Catalogue) -> dict[str, int]:
    """Replace the three tables; returns the rows of each."""
    tables = {
        CATALOGUE: catalogue_rows(catalogue),
        VARIANTS: variant_rows(catalogue),
        METRICS: metric_rows(catalogue),
    }
    return {name: lake.replace(name, [rows], rows.schema) for name, rows in tables.items()}


def last_age(experiment: Experiment, metric: str) -> int | None:
    """Last day since exposure that counts for a metric; None: until the experiment ends."""
    own = OUTCOMES[metric].last_day
    return experiment.conversion_window_days if own is None else own


def _metric_row(experiment: Experiment, name: str, purpose: str) -> dict[str, object]:
    outcome = OUTCOMES[name]
    age = last_age(experiment, name)
    names = covariates_of(experiment, outcome)
    is_open = experiment.end == OPEN_END
    return {
        "experiment_id": experiment.id,
        "metric": name,
        "purpose": purpose,
        "unit": experiment.unit,
        "kind": outcome.kind,
        "numerator": outcome.numerator,
        "denominator": outcome.denominator,
        "cap_quantile": outcome.cap_quantile,
        **{f"covariate_{number}": column for number, column in enumerate(names, start=1)},
        "pre_period_days": experiment.pre_period_days,
        "first_age": outcome.first_day,
        "last_age": age,
        "start_date": experiment.start,
        "end_date": experiment.end,
        "final_date": OPEN_END if is_open else experiment.end + timedelta(days=age or 0),
    }


def _catalogue_row(experiment: Experiment) -> dict[str, object]:
    trigger, rule = experiment.trigger, experiment.rule
    aim = "is better" if rule.ship_when == "better" else "is not worse by its margin"
    return {
        "experiment_id": experiment.id,
        "hypothesis": experiment.hypothesis,
        "owner": experiment.owner,
        "unit": experiment.unit,
        "control_variant": experiment.control,
        "variants": ", ".join(f"{name} {100 * share:.4g}%" for name, share in experiment.variants.items()),
        "start_date": experiment.start,
        "end_date": experiment.end_date,
        "trigger_event": trigger and trigger.event_name,
        "trigger_feature": trigger and trigger.feature,
        "primary_metric": experiment.primary,
        "secondary_metrics": ", ".join(experiment.secondary),
        "guardrails": ", ".join(_in_words(guardrail) for guardrail in experiment.guardrails),
        "covariates": ", ".join(experiment.covariates),
        "pre_period_days": experiment.pre_period_days,
        "conversion_window_days": experiment.conversion_window_days,
        "planned_units": experiment.planned_units,
        "alpha": experiment.alpha,
        "sequential_design": experiment.sequential.design,
        "minimum_effect": experiment.minimum_effect,
        "decision_rule": f"Ship after {rule.minimum_days} days when {experiment.primary} {aim} "
        "and no guardrail suffers beyond its margin.",
    }


def _in_words(guardrail: Guardrail) -> str:
    margin = f"{100 * guardrail.margin:.4g}%" if guardrail.kind == "relative" else f"{guardrail.margin:.4g}"
    return f"{guardrail.metric} by at most {margin}"
