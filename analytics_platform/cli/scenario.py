"""`scenario`: what would happen if, told for the lake at hand."""

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from analytics_platform.cli.formats import FormatOption, notes, show
from analytics_platform.errors import AnalyticsError
from analytics_platform.experiments.catalogue_in_force import catalogue_in_force
from analytics_platform.forecasts.scenarios import scenario_rows
from analytics_platform.forecasts.scenarios_changes import Planner
from analytics_platform.forecasts.scenarios_definitions import Scenarios, load_scenarios, parse_scenarios
from analytics_platform.forecasts.scenarios_run import fitted
from analytics_platform.workspace import open_workspace
from analytics_platform.yaml_file import nearest

SHOWN = (
    "scenario_id", "metric", "event_date", "baseline", "scenario", "scenario_low_80", "scenario_high_80",
    "ratio", "ratio_low_80", "ratio_high_80", "difference", "difference_low_80", "difference_high_80",
    "reason",
)  # fmt: skip
WEEK = 7


def _change(text: str) -> str:
    return f"{text} in percent, such as +20%, or as a share, such as 0.2."


def scenario(
    file: Annotated[
        Path | None,
        typer.Argument(help="YAML file of scenarios; default: the setting `scenarios`.", show_default=False),
    ] = None,
    acquisition: Annotated[str | None, typer.Option(help=_change("Sign-ups"))] = None,
    nurr: Annotated[str | None, typer.Option(help=_change("Return on the day after the first"))] = None,
    curr: Annotated[str | None, typer.Option(help=_change("Return of current users"))] = None,
    resurrection: Annotated[str | None, typer.Option(help=_change("Return of dormant users"))] = None,
    quality: Annotated[str | None, typer.Option(help="Mean rating in stars, such as +0.1.")] = None,
    price: Annotated[str | None, typer.Option(help=_change("Price of a subscription"))] = None,
    launch: Annotated[
        list[str] | None, typer.Option(help="Experiment whose treatment everybody gets; may be repeated.")
    ] = None,
    start: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", help="First day of the changes; default: the next."),
    ] = None,
    horizon: Annotated[
        int | None, typer.Option(min=7, max=365, help="Days to come; default: the file's.")
    ] = None,
    form: FormatOption = "table",
) -> None:
    """Say what would happen if: more sign-ups, better retention, another price, an experiment for all.

    Without any change it tells the scenarios of the file, else the changes named, all at once. A table has
    one row a scenario and metric, on the last day; csv and json have every day. See docs/scenarios.md.

    Example:
        analytics-platform scenario --acquisition +20% --curr +2% --from 2026-03-09
        analytics-platform scenario --launch class_challenges --format json
        analytics-platform scenario my_scenarios.yaml --horizon 56
    """
    opened = open_workspace()
    known = catalogue_in_force(opened.settings, opened.source).experiments
    for name in launch or ():
        if name not in known:
            raise AnalyticsError(
                f"--launch: no experiment is called {name!r}; {nearest(name, known or ['none'])}"
            )
    definitions = load_scenarios(file or opened.settings.scenarios)
    shares = {
        "acquisition": acquisition,
        "nurr": nurr,
        "curr": curr,
        "resurrection": resurrection,
        "price": price,
    }
    changes = [_written(name, share(text, name)) for name, text in shares.items() if text is not None]
    if quality is not None:
        changes.append(_written("quality", _number(quality, "quality")))
    changes += [{"kind": "launch", "experiment": name} for name in launch or ()]
    if start is not None:
        changes = [{**change, "first_date": _date(start)} for change in changes]
    definitions = _asked(definitions, changes, horizon)
    growth, definitions, levels = fitted(
        opened.lake, opened.engine, definitions, opened.settings.subscription_price_usd
    )
    planner = Planner(growth, definitions.assumptions, definitions.horizon_days)
    rows, sources = [], []
    for each in definitions.scenarios:
        plan = planner.plan(each)
        told = growth.outcome(plan.changes, planner.days)
        rows += scenario_rows(each.id, each.title, plan, told, growth, levels)
        sources += [f"{each.id}: {source}." for source in plan.sources]
    found = pl.DataFrame(rows, infer_schema_length=None)
    found = found.select([name for name in SHOWN if name in found.columns])
    if form == "table":
        last = date(1970, 1, 1) + timedelta(days=growth.last_day + planner.days)
        is_last = (
            pl.lit(value=True)
            if "event_date" not in found.columns
            else pl.col("event_date").is_null() | (pl.col("event_date") == last)
        )
        found = found.filter(is_last)
        found = found.select(column for column in found if column.null_count() < found.height)
    show(found, form, "On the last day; intervals span 80 %.")
    for source in dict.fromkeys(sources):
        notes.print(source)


def share(text: str, name: str) -> float:
    """A relative change as it is written on the command line.

    Raises:
        AnalyticsError: it is no number.
    """
    if text.strip().endswith("%"):
        return _number(text.strip().removesuffix("%"), name) / 100
    return _number(text, name)


def _number(text: str, name: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise AnalyticsError(f"--{name}: {text!r} is no number; write one such as +20% or 0.1.") from None


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise AnalyticsError(f"--from: {text!r} is no date; write one such as 2026-03-09.") from None


def _written(name: str, change: float) -> dict[str, Any]:
    if name in ("nurr", "curr", "resurrection"):
        return {"kind": "transition", "rate": name, "change": change}
    return {"kind": name, "change": change}


def _asked(definitions: Scenarios, changes: list[dict[str, Any]], horizon: int | None) -> Scenarios:
    """The scenarios of the file, or one of the changes named."""
    asked = definitions.model_dump(exclude_none=True)
    if horizon is not None:
        asked["horizon_days"] = horizon
    if changes:
        asked["scenarios"] = [{"id": "asked", "title": "As asked", "changes": changes}]
    return parse_scenarios(asked, "scenario")
