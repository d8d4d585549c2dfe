"""From a catalogue entry to the plan of a readout on a day."""

from datetime import date, timedelta

from analytics_platform.experiments.catalogue import OPEN_END, Experiment
from analytics_platform.experiments.catalogue_table import last_age
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
    has_ended = as_of >= known_date(experiment)
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
            is_last=has_ended,
        ),
        rule=Rule(experiment.rule.ship_when, experiment.rule.minimum_days, experiment.minimum_effect),
        days=(end - experiment.start).days + 1,
        has_ended=has_ended,
        segments=experiment.segments,
    )


def known_date(experiment: Experiment) -> date:
    """The day on which the primary metric of the last users has had all its days."""
    age = last_age(experiment, experiment.primary) or 0
    return experiment.end if experiment.end == OPEN_END else experiment.end + timedelta(days=age)


def decisive_date(experiment: Experiment, units: dict[date, float], as_of: date) -> tuple[date, bool]:
    """The day as of which an experiment is judged, and whether its planned units were reached on it.

    A group-sequential design is judged at its scheduled looks alone, and like a fixed one without an end once
    and for all at the first one with all the units that were planned: any further look would not be paid for.

    Args:
        experiment: from the catalogue.
        units: units of all arms together that the primary metric has, by reporting day.
        as_of: last reporting day of the data.
    """
    design, planned = experiment.sequential.design, experiment.planned_units
    is_open_fixed = design == "fixed" and experiment.end == OPEN_END
    if design != "group_sequential" and not is_open_fixed:
        return as_of, False
    every = experiment.sequential.looks_every_days if design == "group_sequential" else 1
    last = known_date(experiment)
    looks = [
        at
        for at in sorted(units)
        if at <= min(as_of, last) and (at == last or ((at - experiment.start).days + 1) % every == 0)
    ]
    full = next((at for at in looks if planned and units[at] >= planned), None)
    if full is not None:
        return full, True
    return (as_of if as_of >= last or not looks else looks[-1]), False


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
