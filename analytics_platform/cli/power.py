"""`power`: how many units an experiment needs, how long it takes, and what it can find."""

import math
from dataclasses import replace
from typing import Annotated, Literal

import polars as pl
import typer

from analytics_platform.cli.formats import FormatOption, show
from analytics_platform.errors import AnalyticsError
from analytics_platform.experiments.history import Baseline, baseline_of
from analytics_platform.experiments.power_question import Question, answer
from analytics_platform.metrics.outcomes import OUTCOMES
from analytics_platform.workspace import open_workspace

MOST = 1e100
"""Size of a mean or a spread that squares can still hold."""


def power(
    metric: Annotated[
        str | None, typer.Option(help="Outcome, measured on the lake's history.", show_default=False)
    ] = None,
    effect: Annotated[float, typer.Option(help="Relative effect to find: 0.05 is 5 %.")] = 0.05,
    alpha: Annotated[float, typer.Option(help="Chance of a false positive, two-sided.")] = 0.05,
    target: Annotated[float, typer.Option("--power", help="Chance wanted to find the effect.")] = 0.8,
    unit: Annotated[Literal["user", "classroom"], typer.Option(help="What is randomised.")] = "user",
    days: Annotated[
        int, typer.Option("--duration-days", min=1, max=36_500, help="Days that the experiment runs.")
    ] = 28,
    share: Annotated[float, typer.Option(help="Share of the units in the treatment arm.")] = 0.5,
    traffic: Annotated[
        float | None,
        typer.Option(
            "--weekly-units", help="Units a week; default: those of the lake's history.", show_default=False
        ),
    ] = None,
    covariates: Annotated[
        Literal["past", "none"], typer.Option(help="What adjusts the metric: its own past, or nothing.")
    ] = "past",
    baseline_mean: Annotated[
        float | None, typer.Option(help="Mean of the metric, instead of a lake.", show_default=False)
    ] = None,
    baseline_sd: Annotated[
        float | None,
        typer.Option(
            help="Standard deviation of a unit; of a share it follows from the mean.", show_default=False
        ),
    ] = None,
    cluster_size: Annotated[
        float | None,
        typer.Option(min=1, help="Users in a classroom, beside --baseline-mean.", show_default=False),
    ] = None,
    icc: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            help="Share of the variance between classrooms, beside --baseline-mean.",
            show_default=False,
        ),
    ] = None,
    form: FormatOption = "table",
) -> None:
    """Say what an experiment can find, how many units it needs and how long that takes.

    Example:
        analytics-platform power --baseline-mean 0.12 --effect 0.05 --weekly-units 4000
        analytics-platform power --baseline-mean 4.2 --baseline-sd 6.1 --effect 0.03
        analytics-platform power --baseline-mean 0.3 --unit classroom --cluster-size 20 --icc 0.05
    """
    question = Question(effect, alpha, target, days, share, traffic)
    if baseline_mean is not None:
        if metric is not None:
            raise AnalyticsError("Give --metric, which the lake knows, or --baseline-mean, not both.")
        given = _given(question, baseline_mean, baseline_sd)
        if unit == "classroom" or cluster_size is not None or icc is not None:
            given = _in_classrooms(given, unit, cluster_size, icc)
        rows = [answer(question, given)]
    elif any(option is not None for option in (baseline_sd, cluster_size, icc)):
        raise AnalyticsError(
            "--baseline-sd, --cluster-size and --icc belong to --baseline-mean; give that too."
        )
    else:
        names = list(OUTCOMES) if metric is None else [metric]
        opened = open_workspace()
        rows = [
            answer(
                question,
                baseline_of(opened.engine, name, opened.days, days, unit, is_adjusted=covariates == "past"),
            )
            for name in names
        ]
    if all(row["required_units"] is None for row in rows):
        raise AnalyticsError(f"No plan for {rows[0]['metric']}: {rows[0]['reason']}.")
    show(pl.DataFrame(rows, infer_schema_length=None), form, _title(question))


def _given(question: Question, mean: float, standard_deviation: float | None) -> Baseline:
    for option, value in (("mean", mean), ("sd", standard_deviation)):
        if value and not 1.0 / MOST <= abs(value) <= MOST:
            raise AnalyticsError(
                f"--baseline-{option} {value:g} is out of range; write a number of your metric."
            )
    given = Baseline.given(mean, standard_deviation)
    beyond = question.beyond_all(mean) if standard_deviation is None else None
    if beyond:
        raise AnalyticsError(f"--baseline-mean {mean:g} is a share, and {beyond}; or give --baseline-sd.")
    return given


def _in_classrooms(given: Baseline, unit: str, cluster_size: float | None, icc: float | None) -> Baseline:
    if unit != "classroom":
        raise AnalyticsError("--cluster-size and --icc are those of classrooms; give --unit classroom too.")
    if cluster_size is None or icc is None or not (math.isfinite(cluster_size) and math.isfinite(icc)):
        raise AnalyticsError(
            "--unit classroom needs the classrooms behind --baseline-mean: give --cluster-size, such as 20, "
            "and --icc, such as 0.05."
        )
    return replace(given, unit="classroom", cluster_size=cluster_size, intraclass_correlation=icc)


def _title(question: Question) -> str:
    return (
        f"Power {question.power:.0%} at alpha {question.alpha:g}, two-sided; "
        f"{question.share:.0%} of the units treated, {question.days} days."
    )
