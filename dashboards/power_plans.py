"""What an experiment could have found: smallest detectable effects and the days it would take."""

from collections.abc import Sequence
from math import ceil

from dashboards.effects import reason_words
from dashboards.formats import number, percent
from dashboards.reader import Row
from dashboards.vocabulary import metric_label, unit

TABLE = "experiments.power_plans"


def headline(plans: Sequence[Row], primary: str) -> str:
    """Whether the plan could find the effect of interest on the primary metric."""
    plan = next((row for row in plans if row["metric"] == primary), None)
    if plan is None:
        return "There is no power plan for the primary metric"
    label, smallest = metric_label(primary), plan["minimum_detectable_effect"]
    if smallest is None:
        return f"{label}: the power {reason_words(plan['reason'] or 'its baseline is not known').rstrip('.')}"
    power = f" with {plan['target_power']:.0%} power" if plan["target_power"] is not None else ""
    told = f"{label}: the plan finds effects of {percent(smallest)} or more{power}"
    target = plan["target_effect"]
    if target is None:
        return told
    if smallest <= target:
        return f"{told}, enough for the {percent(target)} of interest"
    return f"{told}, and would probably miss the {percent(target)} of interest"


def subtitle(plans: Sequence[Row]) -> str:
    """What the columns rest on: unit, planned and present units, level."""
    if not plans:
        return ""
    plan = plans[0]
    units = [
        f"{plan[name]:,} {plan['unit']}s {told}"
        for name, told in (("planned_units", "planned"), ("current_units", "exposed so far"))
        if plan[name] is not None
    ]
    level = [] if plan["alpha"] is None else [f"two-sided level {plan['alpha']:g}"]
    return " · ".join(["Smallest relative effects that would be found", *units, *level])


def table(plans: Sequence[Row]) -> list[dict[str, str]]:
    """A row a metric, numbers in words; metrics without a plan are left to `left_out`."""
    is_clustered = any(row["cluster_icc"] is not None for row in plans)
    return [
        {
            "metric": metric_label(row["metric"]),
            "baseline": _known(row["baseline_mean"], unit(row["metric"])),
            "finds, as planned": _share(row["minimum_detectable_effect"]),
            "finds, with today's units": _share(row["current_minimum_detectable_effect"]),
            f"{row['unit'] or 'unit'}s needed": _known(row["required_units"], "users"),
            "days needed": _known(_whole(row["required_days"]), "users"),
            "power for the effect of interest": _share(row["power_at_target"]),
            **({"clusters": _clusters(row)} if is_clustered else {}),
        }
        for row in plans
        if not row["reason"]
    ]


def left_out(plans: Sequence[Row]) -> list[str]:
    """Metrics whose power cannot be estimated, with why."""
    return [f"{metric_label(row['metric'])}: {reason_words(row['reason'])}" for row in plans if row["reason"]]


def _whole(days: float | None) -> int | None:
    return None if days is None else ceil(days)


def _known(value: float | None, scale: str) -> str:
    return "not known" if value is None else number(value, scale)


def _share(value: float | None) -> str:
    return "not known" if value is None else percent(value)


def _clusters(row: Row) -> str:
    if row["cluster_icc"] is None or row["design_effect"] is None:
        return "none"
    return f"ICC {row['cluster_icc']:.3f}, design effect {row['design_effect']:.1f}"
