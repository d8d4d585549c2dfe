"""`funnel`: who came through each funnel, and which users a chart counts."""

from typing import Annotated, Literal

import polars as pl
import typer

from analytics_platform.cli.formats import FormatOption, show
from analytics_platform.errors import AnalyticsError
from analytics_platform.lakehouse import Lake
from analytics_platform.workspace import open_workspace
from analytics_platform.yaml_file import nearest

STEPS, USERS = "behaviour.funnel_steps", "behaviour.funnel_users"
COUNTED = (
    *(
        "funnel_id",
        "step",
        "step_name",
        "users",
        "share_of_start",
        "share_of_start_low",
        "share_of_start_high",
    ),
    *("share_of_previous", "dropped_users", "open_users", "median_seconds_from_previous"),
)
State = Literal["dropped", "open", "reached", "converted", "excluded"]


def funnel(
    funnel_id: Annotated[
        str | None, typer.Argument(help="One funnel; default: all.", show_default=False)
    ] = None,
    step: Annotated[int | None, typer.Option(help="List the users of this step.", show_default=False)] = None,
    state: Annotated[State, typer.Option(help="Which of them.")] = "dropped",
    segment: Annotated[
        str | None, typer.Option(help="Only these users, such as role=teacher.", show_default=False)
    ] = None,
    form: FormatOption = "table",
) -> None:
    """Say who came through each funnel, or list the users that a chart counts.

    With --step as many users are listed as the chart shows: `dropped` and `open` at the step, `reached` it.

    Example:
        analytics-platform funnel
        analytics-platform funnel subscription --segment role=teacher
        analytics-platform funnel subscription --step 2 --state dropped --format csv > users.csv
    """
    lake = open_workspace().lake
    dimension, value = _segment(segment)
    steps = lake.scan(STEPS).collect().sort("funnel_id", "step")
    if steps.is_empty():
        raise AnalyticsError(
            "No funnel is built: define one in the setting `funnels` and run behaviour/funnel_steps."
        )
    if funnel_id is not None:
        known = steps["funnel_id"].unique().sort().to_list()
        if funnel_id not in known:
            raise AnalyticsError(
                f"No funnel is called {funnel_id!r}; {nearest(funnel_id, known)}.".replace("?.", "?")
            )
        steps = steps.filter(funnel_id=funnel_id)
    chosen = steps.filter(dimension=dimension, segment=value)
    if chosen.is_empty():
        held = sorted(
            {f"{row[0]}={row[1]}" for row in steps.select("dimension", "segment").rows()} - {"overall=all"}
        )
        raise AnalyticsError(f"No segment is called {segment!r}; write one of {', '.join(held)}.")
    if step is None:
        show(chosen.select(COUNTED), form)
        return
    if funnel_id is None:
        raise AnalyticsError("Users are listed of one funnel: name it before --step.")
    if step not in chosen["step"]:
        raise AnalyticsError(f"{funnel_id} has the steps 1 to {chosen['step'].max()}, not {step}.")
    show(_users(lake, funnel_id, step, state, (dimension, value)), form)


def _segment(text: str | None) -> tuple[str, str]:
    if text is None:
        return "overall", "all"
    dimension, found, value = text.partition("=")
    if not found:
        raise AnalyticsError(f"--segment {text!r}: write dimension=value, such as role=teacher.")
    return dimension, value


def _users(lake: Lake, funnel_id: str, step: int, state: State, of: tuple[str, str]) -> pl.DataFrame:
    """The users of a step in a state, by id."""
    rows = lake.scan(USERS).filter(pl.col("funnel_id") == funnel_id).collect()
    furthest = pl.col("furthest_step")
    wanted = {
        "reached": furthest >= step,
        "converted": pl.col("state") == state,
        "excluded": pl.col("state") == state,
    }
    rows = rows.filter(wanted.get(state, (furthest == step) & (pl.col("state") == state)))
    dimension, value = of
    rows = rows if dimension == "overall" else rows.filter(pl.col(dimension) == value)
    taken = [
        name for name in rows.columns if name.startswith("step_") and rows[name].null_count() < rows.height
    ]
    return rows.select(
        "user_id", "state", "furthest_step", "role", "country", "acquisition_channel", "platform", *taken
    ).sort("user_id")
