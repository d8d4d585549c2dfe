"""The funnels as a table: what SQL and pages need to know of each, rows of `behaviour.funnel_definitions`."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import product

import pyarrow as pa

from analytics_platform.behaviour.funnels.funnel import FIELDS, Funnel, Match
from analytics_platform.lakehouse import Window
from analytics_platform.lakehouse.described import described

TABLE = "behaviour.funnel_definitions"

_TEXT, _COUNT = pa.string(), pa.int64()
_COLUMNS = {
    "funnel_id": (_TEXT, "Funnel."),
    "title": (_TEXT, "Its name on charts."),
    "step_order": (_TEXT, "ordered, strict (nothing of the user between two steps) or any."),
    "steps": (_COUNT, "How many steps it has."),
    "window_seconds": (pa.float64(), "Time from the first step to the last (s)."),
    "first_date": (pa.date32(), "Reporting day from which attempts count."),
    "breakdowns": (_TEXT, "What it is divided by, joined by commas."),
    "step": (_COUNT, "Number of the step from 1; null for an exclusion."),
    "step_name": (_TEXT, "What the user did; null for an exclusion."),
    "is_on_later_day": (pa.bool_(), "Whether the step counts only on a day after that of the step before."),
    "exclusion": (_COUNT, "Number of the exclusion from 1; null for a step."),
    "from_step": (_COUNT, "The exclusion counts after this step."),
    "to_step": (_COUNT, "The exclusion counts before this step."),
    "event_name": (_TEXT, "Event that fits; null for any."),
    "feature": (_TEXT, "Feature that fits; null for any."),
    "platform": (_TEXT, "Client that fits; null for any."),
    "plan": (_TEXT, "Plan that fits; null for any."),
}
SCHEMA = described(_COLUMNS)
DESCRIPTION = "One row per funnel, step or exclusion, and combination of values that fits it."


def first_date(funnel: Funnel, days: Window) -> date:
    """Reporting day from which attempts at a funnel count."""
    if funnel.last_days is None:
        return days.first_day
    return max(days.first_day, days.last_day - timedelta(days=funnel.last_days - 1))


def definitions(funnels: Iterable[Funnel], days: Window) -> pa.Table:
    """Rows of the table.

    Args:
        funnels: the definitions in force.
        days: all reporting days there are.
    """
    rows = [row for funnel in funnels for row in _rows(funnel, days)]
    return pa.Table.from_pylist(rows, SCHEMA)


def _rows(funnel: Funnel, days: Window) -> Iterator[Mapping[str, object]]:
    whole = {
        "funnel_id": funnel.id,
        "title": funnel.title,
        "step_order": funnel.order,
        "steps": len(funnel.steps),
        "window_seconds": funnel.window_seconds,
        "first_date": first_date(funnel, days),
        "breakdowns": ",".join(funnel.breakdowns),
    }
    for number, (step, name) in enumerate(zip(funnel.steps, funnel.step_names, strict=True), start=1):
        part = {"step": number, "step_name": name, "is_on_later_day": step.on_later_day}
        yield from ({**whole, **part, **values} for values in _combinations(step))
    for number, bar in enumerate(funnel.exclusions, start=1):
        part = {
            "exclusion": number,
            "is_on_later_day": False,
            "from_step": bar.from_step,
            "to_step": bar.to_step or len(funnel.steps),
        }
        yield from ({**whole, **part, **values} for values in _combinations(bar))


def _combinations(match: Match) -> Iterator[dict[str, str | None]]:
    values = (match.asked.get(name, (None,)) for name in FIELDS)
    return (dict(zip(FIELDS, chosen, strict=True)) for chosen in product(*values))
