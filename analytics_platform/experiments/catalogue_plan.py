"""From a catalogue entry to the plan of a readout on a day."""

from datetime import date

from analytics_platform.experiments.catalogue import OPEN_END, Experiment
from analytics_platform.experiments.covariates import covariates_of
from analytics_platform.experiments.plan import Goal, Looks, Plan, Rule
from analytics_platform.metrics.outcomes import OUTCOMES

TUNED_FOR = 5_000.0
"""Units at which a confidence sequence without a planned maximum is narrowest."""


def plan_of(experiment: Experiment, as_of: date) -> Plan:
    """The experiment as it stands on a reporting day, not counting what its units tell.

    Args:
        experiment: from the catalogue.
        as_of: last reporting day of the data.
    """
    end = min(experiment.end, as_of)
    return Plan(
        experiment_id=experiment.id,
        shares=dict(experiment.variants),
        goals=tuple(_goal(experiment, metric) for metric, _ in experiment.metrics),
        as_of=as_of,
        unit=experiment.unit,
        control=experiment.control,
        alpha=experiment.alpha,
        looks=Looks(
            design=experiment.sequential.design,
            spending=experiment.sequential.spending,
            every=experiment.sequential.looks_every_days,
            planned_units=float(experiment.planned_units or TUNED_FOR),
            is_last=as_of >= experiment.end,
        ),
        rule=Rule(experiment.rule.ship_when, experiment.rule.minimum_days, experiment.minimum_effect),
        days=(end - experiment.start).days + 1,
        has_ended=as_of >= experiment.end,
        segments=experiment.segments,
    )


def information(experiment: Experiment, units: dict[date, float], day: date) -> tuple[float, ...]:
    """Shares of the planned information at the scheduled looks up to a day, which is a look itself.

    By units where a maximum is planned, else by days until the planned end.

    Args:
        experiment: from the catalogue.
        units: units of all arms together, by reporting day.
        day: the day that is looked at.
    """
    every = experiment.sequential.looks_every_days
    looks = [at for at in sorted(units) if at < day and ((at - experiment.start).days + 1) % every == 0]
    if experiment.planned_units:
        shares = [units[at] / experiment.planned_units for at in [*looks, day] if at in units]
    elif experiment.end == OPEN_END:
        shares = [1.0]
    else:
        total = (experiment.end - experiment.start).days + 1
        shares = [min(((at - experiment.start).days + 1) / total, 1.0) for at in [*looks, day]]
    grown: list[float] = []
    for share in shares:
        grown.append(max([share, *grown[-1:]]))
    return tuple(share for share in grown if share > 0.0) or (1.0,)


def _goal(experiment: Experiment, metric: str) -> Goal:
    outcome = OUTCOMES[metric]
    purpose = dict(experiment.metrics)[metric]
    guardrail = next((guard for guard in experiment.guardrails if guard.metric == metric), None)
    has_moments = outcome.kind != "quantile"
    return Goal(
        metric=metric,
        label=outcome.label,
        kind=outcome.kind,
        purpose=purpose,
        direction=outcome.direction,
        margin=None if guardrail is None else guardrail.margin,
        has_relative_margin=guardrail is None or guardrail.kind == "relative",
        quantile=outcome.quantile,
        covariates=covariates_of(experiment, outcome) if has_moments else (),
        pre_period_outcome=0 if has_moments else None,
    )
