"""What an experiment could have found: smallest detectable effects and the days it would take."""

from collections.abc import Sequence

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
    power = f" with {percent(plan['target_power'])} power" if plan["target_power"] is not None else ""
    told = f"The plan finds an effect of {percent(smallest)} on {label}{power}"
    target = plan["target_effect"]
    if target is None:
        return told
    verdict = "enough" if smallest <= target else "too little"
    return f"{told}: {verdict} for the {percent(target)} of interest"


def table(plans: Sequence[Row]) -> list[dict[str, str]]:
    """A row a metric, numbers in words."""
    return [
        {
            "metric": metric_label(row["metric"]),
            "baseline": _known(row["baseline_mean"], unit(row["metric"])),
            "finds, as planned": _share(row["minimum_detectable_effect"]),
            "finds, with today's units": _share(row["current_minimum_detectable_effect"]),
            "units needed": _known(row["required_units"], "users"),
            "days needed": _known(row["required_days"], "users"),
            "power for the effect of interest": _share(row["power_at_target"]),
            "clusters": _clusters(row),
            "note": reason_words(row["reason"]) if row["reason"] else "",
        }
        for row in plans
    ]


def _known(value: float | None, scale: str) -> str:
    return "not known" if value is None else number(value, scale)


def _share(value: float | None) -> str:
    return "not known" if value is None else percent(value)


def _clusters(row: Row) -> str:
    if row["cluster_icc"] is None or row["design_effect"] is None:
        return "none"
    return f"ICC {row['cluster_icc']:.3f}, design effect {row['design_effect']:.1f}"
