"""Scenarios predicted, then played: does what the growth model promises come true where it can be tried?

A small world is lived up to a day. What an analyst would see of it (visits, subscriptions, ratings, logged
exposures) goes through the code that tells scenarios; then the same people live on under the change and
without it, by the same draws, and the ratio of what they do is the answer.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from analytics_platform.forecasts.scenarios_changes import Planner
from analytics_platform.forecasts.scenarios_definitions import Assumptions, Range, Scenario, Written
from analytics_platform.forecasts.scenarios_growth import Outcome, fit
from analytics_platform.forecasts.scenarios_history import Arms, History
from analytics_platform.lakehouse.described import described
from analytics_platform.settings import Settings
from analytics_platform.simulation import World, load_world
from analytics_platform.simulation.dynamics import Dynamics
from analytics_platform.simulation.parameters import Experiment
from analytics_platform.simulation.planted import Counterfactual, Shift
from analytics_platform.simulation.scenario import Diary, Played, live, play

TABLE = "validation.scenario_replays"

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Row = dict[str, object]

USERS = 12_000
WORLD_DAYS = 230
HORIZONS = (14, 28)
CUTS = (140, 150, 165, 175, 190, 200)
"""Last days of the records, one after the other seed by seed: terms and holidays alike."""
SEEDS = tuple(range(2001, 2007))
"""None of them was looked at while the growth model was built."""
ELASTICITY = -0.8
BETTER_QUALITY = 0.4
"""Latent quality added to every answer; in stars it is what the analyst is told."""
WINDOWS = {"dau": 1, "wau": 7, "mau": 28}

SCENARIOS = {
    "more_signups": (Written(kind="acquisition", change=0.3),),
    "fewer_signups": (Written(kind="acquisition", change=-0.3),),
    "class_challenges": (Written(kind="launch", experiment="class_challenges"),),
    "study_groups": (Written(kind="launch", experiment="study_groups"),),
    "streak_reminders": (Written(kind="launch", experiment="streak_reminders"),),
    "signups_and_challenges": (
        Written(kind="acquisition", change=0.3),
        Written(kind="launch", experiment="class_challenges"),
    ),
    "better_answers": (Written(kind="quality", change=0.0),),
    "price_rise": (Written(kind="price", change=0.25),),
}

_TEXT, _COUNT, _NUMBER, _FLAG = pa.string(), pa.int64(), pa.float64(), pa.bool_()
_COLUMNS = {
    "scenario": (_TEXT, "What changed from the day after the record on."),
    "seed": (_COUNT, "Seed of the world."),
    "metric": (_TEXT, "dau, wau or mau; active_subscribers where the price changed."),
    "horizon_days": (_COUNT, "Days after the record; dau is the mean of the last 7."),
    "users": (_COUNT, "People of the world."),
    "last_day": (_COUNT, "Last day of the record, the world's first being 0."),
    "predicted_ratio": (_NUMBER, "Scenario / baseline as predicted."),
    "low_80": (_NUMBER, "Lower end of its 80 % interval."),
    "high_80": (_NUMBER, "Upper end of its 80 % interval."),
    "low_95": (_NUMBER, "Lower end of its 95 % interval."),
    "high_95": (_NUMBER, "Upper end of its 95 % interval."),
    "replayed_ratio": (_NUMBER, "The same when played; null where prediction was not possible."),
    "covers_80": (_FLAG, "Whether the 80 % interval holds the replayed ratio."),
    "covers_95": (_FLAG, "Whether the 95 % interval does."),
    "error": (_NUMBER, "predicted_ratio - replayed_ratio."),
    "is_headline": (
        _FLAG,
        "Whether the row counts once for its replay: the farthest horizon, dau or subscribers.",
    ),
    "reason": (_TEXT, "Why nothing was predicted; null where something was."),
}
REPLAYS_SCHEMA = described(_COLUMNS)


@threadpool_limits.wrap(limits=1)  # threads on so small matrices wait for each other by spinning
def replays(world: World, seeds: Iterable[int] = SEEDS, users: int = USERS) -> pa.Table:
    """Predict and play every scenario in a world of each seed; columns of REPLAYS_SCHEMA.

    Args:
        world: whose parameters, start and zone are used.
        seeds: one world each, with records that end on different days.
        users: people of each.
    """
    rows = [
        row
        for place, seed in enumerate(seeds)
        for row in _of_world(replace(world, seed=seed, users=users, days=WORLD_DAYS), CUTS[place % len(CUTS)])
    ]
    return pa.Table.from_pylist(rows, REPLAYS_SCHEMA)


def world_of(settings: Settings) -> World:
    """The world whose rules the replays follow."""
    return load_world(settings)


def _of_world(world: World, last_day: int) -> Iterator[Row]:
    dynamics = Dynamics(world)
    state = dynamics.start()
    past = live(dynamics, state, last_day)
    days, first = max(HORIZONS), last_day + 1
    baseline = play(dynamics, state, Played(), last_day + days)
    growth = fit(history_of(dynamics, past, last_day))
    exact = Range(value=ELASTICITY, low=ELASTICITY, high=ELASTICITY)
    planner = Planner(growth, Assumptions(price_elasticity=exact), days)
    for name, changes in SCENARIOS.items():
        played = play(dynamics, state, _played(changes, first), last_day + days)
        if name == "better_answers":
            stars = _stars(played) - _stars(baseline)
            changes = (Written(kind="quality", change=stars),)  # noqa: PLW2901
        about: Row = {"scenario": name, "seed": world.seed, "users": world.users, "last_day": last_day}
        plan = planner.plan(Scenario(id=name, title=name, changes=changes))
        if plan.reason is not None:
            yield {
                **about,
                "metric": "dau",
                "horizon_days": days,
                "is_headline": False,
                "reason": plan.reason,
            }
            continue
        told = growth.outcome(plan.changes, days)
        for metric in ("active_subscribers",) if name == "price_rise" else WINDOWS:
            for horizon in HORIZONS:
                real = _metric(past, played, metric, horizon) / _metric(past, baseline, metric, horizon)
                is_headline = horizon == days and metric in ("dau", "active_subscribers")
                row = {"metric": metric, "horizon_days": horizon, "is_headline": is_headline}
                yield {**about, **row, **_judged(_predicted(told, metric, horizon), real)}


def history_of(dynamics: Dynamics, past: Diary, last_day: int) -> History:
    """What an analyst sees of a diary: no trait, no assignment that was not logged."""
    people = len(past.classroom)
    exposures = pl.DataFrame(past.exposures)
    start = dynamics.world.first_day
    arms = {
        experiment.id: _arms(experiment, exposures, past, start.toordinal(), people)
        for experiment in dynamics.planted.experiments
        if experiment.last_day <= last_day
    }
    return History(
        users=past.users,
        days=past.days,
        known=np.zeros(people, bool),
        classroom=past.classroom,
        first_day=0,
        last_day=last_day,
        conversions=past.conversions,
        cancellations=past.cancellations,
        arms=arms,
    )


def _arms(experiment: Experiment, exposures: pl.DataFrame, past: Diary, start: int, people: int) -> Arms:
    """As logged; who was logged in both arms is left out."""
    own = exposures.filter(pl.col("experiment_id") == experiment.id)
    own = own.filter(pl.col("variant").n_unique().over("user_id") == 1)
    since, is_treated = np.full(people, -1), np.zeros(people, bool)
    users = own["user_id"].to_numpy() - 1
    since[users] = [day.toordinal() - start for day in own["event_date"]]
    is_treated[users] = (own["variant"] == "treatment").to_numpy()
    entered = since[past.users]
    counted = (
        (entered >= 0) & (past.days >= entered) & (past.days <= experiment.last_day) & (past.ratings > 0)
    )
    ratings = np.stack([past.users[counted], past.ratings[counted], past.stars[counted]])
    return Arms(since, is_treated, experiment.last_day, experiment.unit == "classroom", ratings)


def _played(changes: tuple[Written, ...], first_day: int) -> Played:
    """What the simulator changes for what a scenario says."""
    signups = next((each.change or 0.0 for each in changes if each.kind == "acquisition"), 0.0)
    launches = {each.experiment: first_day for each in changes if each.experiment is not None}
    shifts: list[Shift] = []
    for each in changes:
        if each.kind == "quality":
            shifts.append(Shift("quality", BETTER_QUALITY, first_day))
        if each.kind == "price":
            shifts.append(Shift("convert_logit", ELASTICITY * float(np.log1p(each.change or 0.0)), first_day))
    return Played(signups, first_day, Counterfactual(launches=launches, shifts=tuple(shifts)))


def _stars(diary: Diary) -> float:
    return float(diary.stars.sum() / max(diary.ratings.sum(), 1))


def _metric(past: Diary, future: Diary, metric: str, horizon: int) -> float:
    """A metric on the horizon's day; DAU as the mean of the week that ends there."""
    if metric == "active_subscribers":
        return float(future.paid[horizon - 1])
    last = future.first_day + horizon - 1
    if metric == "dau":
        return float(((future.days > last - 7) & (future.days <= last)).sum()) / 7
    seen = np.zeros(len(future.classroom), bool)
    for diary in (past, future):
        seen[diary.users[(diary.days > last - WINDOWS[metric]) & (diary.days <= last)]] = True
    return float(seen.sum())


def _predicted(told: Outcome, metric: str, horizon: int) -> Floats:
    """Ratio by replicate, the first being the estimate."""
    if metric != "dau":
        return told.ratio(metric)[horizon - 1]
    week = slice(horizon - 7, horizon)
    plain = told.scenario["dau"][week].sum(0) / told.baseline["dau"][week].sum(0)
    return (
        plain
        + told.ratio("dau")[horizon - 1]
        - told.scenario["dau"][horizon - 1] / told.baseline["dau"][horizon - 1]
    )


def _judged(predicted: Floats, real: float) -> Row:
    low_95, low_80, high_80, high_95 = (
        float(end) for end in np.quantile(predicted[1:], (0.025, 0.1, 0.9, 0.975))
    )
    return {
        "predicted_ratio": float(predicted[0]),
        "low_80": low_80,
        "high_80": high_80,
        "low_95": low_95,
        "high_95": high_95,
        "replayed_ratio": real,
        "covers_80": low_80 <= real <= high_80,
        "covers_95": low_95 <= real <= high_95,
        "error": float(predicted[0]) - real,
    }
